"""Following the register: deaths and removals end cards, moves start clocks and carry cards to the next town."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.outbox.events import Envelope
from jlis.kernel.time import TOKYO, Moment
from juki.domain.changes import ChangeReason
from juki.domain.supplementary import Base
from juki.domain.supplementary import Reason as SupplementaryReason
from juki.events import IdentityBaseMoved, ResidentChanged, ResidentMovedIn, ResidentRemoved, SpecialMoveInCompleted
from juki.models import IdentityRecord
from mynacard.choices import ABROAD_RUNNING, APPLICATION_LIVE, AbroadState
from mynacard.domain import clocks
from mynacard.domain.clocks import Clock, Deadline
from mynacard.domain.express import NUMBER_OR_CODE_CHANGES
from mynacard.domain.lifecycle import BEFORE_HAND_OVER, MOVES, RELIED_ON, State
from mynacard.models import AbroadUse, Application, Card
from mynacard.services import abroad, applications, moving
from mynacard.services.counter import PURPOSE
from mynacard.sql import following as sql

_R = ChangeReason
# What ends every card of the person at once. 帰化 and 国籍喪失 are followed by an entry on the same day.
_ENDS_AT_ONCE = {
    _R.DEATH: "void_on_death",
    _R.REMOVAL_EX_OFFICIO: "void_on_removal",
    _R.REMOVAL_ENTRY_CANCELLED: "void_on_removal",
}
# What ends the card of somebody abroad: the 附票 says so, for there is no 住民票.
_ENDS_ABROAD = {
    SupplementaryReason.DIED.value: "void_on_death",
    SupplementaryReason.NATIONALITY_LOST.value: "void_on_removal",
}


@dataclass
class _Standing:
    """A card while a batch of events is gone through."""

    card: Card
    deadline: Deadline | None
    verb: str = ""
    changed: bool = False
    continued: bool = False
    is_back: bool = False


@dataclass
class _Batch:
    """What a batch of events comes to. ``left``: the version by which somebody was removed; ``arrived``: the office."""

    cards: dict[UUID, list[_Standing]]
    told: dict[tuple[UUID, int], date]
    uses: dict[int, AbroadUse]
    at: datetime
    left: dict[UUID, int] = field(default_factory=dict)
    arrived: dict[UUID, str] = field(default_factory=dict)


def follow(*, envelopes: Sequence[Envelope], by: Actor) -> int:
    """Act on events of the register in their order; returns how many cards ended."""
    by.must("mynacard.follow_register")
    if not envelopes:
        return 0
    with acting(MYNACARD):
        batch = _gathered(envelopes)
        for envelope in envelopes:
            _act(envelope.event, batch)
        return _written(batch, by)


def renumber(*, envelopes: Sequence[Envelope], by: Actor) -> None:
    """What a card's face, an application or a form shows keeps its version, which has another number now."""
    by.must("mynacard.follow_register")
    with acting(MYNACARD):
        for envelope in envelopes:
            sql.renumber(envelope.event.subject, envelope.event.renumbered)


def _gathered(envelopes: Sequence[Envelope]) -> _Batch:
    holders = {envelope.event.subject for envelope in envelopes}
    cards: dict[UUID, list[_Standing]] = defaultdict(list)
    for card in Card.objects.select_for_update().filter(resident__in=holders).exclude(state=State.VOID).order_by("pk"):
        running = Deadline(Clock(card.clock), card.clock_due_on) if card.clock and card.clock_due_on else None
        cards[card.resident_id].append(_Standing(card, running))
    # The day on which the town told of a change is that of the version's record, not of the event's delivery.
    versions = IdentityRecord.objects.filter(resident__in=holders).values_list("resident", "version", "recorded_at")
    told = {(resident, version): recorded.astimezone(TOKYO).date() for resident, version, recorded in versions}
    uses = {use.card_id: use for use in AbroadUse.objects.filter(resident__in=holders, state__in=ABROAD_RUNNING)}
    return _Batch(cards, told, uses, max(envelope.occurred_at for envelope in envelopes))


def _act(
    event: ResidentRemoved | ResidentMovedIn | ResidentChanged | SpecialMoveInCompleted | IdentityBaseMoved,
    batch: _Batch,
) -> None:
    if isinstance(event, SpecialMoveInCompleted):
        _continue(event, batch)
        return
    if isinstance(event, IdentityBaseMoved):
        _abroad(event, batch)
        return
    told_on = batch.told.get((event.subject, event.version), event.changed_on)
    if isinstance(event, ResidentRemoved) and not event.lies_ahead:
        batch.left[event.subject] = event.version
    elif isinstance(event, ResidentMovedIn):
        batch.arrived[event.subject] = event.office
    for standing in batch.cards.get(event.subject, []):
        if standing.verb:
            continue
        if isinstance(event, ResidentRemoved):
            _removed(standing, event, told_on)
        elif isinstance(event, ResidentMovedIn):
            use = batch.uses.get(standing.card.pk)
            _moved_in(standing, event, told_on, was_kept=use is not None and use.version < event.version)
        elif event.reason in NUMBER_OR_CODE_CHANGES:
            standing.verb = "void_on_number_change"


