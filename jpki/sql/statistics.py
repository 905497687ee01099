"""Counts of what was issued and what ended, by day in Japan.

Why not the ORM: one pass over each of two date indexes, days counted in Asia/Tokyo. Indexes: ``status_by_issue``
(BRIN), ``status_by_revocation``.
"""

from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

_BY_DAY = """
    SELECT day, kind, sum(issued)::bigint, sum(revoked)::bigint, sum(suspended)::bigint
    FROM (
        SELECT (issued_at AT TIME ZONE 'Asia/Tokyo')::date AS day, kind, 1 AS issued, 0 AS revoked, 0 AS suspended
        FROM jpki_certificatestatus WHERE issued_at >= %(since)s AND issued_at < %(until)s
        UNION ALL
        SELECT (revoked_at AT TIME ZONE 'Asia/Tokyo')::date, kind, 0, 1, 0
        FROM jpki_certificatestatus
        WHERE revoked_at >= %(since)s AND revoked_at < %(until)s AND issued_at IS NOT NULL
        UNION ALL
        SELECT (suspended_at AT TIME ZONE 'Asia/Tokyo')::date, kind, 0, 0, 1
        FROM jpki_certificatestatus WHERE suspended_at >= %(since)s AND suspended_at < %(until)s
    ) AS counted
    GROUP BY day, kind ORDER BY day DESC, kind
"""


class DayCount(NamedTuple):
    """What happened to one kind on one day."""

    day: date
    kind: str
    issued: int
    revoked: int
    suspended: int


def by_day(since: datetime, until: datetime) -> list[DayCount]:
    """Days with at least one act, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY, {"since": since, "until": until})
        return [DayCount(*row) for row in cursor.fetchall()]
