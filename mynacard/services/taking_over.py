"""Cards that people hold already, taken over from the system before this one: in bulk, with one entry and one event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.outbox.publishing import publish
from jlis.kernel.time import Moment
from mynacard.choices import IN_HAND
from mynacard.domain import numbers
from mynacard.events import CardsTakenOver
from mynacard.models import Card
from mynacard.sql import numbers as sequences
from mynacard.sql import taking_over as sql

_PART = 5_000


@dataclass(frozen=True)
class HeldCard:
    """A card in somebody's hands. ``certificates``: the ids of those that it bears; ``card_number``: the former
    system's, a new one where it is empty."""

    resident: UUID
    issued_on: date
    expires_on: date
    certificates: tuple[int, ...] = ()
    card_number: str = ""


def take_over(*, cards: Sequence[HeldCard], by: Actor, at: Moment, purpose: str) -> int:
    """Store the cards of present residents who hold none yet; returns how many.

    One transaction a part of 5,000, each with one audit entry and one event for all of its holders.
    """
    by.must("mynacard.take_over")
    taken = 0
    for start in range(0, len(cards), _PART):
        with acting(MYNACARD):
            taken += _take_part(cards[start : start + _PART], by=by, at=at, purpose=purpose)
    return taken


def add_certificates(*, borne: Sequence[tuple[UUID, int]], by: Actor, at: Moment, purpose: str) -> int:
    """Note certificates that the former system wrote on cards after these were taken over: (holder, certificate's id).

    Returns how many cards in their holders' hands bear one more.
    """
    by.must("mynacard.take_over")
    with acting(MYNACARD):
        found = Card.objects.filter(state__in=IN_HAND, resident__in=[holder for holder, _ in borne])
        held = dict(found.values_list("resident_id", "pk"))
        known = [(holder, pk) for holder, pk in borne if holder in held]
        count = sql.insert_certificates([pk for _, pk in known], [held[holder] for holder, _ in known])
        if known:
            holders = [holder for holder, _ in known]
            audit.record(
                action="mynacard.certificates_taken_over",
                by=by,
                purpose=purpose,
                subjects=holders,
                detail={"count": count},
            )
    return count


def _take_part(cards: Sequence[HeldCard], *, by: Actor, at: Moment, purpose: str) -> int:
    drawn = iter(sequences.draw("card", sum(not card.card_number for card in cards)))
    rows = [
        sql.Row(card.resident, card.card_number or _number(card, next(drawn)), card.issued_on, card.expires_on)
        for card in cards
    ]
    stored = sql.insert_cards(rows, day=at.day)
    borne = [(pk, stored[card.resident]) for card in cards if card.resident in stored for pk in card.certificates]
    sql.insert_certificates([pk for pk, _ in borne], [card for _, card in borne])
    sql.insert_history(list(stored.values()), by=by.label, at=at.instant, on=at.day)
    if stored:
        act, holders = uuid7(at.instant), list(stored)
        detail = {"taken_over": str(act), "count": len(holders)}
        audit.record(action="mynacard.cards_taken_over", by=by, purpose=purpose, subjects=holders, detail=detail)
        publish(CardsTakenOver(subject=act, subjects=tuple(holders)))
    return len(stored)


def _number(card: HeldCard, sequence: int) -> str:
    return numbers.card_number(year=card.issued_on.year, lane=numbers.TAKEN_OVER, sequence=sequence)
