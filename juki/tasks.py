"""The room's Celery tasks: one call each."""

from celery import shared_task

from jlis.kernel.actors import system_actor
from jlis.kernel.isolation.scope import REGISTRY
from jlis.kernel.time import now
from juki.services import consistency, emergencies, population

_SCHEDULE = system_actor(
    "juki.schedule",
    REGISTRY,
    permissions=frozenset({"juki.count_population", "juki.check_consistency", "juki.remind_emergencies"}),
)


@shared_task(queue="batch")
def count_population() -> None:
    """Count the population of the day: on the first of each month."""
    population.count(by=_SCHEDULE, at=now())


@shared_task(queue="batch")
def break_off_left_checks() -> None:
    """End the 整合性確認 that a town began and left."""
    consistency.break_off_left(by=_SCHEDULE, at=now())


@shared_task(queue="batch")
def remind_of_emergencies() -> None:
    """Remind whoever is late with an emergency case: daily."""
    emergencies.remind(by=_SCHEDULE, at=now())
