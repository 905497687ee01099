"""What a town's own system answers to a message that came: each by the act that the counter would use (J6)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.time import Moment
from juki.models import TownMessage
from juki.selectors import town_messages as selectors
from juki.services import honseki_transfers, town_messages, wide_area


def give(
    *,
    message: UUID,
    verb: str,
    note: str = "",
    members: Sequence[Mapping[str, Any]] = (),
    whole: bool = False,
    by: Actor,
    at: Moment,
) -> TownMessage:
    """Answer or move a message of the own town: `answer` a 広域交付 with its members, `enter` a 転籍, or a move that a
    clerk chooses. Raises Forbidden for another side or duty, NotFound, Conflict, Invalid."""
    by.must("juki.handle_town_messages")
    if verb == "enter":
        return honseki_transfers.take_over(message=message, by=by, at=at)
    if verb == "answer":
        wide_area.answer_by_hand(message=message, members=members, whole=whole, by=by, at=at)
        return selectors.get(message)
    return town_messages.make_move(message=message, verb=verb, note=note, by=by, at=at)
