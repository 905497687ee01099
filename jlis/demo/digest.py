"""A digest of what the registers hold: equal for equal seeds on the same day, whatever ids, keys and instants are."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from django.db import connection

from bcl.models import CopyEntry
from bcl.selectors.copies import opened
from jlis.kernel.isolation.scope import BCL, JPKI, LGWAN, Scope, acting

_REGISTER = """
    SELECT office, name, name_kana, former_surname, alias, address, birth_date, sex, resident_class, kana_source,
           change_reason, changed_on, state, version, valid_from, valid_to
    FROM juki_identityrecord ORDER BY 1, 2, 3, 6, 7, 12, 14, 8, 15
"""
_CERTIFICATES = """
    SELECT r.office, r.name, r.birth_date, c.kind, s.state, s.cause, s.not_before::date, s.not_after::date
    FROM jpki_certificate c JOIN jpki_certificatestatus s ON s.id = c.status_id
    JOIN juki_identityrecord r ON r.resident = c.resident_id AND r.valid_to IS NULL AND r.superseded_at IS NULL
    WHERE s.not_before < date_trunc('day', now()) ORDER BY 1, 2, 3, 4, 5, 7, 8, 6
"""

_NETWORK = (
    """
    SELECT body_id, generation, role, way, status, valid_from, valid_to FROM lgwan_circuit ORDER BY 1, 2, 3, 6
    """,
    """
    SELECT survey_id, prefecture_id, bodies, former, via_prefecture_node, direct, hybrid FROM lgwan_surveycount
    ORDER BY 1, 2
    """,
    """
    SELECT p.name, s.layer, s.name, s.state, s.number, s.applied_on, s.registered_on, s.renewal_due_on, s.ended_on
    FROM lgwan_service s JOIN lgwan_provider p ON p.id = s.provider_id ORDER BY 1, 2, 3
    """,
)


def digest() -> str:
    """SHA-256 over versions, certificates of the past, copies and the network, in an order that ids do not decide."""
    found = hashlib.sha256()
    for line in chain(_lines(JPKI, _REGISTER, _CERTIFICATES), _copies(), _lines(LGWAN, *_NETWORK)):
        found.update(line.encode() + b"\n")
    return found.hexdigest()


def _lines(role: Scope, *statements: str) -> Iterator[str]:
    with acting(role), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            for row in cursor:
                yield "\x1f".join("" if value is None else str(value) for value in row)


def _copies() -> Iterator[str]:
    """The copies' rows by office and 宛名番号, without the codes, which the installation's keys decide."""
    with acting(BCL):
        entries = CopyEntry.objects.order_by("office", "number").iterator(chunk_size=5000)
        yield from (replace(held.row, resident_code="").line() for held in opened(entries))
