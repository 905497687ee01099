"""The steps of the expiry notices over all cards at once.

Why not the ORM: each step is one statement over up to tens of thousands of rows a night, and the key of the table
decides who is listed. Indexes: `card_expiring`, `expiry_notice_due`, the certificates' by card.
"""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from juki.domain.presence import present

# Abroad there is no town to tell; whoever was removed is left out at the match.
_LIST_CARDS = """
    INSERT INTO mynacard_expirynotice
        (card_id, expiring, last_day, state, listed_on, confirmed_by, form_id, prefecture, municipality, office)
    SELECT id, 'CARD', expires_on, 'LISTED', %(on)s, '', '', prefecture, municipality, office
    FROM mynacard_card
    WHERE state IN ('LIVE', 'SUSPENDED') AND expires_on BETWEEN %(on)s AND %(until)s
    ON CONFLICT (card_id, expiring, last_day) DO NOTHING
"""
# Certificates that end with the card itself are told of with the card.
_LIST_CERTIFICATES = """
    INSERT INTO mynacard_expirynotice
        (card_id, expiring, last_day, state, listed_on, confirmed_by, form_id, prefecture, municipality, office)
    SELECT c.id, 'CERTIFICATES', (s.not_after AT TIME ZONE 'Asia/Tokyo')::date, 'LISTED', %(on)s, '', '',
           c.prefecture, c.municipality, c.office
    FROM mynacard_card c
    JOIN mynacard_cardcertificate w ON w.card_id = c.id
    JOIN jpki_certificatestatus s ON s.id = w.certificate_id
    WHERE c.state IN ('LIVE', 'SUSPENDED') AND s.state IN ('VALID', 'SUSPENDED')
      AND s.not_after >= %(on)s::date AND s.not_after < %(until)s::date + 1
      AND (s.not_after AT TIME ZONE 'Asia/Tokyo')::date < c.expires_on
    GROUP BY c.id, 3
    ON CONFLICT (card_id, expiring, last_day) DO NOTHING
"""
# The face against the latest record: where name and address agree no person need look (the standard option).
_PRESENT = present(state="latest.state", since="latest.valid_from", day="%(on)s")
_MATCH = f"""
    UPDATE mynacard_expirynotice n
    SET state = found.state, prefecture = found.prefecture, municipality = found.municipality, office = found.office
    FROM (
        SELECT n.id, c.prefecture, c.municipality, c.office,
               CASE WHEN c.state NOT IN ('LIVE', 'SUSPENDED') OR NOT {_PRESENT} THEN 'LEFT_OUT'
                    WHEN latest.version = c.face_version THEN 'MATCHED'
                    WHEN shown.name = latest.name AND shown.address = latest.address THEN 'MATCHED'
                    WHEN n.confirmed_on IS NOT NULL THEN 'MATCHED'
                    ELSE 'DIFFERENT' END AS state
        FROM mynacard_expirynotice n
        JOIN mynacard_card c ON c.id = n.card_id
        JOIN juki_identityrecord latest
          ON latest.resident = c.resident_id AND latest.valid_to IS NULL AND latest.superseded_at IS NULL
        LEFT JOIN juki_identityrecord shown
          ON shown.resident = c.resident_id AND shown.version = c.face_version AND shown.superseded_at IS NULL
        WHERE n.state IN ('LISTED', 'MATCHED', 'DIFFERENT') AND n.last_day <= %(until)s
    ) AS found
    WHERE n.id = found.id AND (n.state, n.office) <> (found.state, found.office)
"""  # noqa: S608 - own constants
_DUE_TO_FREEZE = """
    SELECT n.id, c.resident_id, n.office, r.version FROM mynacard_expirynotice n
    JOIN mynacard_card c ON c.id = n.card_id JOIN juki_resident r ON r.id = c.resident_id
    WHERE n.last_day <= %(until)s AND n.state = 'MATCHED' ORDER BY n.id FOR UPDATE OF n
"""
_FROZEN = """
    UPDATE mynacard_expirynotice SET state = 'FROZEN', frozen_on = %(on)s
    WHERE last_day <= %(until)s AND state IN ('MATCHED', 'DIFFERENT')
"""
_FORMS = """
    UPDATE mynacard_expirynotice n SET form_id = given.form_id
    FROM unnest(%s::bigint[], %s::text[]) AS given(id, form_id) WHERE n.id = given.id
"""
_SEND = """
    UPDATE mynacard_expirynotice n SET state = CASE WHEN c.state = 'VOID' THEN 'LEFT_OUT' ELSE 'SENT' END,
           sent_on = CASE WHEN c.state = 'VOID' THEN NULL ELSE %(on)s::date END
    FROM mynacard_card c
    WHERE c.id = n.card_id AND n.state = 'FROZEN' AND n.last_day <= %(until)s
    RETURNING CASE WHEN n.state = 'SENT' THEN c.resident_id END
"""


class Due(NamedTuple):
    """A notice that goes to the printer, and whom it addresses."""

    notice: int
    resident: UUID
    office: str
    version: int


def list_expiring(on: date, until: date) -> tuple[int, int]:
    """Put cards and certificates that end by a day onto the list; returns how many of each are new."""
    days = {"on": on, "until": until}
    return _execute(_LIST_CARDS, days), _execute(_LIST_CERTIFICATES, days)


def match(on: date, until: date) -> int:
    """Hold the list against the register of a day, for what ends by a day; returns how many rows changed."""
    return _execute(_MATCH, {"on": on, "until": until})


def due_to_freeze(until: date) -> list[Due]:
    """What is confirmed and goes to the printer; locked."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE_TO_FREEZE, {"until": until})
        return [Due(*row) for row in cursor.fetchall()]


def freeze(on: date, until: date) -> int:
    """Hand the list to the printer, unconfirmed rows too; returns how many."""
    return _execute(_FROZEN, {"on": on, "until": until})


def give_forms(notices: list[int], form_ids: list[str]) -> None:
    """Print 申請書ID and QR on these notices."""
    if notices:
        _execute(_FORMS, [notices, form_ids])


def send(on: date, until: date) -> list[UUID]:
    """Send what the printer has; returns who is told. Cards that ended meanwhile are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_SEND, {"on": on, "until": until})
        return [resident for (resident,) in cursor.fetchall() if resident is not None]


def _execute(statement: str, parameters: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)  # type: ignore[arg-type]
        return int(cursor.rowcount)
