"""Delivering: each subscriber acts once on each event, in the order of its subject.

One deliverer at a time works for a subscriber (an advisory lock), so bulk events act as barriers for free. The act, the
delivery's row and the removal of the pending row are one transaction: a killed worker leaves all three or none.
A handler that fails is tried again alone, with growing pauses; after `MAX_ATTEMPTS` the subject is parked and reported.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from django.db import connection, transaction

from jlis.kernel.domain.subject_sets import unpack_subjects
from jlis.kernel.isolation.scope import SYSTEM, acting, scope
from jlis.kernel.outbox.events import Envelope, Subscriber, event_class, subscribers
from jlis.kernel.outbox.models import OutboxDelivery, OutboxEvent, OutboxPending

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 8
_LOCK_SPACE = 5_011

# A head is due, not parked, and nothing older of its subject waits before it. Several events of one subject may ride
# in one batch, since the batch is handled in order: only a parked or delayed predecessor holds an event back.
# The pending row's number is drawn under the subject's lock, so its order is the order of each subject.
_HEADS = """
    SELECT p.id, p.event_id FROM kernel_outboxpending p
    WHERE p.subscriber = %(subscriber)s AND p.parked_at IS NULL AND p.due_at <= %(at)s
      AND NOT EXISTS (
          SELECT 1 FROM kernel_outboxpending earlier
          WHERE earlier.subscriber = p.subscriber AND earlier.subject = p.subject AND earlier.sequence < p.sequence
            AND (earlier.parked_at IS NOT NULL OR earlier.due_at > %(at)s))
    ORDER BY p.id LIMIT %(limit)s
"""


@dataclass
class Delivered:
    """How many events were handled and how many attempts failed."""

    handled: int = 0
    failed: int = 0
    parked: int = 0


def deliver_all(*, at: datetime | None = None) -> Delivered:
    """Deliver to every subscriber whatever is due; returns when nothing more is, or another deliverer is at work."""
    total = Delivered()
    for each in subscribers().values():
        done = deliver_to(each, at=at)
        total.handled += done.handled
        total.failed += done.failed
        total.parked += done.parked
    return total


def deliver_to(subscriber: Subscriber, *, at: datetime | None = None) -> Delivered:
    """Deliver what is due for one subscriber, batch after batch."""
    total = Delivered()
    limit = subscriber.batch
    while True:
        moment = at or datetime.now(UTC)
        try:
            handled = _deliver_batch(subscriber, moment, limit)
        except Exception as error:  # a handler may fail in any way; its event must neither be lost nor block others
            total.failed += 1
            if limit > 1:
                limit = 1
                continue
            total.parked += _put_off(subscriber, moment, error)
            continue
        if not handled:
            return total
        total.handled += handled
        limit = subscriber.batch


def _deliver_batch(subscriber: Subscriber, at: datetime, limit: int) -> int:
    with acting(SYSTEM):
        if not _only_deliverer(subscriber):
            return 0
        heads = _heads(subscriber, at, limit)
        if not heads:
            return 0
        envelopes = _envelopes([event for _, event in heads])
        # A savepoint of its own would hide nothing: the act and its receipt stand or fall together.
        with scope(subscriber.scope):
            subscriber.handler(envelopes)
        OutboxDelivery.objects.bulk_create(
            OutboxDelivery(event=each.id, subscriber=subscriber.name, delivered_at=at) for each in envelopes
        )
        OutboxPending.objects.filter(pk__in=[pk for pk, _ in heads]).delete()
        return len(envelopes)


def _only_deliverer(subscriber: Subscriber) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_SPACE, subscriber.name])
        return bool(cursor.fetchone()[0])


def _heads(subscriber: Subscriber, at: datetime, limit: int) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(_HEADS, {"subscriber": subscriber.name, "at": at, "limit": limit})
        return cursor.fetchall()


def _envelopes(ids: list) -> list[Envelope]:
    events = OutboxEvent.objects.in_bulk(ids)
    return [
        Envelope(
            row.pk,
            row.sequence,
            row.occurred_at,
            event_class(row.kind).restore(
                row.subject, row.payload, tuple(unpack_subjects(bytes(row.subjects))) if row.subjects else ()
            ),
        )
        for row in (events[each] for each in ids)
    ]


def _put_off(subscriber: Subscriber, at: datetime, error: Exception) -> int:
    """Note the failure on the head that failed alone; 1 when its subject is parked by it."""
    with acting(SYSTEM):
        heads = _heads(subscriber, at, 1)
        if not heads:
            return 0
        pending = OutboxPending.objects.select_for_update().get(pk=heads[0][0])
        pending.attempts += 1
        # The error's class alone: its text may carry a person's item.
        pending.fault = type(error).__name__
        pending.due_at = at + timedelta(seconds=min(2**pending.attempts, 300))
        parked = pending.attempts >= MAX_ATTEMPTS
        pending.parked_at = at if parked else None
        pending.save(update_fields=["attempts", "fault", "due_at", "parked_at"])
        log.error(
            "event_parked" if parked else "event_failed",
            subscriber=subscriber.name,
            event_id=str(pending.event_id),
            attempts=pending.attempts,
            fault=pending.fault,
            exc_info=False,
        )
        return int(parked)


def release(*, subscriber: str, subject: UUID) -> int:
    """Let a parked subject be tried again, after its cause was mended; returns how many events were released."""
    with transaction.atomic():
        return OutboxPending.objects.filter(subscriber=subscriber, subject=subject, parked_at__isnull=False).update(
            parked_at=None, attempts=0, due_at=datetime.now(UTC)
        )
