"""A town's page of number notices: those that it has not seen get their place, then what comes after the cursor (J2);
and the notices that are missing.

Why not the ORM: the place comes from a sequence, and a page has a thousand rows. Rows expected: a page's. Indexes:
`number_notice_of_town` (told ones by place, then the untold by id), `number_notice_overtaking`. Runs under the town's
own scope, so that row-level security picks the rows and shows the anchor of those alone who are registered there.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from juki.domain.number_notices import NUMBER_CHANGES

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 5016))"
_LAST = "SELECT coalesce(max(place), 0) FROM juki_numbernotice WHERE municipality = %s"
_PLACE = """
    WITH untold AS (
        SELECT id FROM juki_numbernotice WHERE municipality = %(town)s AND place IS NULL
        ORDER BY place, id
        LIMIT %(limit)s - (
            SELECT count(*) FROM (
                SELECT FROM juki_numbernotice WHERE municipality = %(town)s AND place > %(after)s LIMIT %(limit)s
            ) AS known
        )
    ),
    placed AS (SELECT id, nextval('juki_number_notice_place_seq') AS place FROM untold)
    UPDATE juki_numbernotice AS notice SET place = placed.place, told_at = %(at)s
    FROM placed WHERE notice.id = placed.id
"""
_PAGE = """
    SELECT n.place, n.office, n.kind, n.given_on, n.resident, r.resident_code
    FROM (
        SELECT * FROM juki_numbernotice WHERE municipality = %(town)s AND place > %(after)s
        ORDER BY place LIMIT %(limit)s
    ) AS n
    LEFT JOIN juki_resident r ON r.id = n.resident AND r.office = n.office AND NOT EXISTS (
        SELECT FROM juki_numbernotice later
        WHERE later.resident = n.resident AND later.office = n.office AND later.id > n.id AND later.kind <> 'NEW'
    )
    ORDER BY n.place
"""
_CHANGES = ", ".join(f"'{reason}'" for reason in sorted(NUMBER_CHANGES))
# For the whole register at once: the notice that stands is the last of an entry elsewhere or of a change, else of a
# number's giving.
_ALL_UNTOLD = f"""
    FROM juki_resident r
    LEFT JOIN (
        SELECT DISTINCT ON (resident) resident, office, noted_at FROM juki_numbernotice
        ORDER BY resident, (kind = 'NEW'), id DESC
    ) AS told ON told.resident = r.id
    LEFT JOIN (
        SELECT resident, max(recorded_at) AS at FROM juki_identityrecord
        WHERE change_reason IN ({_CHANGES}) AND superseded_at IS NULL GROUP BY resident
    ) AS changed ON changed.resident = r.id
    WHERE r.state = 'CURRENT'
      AND (told.office IS NULL OR told.office <> r.office OR changed.at > told.noted_at)
"""  # noqa: S608 - own constants
_TWICE = """
    SELECT resident FROM juki_numbernotice WHERE kind = 'NEW'
    GROUP BY resident, office HAVING count(*) > 1 LIMIT %s
"""
# The same for an office, with what the notice would be. Whoever is being changed at this moment is left for later.
_UNTOLD_OF_OFFICE = f"""
    SELECT r.id, CASE
        WHEN changed.at > coalesce(own.noted_at, '-infinity') THEN 'CHANGED'
        WHEN elsewhere.resident IS NOT NULL THEN 'MOVED_IN'
        ELSE 'NEW' END
    FROM juki_resident r
    LEFT JOIN (
        SELECT DISTINCT ON (resident) resident, id, noted_at FROM juki_numbernotice
        WHERE municipality = %(municipality)s AND office = %(office)s
        ORDER BY resident, (kind = 'NEW'), id DESC
    ) AS own ON own.resident = r.id
    LEFT JOIN LATERAL (
        SELECT n.resident FROM juki_numbernotice n
        WHERE n.resident = r.id AND n.kind <> 'NEW' AND n.office <> r.office AND n.id > coalesce(own.id, 0) LIMIT 1
    ) AS elsewhere ON true
    LEFT JOIN (
        SELECT resident, max(recorded_at) AS at FROM juki_identityrecord
        WHERE prefecture = %(prefecture)s AND office = %(office)s AND change_reason IN ({_CHANGES})
          AND superseded_at IS NULL
        GROUP BY resident
    ) AS changed ON changed.resident = r.id
    WHERE r.prefecture = %(prefecture)s AND r.office = %(office)s AND r.state = 'CURRENT' AND r.id > %(after)s
      AND (own.resident IS NULL OR elsewhere.resident IS NOT NULL OR changed.at > own.noted_at)
    ORDER BY r.id LIMIT %(limit)s
    FOR SHARE OF r SKIP LOCKED
"""  # noqa: S608 - own constants


def count_untold() -> int:
    """How many present residents have a number of which their town was not told."""
    return int(_run(f"SELECT count(*) {_ALL_UNTOLD}", [])[0][0])


def untold(limit: int) -> list[str]:
    """Some of them."""
    return [str(row[0]) for row in _run(f"SELECT r.id {_ALL_UNTOLD} LIMIT %s", [limit])]


def told_twice(limit: int) -> list[str]:
    """Some of those whose town was told twice that they had been given a number."""
    return [str(row[0]) for row in _run(_TWICE, [limit])]


def untold_of_office(asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Residents of an office after an id, up to a limit, and the kind of the notice that is missing; locked."""
    return _run(_UNTOLD_OF_OFFICE, asked)


def lock(town: str) -> None:
    """One fetch of a town at a time: places are drawn in the order in which they are read."""
    _run(_LOCK, [town])


def last(town: str) -> int:
    """The last place that was given; 0 before the first."""
    return int(_run(_LAST, [town])[0][0])


def page(asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows after a place; without a code those who are registered elsewhere, or of whom a later row tells."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, asked)
    return _run(_PAGE, asked)


def _run(statement: str, parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