def _removed(standing: _Standing, event: ResidentRemoved, told_on: date) -> None:
    reason = ChangeReason(event.reason)
    in_hand = State(standing.card.state) in RELIED_ON
    if reason in _ENDS_AT_ONCE:
        standing.verb = _ENDS_AT_ONCE[reason]
    elif reason is _R.MOVE_OUT_ABROAD and standing.card.abroad_on == event.changed_on:
        # The counter was ahead of this event: the card is kept already.
        return
    elif reason is _R.MOVE_OUT_ABROAD:
        deadline = clocks.after_leaving_the_country(intended_on=event.changed_on)
        if in_hand:
            _start(standing, deadline, told_on)
        elif not event.lies_ahead:
            standing.verb = "void_on_leaving"
    elif reason is _R.MOVE_OUT and in_hand:
        running = standing.deadline.clock if standing.deadline else None
        _start(standing, clocks.after_move_out(intended_on=event.changed_on, running=running), told_on)


def _moved_in(standing: _Standing, event: ResidentMovedIn, told_on: date, *, was_kept: bool) -> None:
    # A card that still lies in the former town's safe stays there and is discarded by that town.
    if State(standing.card.state) in BEFORE_HAND_OVER:
        return
    card = standing.card
    card.prefecture, card.municipality, card.office = event.prefecture, event.municipality, event.office
    standing.changed = True
    standing.is_back = standing.is_back or was_kept
    if event.reason == _R.ENTRY_REMOVAL_CANCELLED:
        if was_kept:
            _start(standing, clocks.after_cancelled_leaving(told_on=told_on), told_on)
            return
        if standing.deadline and standing.deadline.clock in (Clock.LEAVE_COUNTRY, Clock.MOVE_IN):
            standing.deadline = None
            return
        if standing.deadline and standing.deadline.clock is Clock.LEAVE_AGAIN:
            _start(standing, clocks.after_cancelled_leaving(told_on=told_on), told_on)
            return
    if not was_kept and event.former_office == event.office and standing.deadline is None:
        return
    _start(
        standing, clocks.after_move_in(moved_on=event.changed_on, told_on=told_on, running=standing.deadline), told_on
    )


def _continue(event: SpecialMoveInCompleted, batch: _Batch) -> None:
    """The card was proved at the new counter with the move-in itself: its use goes on, and no PIN is asked again."""
    for standing in batch.cards.get(event.subject, []):
        waits = standing.deadline is not None and standing.deadline.clock is Clock.CONTINUE and not standing.verb
        if waits and str(standing.card.pk) == event.card and standing.card.state == State.LIVE:
            standing.deadline, standing.changed, standing.continued = None, True, True


def _abroad(event: IdentityBaseMoved, batch: _Batch) -> None:
    """Of somebody abroad the 附票 tells: another 本籍地 keeps it, or the person has died or is no national any more."""
    for standing in batch.cards.get(event.subject, []):
        use = batch.uses.get(standing.card.pk)
        if standing.verb or use is None or use.state != AbroadState.ABROAD:
            continue
        if event.base == Base.SUPPLEMENTARY:
            card = standing.card
            card.prefecture, card.municipality, card.office = municipalities.tenant_of(event.office)
            standing.changed = True
        elif event.base == Base.NONE and event.reason in _ENDS_ABROAD:
            standing.verb = _ENDS_ABROAD[event.reason]


def _start(standing: _Standing, deadline: Deadline, told_on: date) -> None:
    standing.deadline, standing.changed = deadline, True
    if deadline.is_over(told_on):
        standing.verb = clocks.ENDS_BY[deadline.clock]


def _written(batch: _Batch, by: Actor) -> int:
    at = Moment.of(batch.at)
    everything = [standing for held in batch.cards.values() for standing in held]
    sql.keep_clocks(
        [
            sql.Kept(each.card.pk, each.card.prefecture, each.card.municipality, each.card.office, each.deadline)
            for each in everything
            if each.changed
        ]
    )
    abroad.settle([each.card.pk for each in everything if each.is_back], day=at.day)
    continued = [each.card.pk for each in everything if each.continued]
    moving.apply(MOVES["continue_use"], continued, by=by, at=at, purpose=PURPOSE, note="特例転入")
    ending: dict[str, list[int]] = defaultdict(list)
    for each in everything:
        if each.verb:
            ending[each.verb].append(each.card.pk)
    ended = sum(
        len(moving.apply(MOVES[verb], ids, by=by, at=at, purpose=PURPOSE)) for verb, ids in sorted(ending.items())
    )
    _cancel_applications(batch, by, at)
    return ended


def _cancel_applications(batch: _Batch, by: Actor, at: Moment) -> None:
    under_way = Application.objects.filter(resident__in=[*batch.left, *batch.arrived], state__in=APPLICATION_LIVE)
    for application in under_way.order_by("pk"):
        who = application.resident_id
        if application.version < batch.left.get(who, 0) or application.office != batch.arrived.get(
            who, application.office
        ):
            applications.cancel_removed(application, by=by, at=at)
