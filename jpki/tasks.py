"""The room's Celery tasks: one call each."""

from celery import shared_task

from jlis.kernel.actors import system_actor
from jlis.kernel.isolation.scope import JPKI
from jlis.kernel.time import now
from jpki.services import consents, departures, inspections, issuing, ocsp, publications, tallies

_OPERATOR = system_actor(
    "jpki.schedule", JPKI, permissions=frozenset({"jpki.operate_authority", "jpki.follow_register"})
)


@shared_task(queue="kernel")
def publish_changed_lists() -> None:
    """Publish the lists of the towns where something was revoked: several times a minute."""
    publications.publish_changed(by=_OPERATOR, at=now())


@shared_task(queue="batch")
def publish_all_lists() -> None:
    """Publish every list: daily."""
    publications.publish_all(by=_OPERATOR, at=now())


@shared_task(queue="batch")
def refresh_ocsp() -> None:
    """Make anew the OCSP answers and responder certificates that run out."""
    ocsp.refresh(by=_OPERATOR, at=now())


@shared_task(queue="batch")
def discard_unfinished_certificates() -> None:
    """Take what a crash left unsigned out of the world."""
    issuing.discard_unfinished(by=_OPERATOR, at=now())


@shared_task(queue="batch")
def end_what_departures_end() -> None:
    """End what a 転出 told beforehand ends today: daily, and again for whoever is told late."""
    departures.take_effect(by=_OPERATOR, at=now())


@shared_task(queue="batch")
def melt_tallies() -> None:
    """Melt the tallies' loose rows into whole ones: several times an hour."""
    tallies.melt(by=_OPERATOR)


@shared_task(queue="batch")
def lint_sample() -> None:
    """Lint a sample of what was issued and published: daily."""
    inspections.inspect(by=_OPERATOR, at=now())


@shared_task(queue="batch")
def remind_of_consents() -> None:
    """Remind the parties of the holders whom they have to ask again: on the first of each month."""
    consents.remind(by=_OPERATOR, at=now())
