"""The room's Celery tasks: one call each."""

from celery import shared_task

from jlis.kernel.actors import system_actor
from jlis.kernel.isolation.scope import MYNACARD
from jlis.kernel.time import now
from mynacard.services import clockwork, express, notices

_SCHEDULE = system_actor(
    "mynacard.schedule",
    MYNACARD,
    permissions=frozenset({"mynacard.follow_register", "mynacard.send_notices", "mynacard.dispatch_express"}),
)


@shared_task(queue="batch")
def run_card_clocks() -> None:
    """End the cards whose time has passed: daily."""
    clockwork.run(by=_SCHEDULE, at=now())


@shared_task(queue="batch")
def send_expiry_notices() -> None:
    """List, freeze and send what is due: daily."""
    notices.run(by=_SCHEDULE, at=now())


@shared_task(queue="batch")
def dispatch_express_cards() -> None:
    """Order and post the express lane's cards: daily."""
    express.dispatch(by=_SCHEDULE, at=now())
