"""The card clocks of a day: cards whose deadline or whose validity has passed end by themselves."""

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.time import Moment
from juki.selectors import residents
from mynacard.choices import IN_HAND
from mynacard.domain.clocks import ENDS_BY, Clock
from mynacard.domain.lifecycle import MOVES
from mynacard.models import Card
from mynacard.services import abroad, batches, departing, moving
from mynacard.services.counter import PURPOSE

TASK = "card_clocks"


def run(*, by: Actor, at: Moment) -> dict[str, int]:
    """End what has run out by the day; counts by verb. A second run for the day finds the first one's row."""
    by.must("mynacard.follow_register")
    with acting(MYNACARD):
        if not batches.take(TASK, at=at):
            return batches.summary_of(TASK, at=at)
        in_hand = Card.objects.filter(state__in=IN_HAND)
        done = {}
        for clock, verb in ENDS_BY.items():
            over = in_hand.filter(clock=clock.value, clock_due_on__lt=at.day)
            if clock is not Clock.CONTINUE:
                # Whom the register has again: the event that tells of it is on its way and settles the clock.
                over = over.exclude(residents.registered_again(at.day))
            ids = list(over.order_by("pk").values_list("pk", flat=True))
            done[verb] = len(moving.apply(MOVES[verb], ids, by=by, at=at, purpose=PURPOSE))
        ids = list(in_hand.filter(expires_on__lt=at.day).order_by("pk").values_list("pk", flat=True))
        done["expire"] = len(moving.apply(MOVES["expire"], ids, by=by, at=at, purpose=PURPOSE))
        done["gone_abroad"] = abroad.take_effect(by=by, at=at)
        done["gone_applicants"] = departing.take_effect(by=by, at=at)
        return batches.finish(TASK, done, at=at)
