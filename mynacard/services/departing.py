"""転出 told beforehand: what ends with the day of applications, and of cards in the safe of who leaves Japan.

Until then the applicant is as present as anybody (`juki.domain.presence`). Whom another town enters before the day is
followed by events (`following`).
"""

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.time import Moment
from juki.choices import RecordState
from juki.domain.changes import ChangeReason
from mynacard.choices import APPLICATION_LIVE
from mynacard.domain.lifecycle import BEFORE_HAND_OVER, MOVES
from mynacard.models import Application, Card
from mynacard.services import applications, moving
from mynacard.services.counter import PURPOSE


def take_effect(*, by: Actor, at: Moment) -> int:
    """Cancel what those had under way who have left by the day; returns how many. A second run finds nothing left."""
    by.must("mynacard.follow_register")
    with acting(MYNACARD):
        gone = Application.objects.select_related("resident").filter(
            state__in=APPLICATION_LIVE, resident__state=RecordState.REMOVED, resident__changed_on__lte=at.day
        )
        found = list(gone.order_by("pk"))
        for each in found:
            applications.cancel_removed(each, by=by, at=at)
        abroad = [each.pk for each in found if each.resident.removal_reason == ChangeReason.MOVE_OUT_ABROAD]
        cards = Card.objects.filter(application__in=abroad, state__in=BEFORE_HAND_OVER)
        ids = list(cards.order_by("pk").values_list("pk", flat=True))
        moving.apply(MOVES["void_on_leaving"], ids, by=by, at=at, purpose=PURPOSE)
    return len(found)
