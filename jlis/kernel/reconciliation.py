"""What must agree in the kernel: every event delivered to every subscriber, none parked."""

from collections.abc import Iterator

from django.db.models import Sum

from jlis.kernel.audit.models import AuditEntry, AuditLeaf, AuditTally, Outcome
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.outbox.events import subscribers
from jlis.kernel.outbox.models import OutboxDelivery, OutboxEvent, OutboxPending
from jlis.kernel.reconcile import Finding, check


@check
def events_are_delivered() -> Iterator[Finding]:
    """Each subscriber has acted once on each event of its kinds."""
    with acting(SYSTEM):
        for each in subscribers().values():
            told = OutboxEvent.objects.filter(kind__in=each.kinds).count()
            done = OutboxDelivery.objects.filter(subscriber=each.name).count()
            yield Finding(f"outbox.{each.name}", f"出来事の配達（{each.name}）", told, done)
        waiting = [str(row) for row in OutboxPending.objects.values_list("event_id", flat=True)[:20]]
        yield Finding("outbox.waiting", "未配達の出来事", 0, OutboxPending.objects.count(), waiting)


@check
def tallies_are_the_chain() -> Iterator[Finding]:
    """Every sealed act that was done is counted once."""
    with acting(SYSTEM):
        done = AuditEntry.objects.filter(outcome=Outcome.DONE, pk__in=AuditLeaf.objects.values("entry"))
        sealed = done.exclude(detail__has_key="part").count()
        counted = AuditTally.objects.aggregate(calls=Sum("calls", default=0))["calls"]
        yield Finding("audit.tallies", "封印した監査記録と集計の件数", sealed, counted)
