"""What is done to one card at the counter: suspend, resume, continue, update the face, void."""

from typing import Any

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Conflict, FieldError, Invalid
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import Moment
from juki.selectors import residents
from mynacard import policies
from mynacard.choices import Clock
from mynacard.domain.lifecycle import MOVES, Move, State
from mynacard.models import Card
from mynacard.selectors import cards
from mynacard.services import holders, moving
from mynacard.services.counter import PURPOSE


def make_move(*, card: int, verb: str, note: str = "", by: Actor, at: Moment) -> Card:
    """Make a move that a clerk chooses from the card's page (`at_the_counter`).

    Raises Forbidden, NotFound (also for another town's card), Conflict when the state does not allow it, Invalid when a
    note is asked for and missing.
    """
    move = MOVES[verb]
    if not move.at_the_counter:
        raise ValueError(f"{verb} is not made from the card's page")
    policies.must_be_allowed(move, by)
    with acting(by.scope):
        found = cards.get(card)
        policies.must_follow(move, State(found.state))
        changes = _changes(move, found, by, at)
    if move.verb in _WITH_NOTE and not note.strip():
        raise Invalid.of([FieldError("note", "required", "理由を入力してください。")])
    if not moving.apply(move, [card], by=by, at=at, purpose=PURPOSE, note=note.strip(), changes=changes):
        raise Conflict("state_has_changed", "ほかの操作で状態が変わりました。最新の状態を確認してください。")
    with acting(by.scope):
        return cards.get(card)


_WITH_NOTE = frozenset({"void_ex_officio", "void_ordered", "discard"})


def _changes(move: Move, card: Card, by: Actor, at: Moment) -> dict[str, Any]:
    """What changes with the state: the clock that stops, the version that the face shows now."""
    if move.verb == "drop_pins":
        return {"has_pins": False}
    if move.verb not in ("continue_use", "update_face"):
        return {}
    if move.verb == "update_face" and holders.is_abroad(card, by=by, day=at.day):
        # The face follows the 附票 then, whose versions are counted apart.
        return {}
    record = residents.latest_of(card.resident_id)
    if record is None or not record.is_present_on(at.day):
        raise Conflict("holder_removed", "名義人は現在この市区町村の住民ではありません。")
    if move.verb == "continue_use" and card.clock not in (Clock.CONTINUE, Clock.LEAVE_AGAIN):
        raise Conflict("nothing_to_continue", "このカードは継続利用の手続を待っていません。")
    # Who goes on here and has told of the next 転出 already waits for that one alone.
    stopped = moving.clock(holders.deadline_of(record)) if move.verb == "continue_use" else {}
    return {"face_version": record.version} | stopped
