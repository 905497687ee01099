"""The room's Celery tasks: one call each."""

from celery import shared_task

from jlis.kernel.actors import system_actor
from jlis.kernel.isolation.scope import REGISTRY
from jlis.kernel.time import now
from juki.services import population

_SCHEDULE = system_actor("juki.schedule", REGISTRY, permissions=frozenset({"juki.count_population"}))


@shared_task(queue="batch")
def count_population() -> None:
    """Count the population of the day: on the first of each month."""
    population.count(by=_SCHEDULE, at=now())
