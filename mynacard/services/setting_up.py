"""交付前設定: print and chip looked at, the card held against the register, the result recorded."""

from collections.abc import Collection
from dataclasses import replace

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Conflict
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.time import Moment
from mynacard import policies
from mynacard.choices import ApplicationState
from mynacard.domain.applications import MOVES as APPLICATION_MOVES
from mynacard.domain.lifecycle import MOVES, State
from mynacard.models import Card, ExpressApplication
from mynacard.selectors import cards
from mynacard.services import applications, holders, moving, remaking
from mynacard.services.counter import PURPOSE


def set_up(*, card: int, print_is_good: bool, chip_is_good: bool, by: Actor, at: Moment) -> Card:
    """Set a stored card up for its hand-over. A faulty one goes back and is made anew (the returned card is void).

    Raises Forbidden, NotFound, Conflict when the holder died, moved or was removed since the application.
    """
    move = MOVES["set_up"]
    policies.must_be_allowed(move, by)
    with acting(by.scope):
        found = cards.get(card)
    policies.must_follow(move, State(found.state))
    with acting(MYNACARD):
        if not (print_is_good and chip_is_good):
            remaking.discard([found], by=by, at=at)
        else:
            _set_up(found, by=by, at=at)
    with acting(by.scope):
        return cards.get(card)


def set_up_centrally(wanted: Collection[Card], *, by: Actor, at: Moment) -> None:
    """The express lane's cards, by the agency itself, in the caller's transaction; whose holder died or moved since is
    void, and what is to be told stands with the application."""
    own = replace(by, scope=MYNACARD)
    for card in wanted:
        try:
            version = holders.present(card, by=own, day=at.day).record.version
        except Conflict as refusal:
            stop(card, refusal, by=by, at=at)
            continue
        changes = {"face_version": version}
        moving.apply(MOVES["set_up_centrally"], [card.pk], by=by, at=at, purpose=PURPOSE, changes=changes)


def stop(card: Card, refusal: Conflict, *, by: Actor, at: Moment) -> None:
    """An express card that may not go to its holder: it is void, and the town sees why."""
    moving.apply(MOVES["void_ex_officio"], [card.pk], by=by, at=at, purpose=PURPOSE, note=refusal.message)
    application = card.application
    if application is not None and application.state == ApplicationState.PRODUCING:
        note = refusal.message
        applications.move_one(APPLICATION_MOVES["cancel"], application, by=by, at=at, note=note)
        ExpressApplication.objects.filter(pk=application.pk).update(stopped_for=refusal.code)


def _set_up(found: Card, *, by: Actor, at: Moment) -> None:
    holder = holders.present(found, by=by, day=at.day)
    note = f"追記が必要：{'、'.join(holder.differences)}" if holder.differences else ""
    # What differs is written into the 追記欄 before the hand-over: the face shows the present version then.
    changes = {"face_version": holder.record.version}
    if not moving.apply(MOVES["set_up"], [found.pk], by=by, at=at, purpose=PURPOSE, note=note, changes=changes):
        raise Conflict("state_has_changed", "ほかの操作で状態が変わりました。最新の状態を確認してください。")
