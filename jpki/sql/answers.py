"""What OCSP answers are made of, and those made ahead.

Why not the ORM: one round trip for the hot path; a ready answer counts only while its status has the same version.
Index: the answers' primary key, ``status_serial_once``.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

_READY = """
    SELECT a.content, a.this_update, a.next_update
    FROM jpki_ocspanswer a
    JOIN jpki_certificatestatus s
      ON s.generation_id = a.generation_id AND s.serial = a.serial AND s.version = a.version
    WHERE a.generation_id = %s AND a.hash_name = %s AND a.serial = %s AND a.next_update > %s
"""
_STATES = """
    SELECT serial, state, reason, coalesce(suspended_at, revoked_at), version
    FROM jpki_certificatestatus WHERE generation_id = %s AND serial = ANY(%s)
"""
_KEEP = """
    INSERT INTO jpki_ocspanswer (generation_id, hash_name, serial, version, this_update, next_update, content)
    SELECT %(generation)s, %(hash)s, serial, version, %(this)s, %(next)s, content
    FROM unnest(%(serials)s::bigint[], %(versions)s::int[], %(contents)s::bytea[]) AS made(serial, version, content)
    ON CONFLICT (generation_id, hash_name, serial) DO UPDATE
    SET version = EXCLUDED.version, this_update = EXCLUDED.this_update, next_update = EXCLUDED.next_update,
        content = EXCLUDED.content
    WHERE jpki_ocspanswer.version <= EXCLUDED.version
"""
_DUE = """
    SELECT a.serial, a.hash_name FROM jpki_ocspanswer a
    WHERE a.generation_id = %s AND a.next_update < %s ORDER BY a.next_update LIMIT %s
"""


class Ready(NamedTuple):
    """An answer made ahead."""

    content: bytes
    this_update: datetime
    next_update: datetime


class Standing(NamedTuple):
    """A serial's state as an answer needs it."""

    state: str
    reason: int | None
    since: datetime | None
    version: int


def ready(generation: int, hash_name: str, serial: int, at: datetime) -> Ready | None:
    """The answer made ahead, if it still tells the truth."""
    with connection.cursor() as cursor:
        cursor.execute(_READY, [generation, hash_name, serial, at])
        row = cursor.fetchone()
        return Ready(bytes(row[0]), row[1], row[2]) if row else None


def standings(generation: int, serials: Sequence[int]) -> dict[int, Standing]:
    """What is known of the serials; those never issued are missing."""
    with connection.cursor() as cursor:
        cursor.execute(_STATES, [generation, list(serials)])
        return {serial: Standing(*rest) for serial, *rest in cursor.fetchall()}


def keep(
    generation: int,
    hash_name: str,
    made: Sequence[tuple[int, int, bytes]],
    *,
    this_update: datetime,
    next_update: datetime,
) -> None:
    """Keep answers as (serial, version, content); an answer for an older version never replaces a newer one."""
    values: dict[str, Any] = {
        "generation": generation, "hash": hash_name, "this": this_update, "next": next_update,
        "serials": [each[0] for each in made], "versions": [each[1] for each in made],
        "contents": [each[2] for each in made],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, values)


def due(generation: int, before: datetime, limit: int) -> list[tuple[int, str]]:
    """(serial, hash name) of kept answers that end before an instant, the earliest first."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [generation, before, limit])
        return cursor.fetchall()
