"""Publishing: the event is written in the transaction of the change that it tells of."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from jlis.kernel.arrays import columns
from jlis.kernel.domain.subject_sets import pack_subjects
from jlis.kernel.domain.uuid7 import entropies, uuid7
from jlis.kernel.outbox import waking
from jlis.kernel.outbox.events import Event, subscribers_of

# Sorted, so that two publishers of the same subjects wait for each other and do not deadlock.
_DRAW = """
    INSERT INTO kernel_outboxsubject (subject, last_sequence)
    SELECT subject, drawn FROM unnest(%s::uuid[], %s::bigint[]) AS wanted(subject, drawn) ORDER BY subject
    ON CONFLICT (subject) DO UPDATE SET last_sequence = kernel_outboxsubject.last_sequence + EXCLUDED.last_sequence
    RETURNING subject, last_sequence
"""
_EVENTS = """
    INSERT INTO kernel_outboxevent (id, kind, subject, sequence, payload, subjects, subject_count, occurred_at)
    SELECT * FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::bigint[], %s::jsonb[], %s::bytea[], %s::int[],
                         %s::timestamptz[])
"""
_PENDING = """
    INSERT INTO kernel_outboxpending (event_id, subscriber, subject, sequence, attempts, due_at, fault)
    SELECT event, subscriber, subject, sequence, 0, due, ''
    FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::bigint[], %s::timestamptz[])
         AS wanted(event, subscriber, subject, sequence, due)
"""


def publish(*events: Event) -> None:
    """Write events with the running transaction; their subscribers are woken after the commit."""
    publish_many(events)


def publish_many(events: Sequence[Event]) -> None:
    """Write many events in three statements. Events of one subject keep the order given."""
    if not events:
        return
    at = datetime.now(UTC)
    ids = [
        uuid7(at + timedelta(microseconds=place), entropy=entropy)
        for place, entropy in enumerate(entropies(len(events)))
    ]
    sequences = _draw_sequences(events)
    rows = [
        (
            identity,
            event.kind,
            event.subject,
            sequence,
            Jsonb(event.payload()),
            pack_subjects(event.subjects).octets if event.subjects else None,
            len(event.subjects) or 1,
            at,
        )
        for identity, event, sequence in zip(ids, events, sequences, strict=True)
    ]
    pending = [
        (identity, each.name, event.subject, sequence, at)
        for identity, event, sequence in zip(ids, events, sequences, strict=True)
        for each in subscribers_of(event.kind)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, columns(rows))
        if pending:
            cursor.execute(_PENDING, columns(pending))
    if waking.wake_deliverers not in [function for _, function, *_ in connection.run_on_commit]:
        transaction.on_commit(waking.wake_deliverers)


def wait_for_others(subjects: Iterable[UUID]) -> None:
    """Take the subjects' turn until the running transaction ends.

    What another transaction has published of them is committed or gone on return, and the next statement sees it; what
    anybody publishes from here on is delivered after this transaction's end.
    """
    if wanted := set(subjects):
        with connection.cursor() as cursor:
            cursor.execute(_DRAW, columns([(subject, 0) for subject in wanted]))


def _draw_sequences(events: Sequence[Event]) -> list[int]:
    wanted = Counter(event.subject for event in events)
    with connection.cursor() as cursor:
        cursor.execute(_DRAW, columns(wanted.items()))
        last = dict(cursor.fetchall())
    following = {subject: last[subject] - count for subject, count in wanted.items()}
    drawn = []
    for event in events:
        following[event.subject] += 1
        drawn.append(following[event.subject])
    return drawn
