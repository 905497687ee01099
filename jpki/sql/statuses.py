"""Changing the status of many certificates at once.

Why not the ORM: rows differ in their values, and the number of rows that truly changed decides what is audited.
Expected: 1 to 500 rows, by the primary key.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from jlis.kernel.arrays import array

# The lock re-reads a row that another transaction has just changed, so that of two revocations one finds nothing.
_LOCK = """
    SELECT s.id, s.generation_id, s.serial, s.kind, s.partition_id, s.suspended_at, s.issued_at, c.resident_id
    FROM jpki_certificatestatus s JOIN jpki_certificate c ON c.status_id = s.id
    WHERE s.id = ANY(%s::bigint[]) AND s.state = ANY(%s)
    ORDER BY s.id FOR UPDATE OF s
"""
# The tally's row stands with the act itself (`jpki.models.tallies`); a hold counts as long as the row has it.
_END = """
    WITH changed AS (
        UPDATE jpki_certificatestatus s
        SET state = %(state)s, cause = %(cause)s, reason = %(reason)s, crl_entry = ended.entry,
            suspended_at = CASE WHEN %(state)s = 'SUSPENDED' THEN %(at)s ELSE s.suspended_at END,
            revoked_at = CASE WHEN %(state)s = 'REVOKED' THEN %(at)s END,
            version = s.version + 1
        FROM unnest(%(ids)s::bigint[], %(entries)s::bytea[]) AS ended(id, entry)
        WHERE s.id = ended.id
        RETURNING s.partition_id, s.kind,
                  CASE WHEN %(state)s = 'SUSPENDED' THEN 'SUSPENDED' WHEN s.issued_at IS NULL THEN 'LAPSED'
                       ELSE 'REVOKED' END AS what
    )
    INSERT INTO jpki_certificatetally (day, partition_id, kind, what, cause, number, is_whole)
    SELECT (%(at)s AT TIME ZONE 'Asia/Tokyo')::date, partition_id, kind, what,
           CASE WHEN what = 'SUSPENDED' THEN '' ELSE %(cause)s END, count(*), false
    FROM changed GROUP BY 2, 3, 4
"""
_RELEASE = """
    WITH lifted AS (
        UPDATE jpki_certificatestatus s
        SET state = 'VALID', cause = '', reason = NULL, crl_entry = NULL, suspended_at = NULL, version = s.version + 1
        FROM jpki_certificatestatus held
        WHERE s.id = ANY(%s) AND held.id = s.id
        RETURNING (held.suspended_at AT TIME ZONE 'Asia/Tokyo')::date AS day, s.partition_id, s.kind
    )
    INSERT INTO jpki_certificatetally (day, partition_id, kind, what, cause, number, is_whole)
    SELECT day, partition_id, kind, 'SUSPENDED', '', -count(*), false FROM lifted GROUP BY 1, 2, 3
"""
# Heard at the commit by every web process that remembers states (`jpki.gateways.status_memory`).
_TELL = """
    SELECT pg_notify('jpki_status', string_agg(generation_id || ':' || serial, ' '))
    FROM (SELECT generation_id, serial, row_number() OVER () / 200 AS part
          FROM jpki_certificatestatus WHERE id = ANY(%s)) AS changed
    GROUP BY part
"""
_LET_GO = "DELETE FROM jpki_holding WHERE status_id = ANY(%s)"
_MARK = """
    INSERT INTO jpki_crlchange (generation_id, partition_id, changed_at)
    SELECT generation, partition, %s FROM unnest(%s::bigint[], %s::bigint[]) AS changed(generation, partition)
"""


class Locked(NamedTuple):
    """A status that is in the state asked for, and stays so until the transaction ends."""

    id: int
    generation: int
    serial: int
    kind: str
    partition: int
    suspended_at: datetime | None
    issued_at: datetime | None
    resident: UUID


def lock(ids: Sequence[int], states: Sequence[str]) -> list[Locked]:
    """Lock those of the statuses that are in one of the states."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [array(ids), list(states)])
        return [Locked(*row) for row in cursor.fetchall()]


def end(ids: Sequence[int], entries: Sequence[bytes], *, state: str, cause: str, reason: int, at: datetime) -> None:
    """Revoke or suspend locked statuses, each with its entry of the list."""
    values: dict[str, Any] = {
        "ids": list(ids),
        "entries": list(entries),
        "state": state,
        "cause": cause,
        "reason": reason,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_END, values)
        cursor.execute(_TELL, [list(ids)])


def release(ids: Sequence[int]) -> None:
    """Lift the hold of locked statuses."""
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, [list(ids)])
        cursor.execute(_TELL, [list(ids)])


def let_go(ids: Sequence[int]) -> None:
    """Note that these certificates are held no longer."""
    with connection.cursor() as cursor:
        cursor.execute(_LET_GO, [list(ids)])


def mark_changed(places: Sequence[tuple[int, int]], at: datetime) -> None:
    """Note (generation, partition) pairs as waiting for a new list."""
    if not places:
        return
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [at, [place[0] for place in places], [place[1] for place in places]])
