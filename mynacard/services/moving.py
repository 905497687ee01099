"""The one path by which cards move, one at the counter or hundreds at night.

Lock what the state allows, write state and times, end or hold the certificates, keep the history, audit, tell. Two at
once are one: the second finds nothing to move.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.outbox.events import Event
from jlis.kernel.outbox.publishing import publish_many
from jlis.kernel.time import Moment
from jpki.domain import lifecycle as certificate_lifecycle
from jpki.domain.kinds import Kind
from jpki.services import endings
from mynacard import events
from mynacard.domain.clocks import Deadline
from mynacard.domain.lifecycle import RELIED_ON, Cause, Move, State
from mynacard.models import Card, CardHistory
from mynacard.selectors import cards

_PART = 500
# A lost card's keys may be in another's hands; every other end merely takes them out of use.
_CERTIFICATES_END_BY = {Cause.LOST: "revoke_for_compromise"}


def apply(
    move: Move,
    ids: Sequence[int],
    *,
    by: Actor,
    at: Moment,
    purpose: str,
    note: str = "",
    changes: Mapping[str, Any] | None = None,
) -> list[Card]:
    """Make a move for those of the cards whose state allows it; returns them as they were. Others are left alone.

    The permission was judged by the caller. `changes`: further columns to be set with the move.
    """
    moved: list[Card] = []
    with acting(MYNACARD):
        for start in range(0, len(ids), _PART):
            moved += _apply_part(move, ids[start : start + _PART], by, at, purpose, note, changes or {})
    return moved


def clock(deadline: Deadline | None) -> dict[str, Any]:
    """A running clock, or none, as a card's columns."""
    return {"clock": deadline.clock.value if deadline else "", "clock_due_on": deadline.last_day if deadline else None}


def _apply_part(
    move: Move, ids: Sequence[int], by: Actor, at: Moment, purpose: str, note: str, changes: Mapping[str, Any]
) -> list[Card]:
    allowed = Card.objects.select_for_update().filter(pk__in=ids, state__in=[state.value for state in move.sources])
    locked = list(allowed.order_by("pk"))
    if not locked:
        return []
    Card.objects.filter(pk__in=[card.pk for card in locked]).update(**(_times(move, at) | dict(changes)))
    _certificates(move, locked, by=by, at=at, purpose=purpose)
    CardHistory.objects.bulk_create(
        CardHistory(
            card=card, at=at.instant, on=at.day, verb=move.verb, target=move.target.value, by=by.label, note=note
        )
        for card in locked
    )
    audit.record_many([_act(move, card) for card in locked], by=by, purpose=purpose)
    publish_many([event for card in locked for event in _events(move, card)])
    return locked


def _times(move: Move, at: Moment) -> dict[str, Any]:
    """State, cause and the time that the state must have."""
    fields: dict[str, Any] = {"state": move.target.value, "cause": move.cause.value if move.cause else ""}
    stamp = {State.SHIPPED: "shipped_at", State.STORED: "arrived_at", State.READY: "set_up_at"}.get(move.target)
    if stamp:
        fields[stamp] = at.instant
    if move.target is State.SUSPENDED:
        fields["suspended_at"] = at.instant
    if move.target is State.LIVE:
        fields["suspended_at"] = None
        if State.READY in move.sources:
            fields["handed_over_at"] = at.instant
    if move.target is State.VOID:
        fields |= {"void_at": at.instant, "void_on": at.day, "clock": "", "clock_due_on": None}
    return fields


def _certificates(move: Move, locked: Sequence[Card], *, by: Actor, at: Moment, purpose: str) -> None:
    """A card on hold holds its certificates, a void one ends them, one without PINs ends that for signatures."""
    relied_on = [card.pk for card in locked if State(card.state) in RELIED_ON]
    if move.target is State.SUSPENDED:
        verb, bearing = "suspend", cards.certificates_on(relied_on)
    elif move.cause is not None:
        verb = _CERTIFICATES_END_BY.get(move.cause, "revoke_with_card")
        bearing = cards.certificates_on(relied_on)
    elif move.verb == "drop_pins":
        verb, bearing = "revoke_on_request", cards.certificates_on(relied_on, kind=Kind.SIGN_CARD)
    else:
        return
    endings.apply(certificate_lifecycle.MOVES[verb], bearing, by=by, at=at, purpose=purpose)


def _act(move: Move, card: Card) -> audit.Act:
    detail: dict[str, Any] = {"card": card.pk, "move": move.verb, "from": card.state}
    if move.cause is not None:
        detail["cause"] = move.cause.value
    return audit.Act(move.audit_word, card.resident_id, detail=detail)


def _events(move: Move, card: Card) -> list[Event]:
    if move.cause is not None:
        return [events.CardVoided(subject=card.resident_id, card=card.pk, cause=move.cause.value)]
    if move.verb in ("hand_over", "send_home"):
        return [events.CardHandedOver(subject=card.resident_id, card=card.pk, office=card.office)]
    if move.verb == "suspend":
        return [events.CardSuspended(subject=card.resident_id, card=card.pk)]
    if move.verb == "resume":
        return [events.CardResumed(subject=card.resident_id, card=card.pk)]
    return []
