"""Writing the audit chain: one entry per act, in the act's own transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from jlis.kernel import prepared
from jlis.kernel.actors import Actor
from jlis.kernel.arrays import array
from jlis.kernel.audit import hashing
from jlis.kernel.audit.models import Outcome
from jlis.kernel.domain.subject_sets import PackedSet, pack_subjects
from jlis.kernel.domain.uuid7 import entropies, uuid7
from jlis.kernel.isolation.scope import acting
from jlis.kernel.request_context import request_id
from jlis.kernel.vault import keys

_BULK = """
    INSERT INTO kernel_auditentry (id, at, actor_kind, actor_id, actor_label, organisation, action, outcome, purpose,
                                   subject, subjects, subject_count, detail, request_id, mac)
    SELECT * FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                         %s::text[], %s::text[], %s::uuid[], %s::bytea[], %s::int[], %s::jsonb[], %s::text[],
                         %s::bytea[])
"""


@dataclass(frozen=True)
class Act:
    """One act to be recorded. `subjects` are ids, or packed already.

    `detail` says what was done in codes and counts, never with a personal value.
    """

    action: str
    subject: UUID | None = None
    subjects: Sequence[UUID] | PackedSet | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class _Entry:
    """The columns of a new entry. Not the model: making thousands of its instances costs more than writing them."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_id: str
    actor_label: str
    organisation: str
    action: str
    outcome: str
    purpose: str
    subject: UUID | None
    subjects: bytes | None
    subject_count: int
    detail: Any
    request_id: str
    mac: bytes = b""


def record(
    *,
    action: str,
    by: Actor,
    purpose: str = "",
    subject: UUID | None = None,
    subjects: Iterable[UUID] | None = None,
    detail: Mapping[str, Any] | None = None,
) -> UUID:
    """Write one entry with the running transaction; returns its id. A bulk act names all its residents at once."""
    act = Act(action, subject, None if subjects is None else list(subjects), detail or {})
    return record_many([act], by=by, purpose=purpose)[0]


def record_parts(
    parts: Iterable[PackedSet], *, action: str, by: Actor, purpose: str = "", detail: Mapping[str, Any]
) -> int:
    """Write a bulk act with more residents than one entry holds: an entry a part; returns how many they are.

    The entries after the first say which part they are: they are no acts of their own, and no statistics count them so.
    """
    persons = 0
    for number, part in enumerate(parts, start=1):
        own = detail if number == 1 else {**detail, "part": number}
        record_many([Act(action, None, part, own)], by=by, purpose=purpose)
        persons += part.size
    return persons


def record_many(acts: Sequence[Act], *, by: Actor, purpose: str = "") -> list[UUID]:
    """Write many entries by the same actor in one statement; returns their ids in order."""
    if not acts:
        return []
    connection.ensure_connection()
    at, key, request = datetime.now(UTC), keys.audit_key(), request_id()
    entries = [
        _entry(act, by, purpose, at, request, Outcome.DONE, entropy)
        for act, entropy in zip(acts, entropies(len(acts)), strict=True)
    ]
    _insert(entries, key)
    return [entry.id for entry in entries]


def denied(*, action: str, by: Actor, purpose: str = "", reason: str, subject: UUID | None = None) -> None:
    """Record a refusal in a transaction of its own, after the act's transaction was rolled back."""
    with acting(by.scope):
        act = Act(action, subject, None, {"reason": reason})
        entry = _entry(act, by, purpose, datetime.now(UTC), request_id(), Outcome.DENIED)
        _insert([entry], keys.audit_key())


def _entry(
    act: Act, by: Actor, purpose: str, at: datetime, request: str, outcome: Outcome, entropy: int | None = None
) -> _Entry:
    packed, count = _packed(act)
    return _Entry(
        id=uuid7(at, entropy=entropy),
        at=at,
        actor_kind=by.kind.value,
        actor_id=by.id,
        actor_label=by.label,
        organisation=by.organisation,
        action=act.action,
        outcome=outcome.value,
        purpose=purpose,
        subject=act.subject,
        subjects=packed,
        subject_count=count,
        detail=dict(act.detail),
        request_id=request,
    )


def _packed(act: Act) -> tuple[bytes | None, int]:
    if act.subjects is None:
        return None, int(act.subject is not None)
    if isinstance(act.subjects, PackedSet):
        return act.subjects
    return pack_subjects(act.subjects)


_COLUMNS = tuple(column.name for column in fields(_Entry))


def _insert(entries: Sequence[_Entry], key: bytes) -> None:
    # One INSERT from arrays, without RETURNING: the acting roles may write entries but not read them.
    for entry in entries:
        entry.mac = hashing.mac(key, entry)
        entry.detail = Jsonb(entry.detail)
    prepared.run(_BULK, [array([getattr(entry, column) for entry in entries]) for column in _COLUMNS])
