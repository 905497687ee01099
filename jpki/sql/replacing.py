"""What a generation has in force on cards, part by part; telephones apply again.

Why not the ORM: a hundred million rows are walked by their key, with the stored content beside them. Rows expected:
10,000 a call. Index: the primary key, whose order is that of issue.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

_IN_FORCE = """
    SELECT s.id, s.serial, s.kind, c.resident_id, c.to_be_signed,
           ARRAY(SELECT jsonb_array_elements_text(c.exemptions))
    FROM jpki_certificatestatus s JOIN jpki_certificate c ON c.status_id = s.id
    WHERE s.generation_id = %s AND s.state = 'VALID' AND s.id > %s AND s.not_after > %s
      AND s.kind IN ('SIGN_CARD', 'AUTH_CARD')
    ORDER BY s.id LIMIT %s
"""
_COUNT = """
    SELECT count(*) FROM jpki_certificatestatus
    WHERE generation_id = %s AND state = 'VALID' AND not_after > %s AND kind IN ('SIGN_CARD', 'AUTH_CARD')
"""
_RELIED_ON = """
    SELECT id FROM jpki_certificatestatus
    WHERE generation_id = %s AND state IN ('VALID', 'SUSPENDED') AND not_after > %s
    ORDER BY id LIMIT %s
"""
_REPLACED = """
    SELECT count(*) FROM jpki_certificatestatus
    WHERE generation_id = %s AND cause IN ('REPLACEMENT', 'AUTHORITY_KEY') AND revoked_at >= %s
      AND EXISTS (SELECT 1 FROM jpki_certificate n WHERE n.predecessor_id = jpki_certificatestatus.id)
"""


class InForce(NamedTuple):
    """A certificate in force."""

    id: int
    serial: int
    kind: str
    resident: UUID
    to_be_signed: bytes
    exemptions: list[str]


def in_force(generation: int, *, after: int, limit: int, at: datetime) -> list[InForce]:
    """The next certificates in force behind a row, in the order of their rows."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, [generation, after, at, limit])
        return [InForce(*row) for row in cursor.fetchall()]


def relied_on(generation: int, *, limit: int, at: datetime) -> list[int]:
    """Certificates of every kind that are in force or on hold."""
    with connection.cursor() as cursor:
        cursor.execute(_RELIED_ON, [generation, at, limit])
        return [pk for (pk,) in cursor.fetchall()]


def count_in_force(generation: int, at: datetime) -> int:
    """How many are in force."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [generation, at])
        return cursor.fetchone()[0]


def count_replaced(generation: int, *, since: datetime) -> int:
    """How many were replaced since an instant."""
    with connection.cursor() as cursor:
        cursor.execute(_REPLACED, [generation, since])
        return cursor.fetchone()[0]
