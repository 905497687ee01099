"""The cards of everybody grown: held since before this system, and what a year of moves and deaths did to them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from jlis.demo.cards import PURPOSE
from jlis.kernel.actors import Actor
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.isolation.scope import JPKI, MYNACARD, acting
from jlis.kernel.time import TOKYO, Moment
from jpki.choices import State
from jpki.domain.kinds import CARD_KINDS
from jpki.models import Certificate
from juki.selectors import residents
from mynacard.choices import Clock
from mynacard.domain import validity
from mynacard.models import Card, CardCertificate
from mynacard.services import cards, clockwork, taking_over
from mynacard.services.taking_over import HeldCard

_EVERY = 3
_YOUNGEST_THEN = 18


def take_over(*, operator: Actor, at: Moment) -> int:
    """A card for everybody with certificates, as if issued by the system before this one; returns how many."""
    with acting(JPKI):
        rows = Certificate.objects.select_related("status").order_by("status_id")
        borne: dict[UUID, list[Certificate]] = defaultdict(list)
        for row in rows.only("resident", "kind", "status__not_before", "status__not_after"):
            borne[row.resident_id].append(row)
        known = residents.current_many(list(borne))
    # In an order that ids do not decide.
    holders = sorted(known.values(), key=lambda each: (each.name_kana, each.birth_date, each.name, each.address))
    held = [
        _held(place, each.resident_id, borne[each.resident_id], PartialDate.from_iso(each.birth_date))
        for place, each in enumerate(holders)
    ]
    return taking_over.take_over(cards=held, by=operator, at=at, purpose=PURPOSE)


def note_new_certificates(*, operator: Actor, at: Moment) -> int:
    """The certificates that holders got anew since; returns how many."""
    with acting(JPKI):
        in_force = Certificate.objects.filter(status__state=State.VALID, kind__in=CARD_KINDS)
        valid = list(in_force.values_list("resident_id", "status_id"))
    with acting(MYNACARD):
        known = set(CardCertificate.objects.values_list("certificate_id", flat=True))
    new = [(resident, pk) for resident, pk in valid if pk not in known]
    return taking_over.add_certificates(borne=new, by=operator, at=at, purpose=PURPOSE)


def continue_use(*, movers: Iterable[UUID], chiefs: dict[str, Actor], at: Moment) -> int:
    """Those who came to the new town's counter showed their cards there; returns how many."""
    with acting(MYNACARD):
        waiting = Card.objects.filter(clock=Clock.CONTINUE, resident__in=list(movers), state="LIVE")
        found = [card for card in waiting.order_by("resident_id") if card.office in chiefs]
    for card in found:
        cards.make_move(card=card.pk, verb="continue_use", by=chiefs[card.office], at=at)
    return len(found)


def run_clocks(*, operator: Actor, at: Moment) -> int:
    """The night's run: whoever did not come in time has no card any more; returns how many cards ended."""
    return sum(clockwork.run(by=operator, at=at).values())


def _held(place: int, resident: UUID, certificates: list[Certificate], born: PartialDate) -> HeldCard:
    """Every third card is older than its certificates, which were renewed at their fifth birthday and end with it."""
    status = certificates[0].status
    issued_on = status.not_before.astimezone(TOKYO).date()
    ends_on = status.not_after.astimezone(TOKYO).date()
    first = _years_before(issued_on, 5)
    is_old = place % _EVERY == 0 and validity.age_on(first, born) >= _YOUNGEST_THEN + 2
    expires_on = ends_on if is_old else validity.last_day(applied_on=issued_on, issued_on=issued_on, born=born)
    borne = tuple(certificate.status_id for certificate in certificates)
    return HeldCard(resident, first if is_old else issued_on, max(expires_on, ends_on), borne)


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=min(day.day, 28))
