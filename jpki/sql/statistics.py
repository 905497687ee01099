"""Counts of what was issued and what ended, by period in Japan, by the town that issued, by kind and by cause.

Why not the ORM: sums over the tallies, grouped by periods of the fiscal year, the distribution points joined to the
few groups and not to the rows. The certificates themselves are not read: a country has two hundred million of them.
Indexes: ``certificate_tally_whole`` (by day), ``certificate_tally_of_place``. The town is that of the distribution
point, which is fixed at the issue: a count of the past never changes by a later move. Holds stand beside the rows that
still have one.
"""

from collections.abc import Sequence
from datetime import date
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
    SELECT counted.period, place.code, counted.kind, counted.what, counted.cause, counted.number
    FROM (
        SELECT {period} AS period, partition_id, kind, what, cause, sum(number)::bigint AS number
        FROM jpki_certificatetally
        WHERE day >= %(since)s AND day < %(until)s
          AND (%(points)s::bigint[] IS NULL OR partition_id = ANY (%(points)s))
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(number) <> 0
    ) AS counted JOIN jpki_crlpartition AS place ON place.id = counted.partition_id
    ORDER BY 1, 2, 3
"""


class Count(NamedTuple):
    """How many of one kind in one town and period: ``what`` is ISSUED, REVOKED, LAPSED (never issued) or SUSPENDED."""

    period: date
    code: str
    kind: str
    what: str
    cause: str
    number: int


def counts(unit: str, since: date, until: date, points: Sequence[int] | None = None) -> list[Count]:
    """Periods with at least one act, the oldest first; of these distribution points, or of all."""
    with connection.cursor() as cursor:
        given = {"since": since, "until": until, "points": None if points is None else list(points)}
        cursor.execute(_COUNTS.format(period=_PERIODS[unit].format(day="day::timestamp")), given)
        return [Count(*row) for row in cursor.fetchall()]
