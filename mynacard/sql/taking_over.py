"""Taking over cards that people hold already, thousands at a time.

Why not the ORM: a town has as many cards as residents. One statement from arrays for cards, one for the certificates
they bear, one for their histories; the town comes from the register's anchor. Expected: up to 5,000 rows a call.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from juki.domain.presence import present

_PRESENT = present(state="r.state", since="r.changed_on", day="%s")
_CARDS = f"""
    INSERT INTO mynacard_card
        (prefecture, municipality, office, card_number, resident_id, state, cause, issued_on, expires_on, face_version,
         has_pins, clock, made_at, handed_over_at)
    SELECT r.prefecture, r.municipality, r.office, held.card_number, held.resident, 'LIVE', '', held.issued_on,
           held.expires_on, r.version, true, '', held.issued_on, held.issued_on
    FROM unnest(%s::uuid[], %s::text[], %s::date[], %s::date[]) AS held(resident, card_number, issued_on, expires_on)
    JOIN juki_resident r ON r.id = held.resident AND {_PRESENT}
    WHERE NOT EXISTS (SELECT 1 FROM mynacard_card c
                      WHERE c.resident_id = held.resident AND c.state IN ('LIVE', 'SUSPENDED'))
    RETURNING id, resident_id
"""  # noqa: S608 - own constants
_CERTIFICATES = """
    INSERT INTO mynacard_cardcertificate (certificate_id, card_id, kind, is_written)
    SELECT s.id, borne.card, s.kind, true
    FROM unnest(%s::bigint[], %s::bigint[]) AS borne(certificate, card)
    JOIN jpki_certificatestatus s ON s.id = borne.certificate
"""
_HISTORY = """
    INSERT INTO mynacard_cardhistory (card_id, at, "on", verb, target, by, note)
    SELECT id, %s, %s, 'take_over', 'LIVE', %s, '' FROM unnest(%s::bigint[]) AS taken(id)
"""


class Row(NamedTuple):
    """A card as it is taken over."""

    resident: UUID
    card_number: str
    issued_on: date
    expires_on: date


def insert_cards(rows: Sequence[Row], *, day: date) -> dict[UUID, int]:
    """Store cards of residents present on a day who hold none yet; returns their ids by holder."""
    with connection.cursor() as cursor:
        cursor.execute(_CARDS, [*(list(column) for column in zip(*rows, strict=True)), day])
        return {resident: pk for pk, resident in cursor.fetchall()}


def insert_certificates(certificates: Sequence[int], cards: Sequence[int]) -> int:
    """Note which card bears which certificate; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_CERTIFICATES, [list(certificates), list(cards)])
        return int(cursor.rowcount)


def insert_history(cards: Sequence[int], *, by: str, at: datetime, on: date) -> None:
    """The first line of each card's history."""
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, [at, on, by, list(cards)])
