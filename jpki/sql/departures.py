"""Residents who are about to leave, and the certificates that were issued to them for the life abroad.

Why not the ORM: an upsert whose loser keeps what the other wrote, and a question to the JSON of up to 500 residents'
certificates. Indexes: the departures' primary key, the certificates' foreign key to the resident.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db import connection

# The counter may be ahead of the register's event, and the event tells again what the counter knows: a later version
# of the register starts anew, the same one keeps that the card goes on.
_GO_ON = """
    INSERT INTO jpki_departure (resident, version, leaves_on, abroad, goes_on) VALUES (%s, %s, %s, true, true)
    ON CONFLICT (resident) DO UPDATE SET version = EXCLUDED.version, leaves_on = EXCLUDED.leaves_on, abroad = true,
        goes_on = true
    WHERE jpki_departure.version <= EXCLUDED.version
"""
_WAIT = """
    INSERT INTO jpki_departure (resident, version, leaves_on, abroad, goes_on)
    SELECT resident, version, leaves_on, abroad, false
    FROM unnest(%s::uuid[], %s::int[], %s::date[], %s::boolean[]) AS told(resident, version, leaves_on, abroad)
    ON CONFLICT (resident) DO UPDATE SET version = EXCLUDED.version, leaves_on = EXCLUDED.leaves_on,
        abroad = EXCLUDED.abroad, goes_on = false
    WHERE jpki_departure.version < EXCLUDED.version
"""
_CANCEL = """
    DELETE FROM jpki_departure d USING unnest(%s::uuid[], %s::int[]) AS told(resident, version)
    WHERE d.resident = told.resident AND d.version < told.version
"""
_FOR_ABROAD = """
    SELECT status_id FROM jpki_certificate
    WHERE resident_id = ANY(%s) AND issue_information ->> 'abroad_from' IS NOT NULL
"""


class Told(NamedTuple):
    """Who leaves by which version of the register, when, and whether Japan."""

    resident: UUID
    version: int
    leaves_on: date
    abroad: bool


def waiting(residents: Sequence[UUID]) -> dict[UUID, int]:
    """By which version of the register residents wait for their day."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT resident, version FROM jpki_departure WHERE resident = ANY(%s)", [list(residents)])
        return dict(cursor.fetchall())


def go_on(resident: UUID, version: int, leaves_on: date) -> None:
    """Note that somebody keeps the card."""
    with connection.cursor() as cursor:
        cursor.execute(_GO_ON, [resident, version, leaves_on])


def wait(told: Sequence[Told]) -> None:
    """Let certificates wait for their holders' day; a resident stands here once."""
    if told:
        with connection.cursor() as cursor:
            cursor.execute(_WAIT, [list(column) for column in zip(*told, strict=True)])


def cancel(told: Sequence[tuple[UUID, int]]) -> None:
    """Nobody waits who was entered or removed by a later version."""
    if told:
        with connection.cursor() as cursor:
            cursor.execute(_CANCEL, [list(column) for column in zip(*told, strict=True)])


def issued_for_abroad(residents: Iterable[UUID]) -> set[int]:
    """The certificates that carry the leaving in place of an address."""
    with connection.cursor() as cursor:
        cursor.execute(_FOR_ABROAD, [list(residents)])
        return {pk for (pk,) in cursor.fetchall()}
