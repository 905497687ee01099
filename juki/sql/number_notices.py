"""A town's page of number notices: those that it has not seen get their place, then what comes after the cursor (J2).

Why not the ORM: the place comes from a sequence, and a page has a thousand rows. Rows expected: a page's. Indexes:
`number_notice_of_town` (told ones by place, then the untold by id), `number_notice_overtaking`. Runs under the town's
own scope, so that row-level security picks the rows and shows the anchor of those alone who are registered there.
"""

from typing import Any

from django.db import connection

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
