"""The room's Celery tasks: one call each."""

from datetime import timedelta

from celery import shared_task

from jlis.kernel.actors import system_actor
from jlis.kernel.isolation.scope import REGISTRY
from jlis.kernel.time import TOKYO, now
from juki.services import access_reviews, consistency, emergencies, population

_SCHEDULE = system_actor(
    "juki.schedule",
    REGISTRY,
    permissions=frozenset(
        {"juki.count_population", "juki.check_consistency", "juki.remind_emergencies", "juki.review_access"}
    ),
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


@shared_task(queue="batch")
def review_access() -> None:
    """Review the access log of the day before: daily. The chain keeps real time, whatever the legal day."""
    at = now()
    access_reviews.review(day=at.instant.astimezone(TOKYO).date() - timedelta(days=1), by=_SCHEDULE, at=at)
