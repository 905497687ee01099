"""Cards that cannot be used are void, and their applications wait for the next lot."""

from collections.abc import Collection

from jlis.kernel.actors import Actor
from jlis.kernel.time import Moment
from mynacard.choices import ApplicationState
from mynacard.domain.applications import MOVES as APPLICATION_MOVES
from mynacard.domain.lifecycle import MOVES
from mynacard.models import Card
from mynacard.services import applications, moving
from mynacard.services.counter import PURPOSE


def discard(cards: Collection[Card], *, by: Actor, at: Moment, verb: str = "void_faulty") -> None:
    """Cards that cannot be used are void, and their applications wait for the next lot; in the caller's transaction."""
    moved = moving.apply(MOVES[verb], [card.pk for card in cards], by=by, at=at, purpose=PURPOSE)
    for card in moved:
        application = card.application
        if application is not None and application.state == ApplicationState.PRODUCING:
            applications.move_one(APPLICATION_MOVES["remake"], application, by=by, at=at)
