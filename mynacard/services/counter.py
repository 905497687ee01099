"""What the counter sees of a resident and their cards."""

from dataclasses import dataclass
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import NotFound
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.time import Moment
from juki.models import IdentityRecord
from juki.selectors import affairs, supplementary
from mynacard.models import Card, CardHistory, HandOver
from mynacard.selectors import cards

# 個人番号カード及び電子証明書に関する事務
PURPOSE = "JUKI-CARD"


@dataclass(frozen=True)
class SeenCard:
    """A card with its holder's record, what became of it, and on which documents it was handed over."""

    card: Card
    record: IdentityRecord
    history: list[CardHistory]
    hand_over: HandOver | None


def see(*, card: int, by: Actor, at: Moment, purpose: str) -> SeenCard:
    """One card of the office. NotFound, also for another town's card."""
    by.must("mynacard.see_cards")
    affairs.require(purpose, organisation=by.organisation, day=at.day)
    with acting(by.scope):
        found = cards.get(card)
        record = _record(found.resident_id, at)
    with acting(MYNACARD):
        history, hand_over = list(cards.history(card)), HandOver.objects.filter(pk=card).first()
        detail = {"card": card} | _of_protected(record)
        audit.record(action="mynacard.card_seen", by=by, purpose=purpose, subject=found.resident_id, detail=detail)
    return SeenCard(found, record, history, hand_over)


def see_all(*, resident: UUID, by: Actor, at: Moment, purpose: str) -> tuple[IdentityRecord, list[Card]]:
    """A resident's record and cards, newest first. NotFound, also for another town's resident."""
    by.must("mynacard.see_cards")
    affairs.require(purpose, organisation=by.organisation, day=at.day)
    record = _record(resident, at)
    found = list(cards.of_resident(resident))
    detail = {"count": len(found)} | _of_protected(record)
    audit.record(action="mynacard.cards_seen", by=by, purpose=purpose, subject=resident, detail=detail)
    return record, found


def _of_protected(record: IdentityRecord) -> dict[str, int]:
    """For the chain: a look at somebody whom a 支援措置 covers is to be found as such."""
    return {"protected": 1} if record.is_protected else {}


def _record(resident: UUID, at: Moment) -> IdentityRecord:
    record = supplementary.answering(resident, day=at.day)
    if record is None:
        raise NotFound("resident_not_found", "該当する住民がいません。")
    return record
