"""Clocks and towns of many cards after a batch of the register's events.

Why not the ORM: each row gets values of its own; one statement for up to 500 cards, by the primary key.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from mynacard.domain.clocks import Deadline

_KEEP = """
    UPDATE mynacard_card c
    SET prefecture = kept.prefecture, municipality = kept.municipality, office = kept.office,
        clock = kept.clock, clock_due_on = kept.due_on
    FROM unnest(%s::bigint[], %s::smallint[], %s::text[], %s::text[], %s::text[], %s::date[])
         AS kept(id, prefecture, municipality, office, clock, due_on)
    WHERE c.id = kept.id
"""


_KEEP_PLACES = """
    UPDATE mynacard_card c
    SET prefecture = kept.prefecture, municipality = kept.municipality, office = kept.office
    FROM unnest(%s::bigint[], %s::smallint[], %s::text[], %s::text[]) AS kept(id, prefecture, municipality, office)
    WHERE c.id = kept.id
"""
_RENUMBER = """
    UPDATE {table} AS held SET {column} = given.latter
    FROM unnest(%s::uuid[], %s::int[], %s::int[]) AS given(resident, former, latter)
    WHERE held.resident_id = given.resident AND held.{column} = given.former
"""
# What remembers a version of the register by its number.
_REMEMBERED = {"mynacard_card": "face_version", "mynacard_application": "version", "mynacard_issuedform": "version"}


class Kept(NamedTuple):
    """A card's town and its running clock."""

    card: int
    prefecture: int
    municipality: str
    office: str
    deadline: Deadline | None


def keep_clocks(kept: Sequence[Kept]) -> None:
    """Write towns and clocks."""
    if not kept:
        return
    columns: list[list[Any]] = [
        [each.card for each in kept],
        [each.prefecture for each in kept],
        [each.municipality for each in kept],
        [each.office for each in kept],
        [each.deadline.clock.value if each.deadline else "" for each in kept],
        [each.deadline.last_day if each.deadline else None for each in kept],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, columns)


def keep_places(places: Sequence[tuple[int, int, str, str]]) -> None:
    """Write towns alone: card, prefecture, municipality, office."""
    if places:
        with connection.cursor() as cursor:
            cursor.execute(_KEEP_PLACES, [list(column) for column in zip(*places, strict=True)])


def renumber(resident: UUID, pairs: Sequence[Sequence[int]]) -> None:
    """Give what remembers versions of a resident their new numbers, all at once: one's new is another's former."""
    columns: list[list[Any]] = [
        [resident] * len(pairs),
        [former for former, _ in pairs],
        [latter for _, latter in pairs],
    ]
    with connection.cursor() as cursor:
        for table, column in _REMEMBERED.items():
            cursor.execute(_RENUMBER.format(table=table, column=column), columns)
