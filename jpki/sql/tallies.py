"""Melting the tallies' loose rows into whole ones, and holding them against the rows that they count.

Why not the ORM: rows are taken away, summed and added in one statement, so that every reader sees each act once.
Expected: up to 20,000 loose rows a call, by the partial index; the comparison reads every certificate and charge.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

# One at a time: two who add to the same whole rows in another order would wait for each other.
_ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('jpki.tallies', 5014))"
_MELT = """
    WITH loose AS (
        DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE NOT is_whole ORDER BY id LIMIT %s) RETURNING *
    ), whole AS (
        INSERT INTO {table} ({group}, {sums}, is_whole)
        SELECT {group}, {added}, true FROM loose GROUP BY {group}
        ON CONFLICT ({key}) WHERE is_whole DO UPDATE SET {set}
    )
    SELECT count(*) FROM loose
"""
_OF_CERTIFICATES = "day, partition_id, kind, what, cause"
_OF_CHARGES = "day, prefecture, municipality, office, issued, is_paid"

# What the certificates' rows say by themselves: the tallies' own definition.
LIVE = """
    SELECT (issued_at AT TIME ZONE 'Asia/Tokyo')::date AS day, partition_id, kind, 'ISSUED' AS what, '' AS cause,
           count(*) AS number
    FROM jpki_certificatestatus WHERE issued_at IS NOT NULL GROUP BY 1, 2, 3
    UNION ALL
    SELECT (revoked_at AT TIME ZONE 'Asia/Tokyo')::date, partition_id, kind,
           CASE WHEN issued_at IS NULL THEN 'LAPSED' ELSE 'REVOKED' END, cause, count(*)
    FROM jpki_certificatestatus WHERE revoked_at IS NOT NULL GROUP BY 1, 2, 3, 4, 5
    UNION ALL
    SELECT (suspended_at AT TIME ZONE 'Asia/Tokyo')::date, partition_id, kind, 'SUSPENDED', '', count(*)
    FROM jpki_certificatestatus WHERE suspended_at IS NOT NULL GROUP BY 1, 2, 3
"""
_DIFFERING = f"""
    SELECT concat_ws(' ', day, place.code, kind, what, nullif(cause, ''), told.number, '<>', live.number)
    FROM (SELECT day, partition_id, kind, what, cause, sum(number) AS number
          FROM jpki_certificatetally GROUP BY 1, 2, 3, 4, 5) AS told
    FULL JOIN ({LIVE}) AS live USING (day, partition_id, kind, what, cause)
    JOIN jpki_crlpartition AS place ON place.id = partition_id
    WHERE coalesce(told.number, 0) <> coalesce(live.number, 0) ORDER BY 1 LIMIT %s
"""  # noqa: S608 - own constants
_DIFFERING_CHARGES = """
    SELECT concat_ws(' ', day, office, issued, CASE WHEN is_paid THEN 'paid' ELSE 'free' END)
    FROM (SELECT day, office, issued, is_paid, sum(acts) AS acts, sum(yen) AS yen
          FROM jpki_chargetally GROUP BY 1, 2, 3, 4) AS told
    FULL JOIN (SELECT day, office, issued, yen > 0 AS is_paid, count(*) AS acts, sum(yen) AS yen
               FROM jpki_certificatecharge GROUP BY 1, 2, 3, 4) AS live USING (day, office, issued, is_paid)
    WHERE (coalesce(told.acts, 0), coalesce(told.yen, 0)) <> (coalesce(live.acts, 0), coalesce(live.yen, 0))
    ORDER BY 1 LIMIT %s
"""


class _Tally(NamedTuple):
    """A table, what its rows are grouped by, what of that is unique among whole rows, and what is summed."""

    table: str
    group: str
    key: str
    sums: Sequence[str]


_TALLIES = (
    _Tally("jpki_certificatetally", _OF_CERTIFICATES, _OF_CERTIFICATES, ("number",)),
    _Tally("jpki_chargetally", _OF_CHARGES, "day, office, issued, is_paid", ("acts", "yen")),
)


def melt(limit: int) -> int:
    """Melt up to so many loose rows of each tally; returns how many. Nothing while another does it."""
    with connection.cursor() as cursor:
        cursor.execute(_ALONE)
        if not cursor.fetchone()[0]:
            return 0
    return sum(_melt(tally, limit) for tally in _TALLIES)


def differing(limit: int) -> list[str]:
    """Groups in which tally and certificates do not agree."""
    return _rows(_DIFFERING, limit)


def differing_charges(limit: int) -> list[str]:
    """Groups in which tally and charges do not agree."""
    return _rows(_DIFFERING_CHARGES, limit)


def _melt(tally: _Tally, limit: int) -> int:
    statement = _MELT.format(
        table=tally.table,
        group=tally.group,
        key=tally.key,
        sums=", ".join(tally.sums),
        added=", ".join(f"sum({name})" for name in tally.sums),
        set=", ".join(f"{name} = {tally.table}.{name} + excluded.{name}" for name in tally.sums),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [limit])
        return int(cursor.fetchone()[0])


def _rows(statement: str, limit: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [limit])
        return [str(row[0]) for row in cursor.fetchall()]
