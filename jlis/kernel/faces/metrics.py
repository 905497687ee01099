"""Metrics for Prometheus: requests by route, and the queues' lengths read from their tables. No personal label."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from django.db.models import Count, Min, Q
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric

from jlis.kernel.audit.models import AuditBlock, AuditEntry
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.jobs.models import Job
from jlis.kernel.outbox.models import OutboxPending

_requests = Counter("jlis_requests", "Requests", ["method", "route", "status"])
_seconds = Histogram("jlis_request_seconds", "Seconds per request", ["route"])


Measure = Callable[[], float]
_measures: list[tuple[str, str, Measure]] = []


def gauge(name: str, words: str) -> Callable[[Measure], Measure]:
    """Register a room's figure, read at each scrape; it sets its own scope."""

    def register(measure: Measure) -> Measure:
        _measures.append((name, words, measure))
        return measure

    return register


class _Rooms:
    """The figures that the rooms registered."""

    def collect(self) -> Iterator[Metric]:
        """The gauges."""
        for name, words, measure in _measures:
            yield GaugeMetricFamily(name, words, value=measure())


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request."""
    _requests.labels(method, route, str(status)).inc()
    _seconds.labels(route).observe(seconds)


class _Queues:
    """Reads the state of outbox, jobs and audit chain at each scrape."""

    def collect(self) -> Iterator[Metric]:
        """The gauges."""
        with acting(SYSTEM):
            pending = OutboxPending.objects.aggregate(
                waiting=Count("pk"), parked=Count("pk", filter=Q(parked_at__isnull=False)), oldest=Min("due_at")
            )
            jobs = dict(Job.objects.values_list("state").annotate(Count("pk")).order_by("state"))
            last = AuditBlock.objects.order_by("-height").first()
            unsealed = AuditEntry.objects.filter(transaction__gte=last.transaction_below if last else 0).count()
        yield GaugeMetricFamily("jlis_outbox_waiting", "Events not yet delivered", value=pending["waiting"])
        yield GaugeMetricFamily("jlis_outbox_parked", "Events whose subject is parked", value=pending["parked"])
        age = (datetime.now(UTC) - pending["oldest"]).total_seconds() if pending["oldest"] else 0
        yield GaugeMetricFamily("jlis_outbox_oldest_seconds", "Age of the oldest event", value=max(0, age))
        yield GaugeMetricFamily("jlis_audit_unsealed", "Audit entries not yet sealed", value=unsealed)
        states = GaugeMetricFamily("jlis_jobs", "Jobs by state", labels=["state"])
        for state, count in jobs.items():
            states.add_metric([state], count)
        yield states


def exposition() -> bytes:
    """The text that `/metrics` answers."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(registry)
    else:
        registry.register(_requests)
        registry.register(_seconds)
    registry.register(_Queues())
    registry.register(_Rooms())
    return generate_latest(registry)
