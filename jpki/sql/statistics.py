"""Counts of what was issued and what ended, by period in Japan, by the town that issued, by kind and by cause.

Why not the ORM: one pass over each of two date indexes, days counted in Asia/Tokyo, the distribution points joined to
the few groups and not to the rows. Indexes: ``status_by_issue`` (BRIN), ``status_by_revocation``. The town is that of
the distribution point, which is fixed at the issue: a count of the past never changes by a later move. Holds stand
beside the rows that still have one.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

_FISCAL_YEAR = "(date_trunc('year', {day} - interval '3 months') + interval '3 months')::date"
_PERIODS = {
    "day": "{day}::date",
    "month": "date_trunc('month', {day})::date",
    "quarter": "date_trunc('quarter', {day})::date",
    "year": _FISCAL_YEAR,
}
_COUNTS = """
    SELECT counted.period, place.code, counted.kind, counted.what, counted.cause, sum(counted.number)::bigint
    FROM (
        SELECT {issued} AS period, partition_id, kind, 'ISSUED' AS what, '' AS cause, count(*) AS number
        FROM jpki_certificatestatus
        WHERE issued_at >= %(since)s AND issued_at < %(until)s
          AND (%(points)s::bigint[] IS NULL OR partition_id = ANY (%(points)s))
        GROUP BY 1, 2, 3
        UNION ALL
        SELECT {revoked}, partition_id, kind, CASE WHEN issued_at IS NULL THEN 'LAPSED' ELSE 'REVOKED' END, cause,
               count(*)
        FROM jpki_certificatestatus
        WHERE revoked_at >= %(since)s AND revoked_at < %(until)s
          AND (%(points)s::bigint[] IS NULL OR partition_id = ANY (%(points)s))
        GROUP BY 1, 2, 3, 4, 5
        UNION ALL
        SELECT {suspended}, partition_id, kind, 'SUSPENDED', '', count(*)
        FROM jpki_certificatestatus
        WHERE suspended_at >= %(since)s AND suspended_at < %(until)s
          AND (%(points)s::bigint[] IS NULL OR partition_id = ANY (%(points)s))
        GROUP BY 1, 2, 3
    ) AS counted JOIN jpki_crlpartition AS place ON place.id = counted.partition_id
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3
"""


class Count(NamedTuple):
    """How many of one kind in one town and period: ``what`` is ISSUED, REVOKED, LAPSED (never issued) or SUSPENDED."""

    period: date
    code: str
    kind: str
    what: str
    cause: str
    number: int


def counts(unit: str, since: datetime, until: datetime, points: Sequence[int] | None = None) -> list[Count]:
    """Periods with at least one act, the oldest first; of these distribution points, or of all."""
    columns = {
        name: _PERIODS[unit].format(day=f"({name}_at AT TIME ZONE 'Asia/Tokyo')")
        for name in ("issued", "revoked", "suspended")
    }
    with connection.cursor() as cursor:
        given = {"since": since, "until": until, "points": None if points is None else list(points)}
        cursor.execute(_COUNTS.format(**columns), given)
        return [Count(*row) for row in cursor.fetchall()]
