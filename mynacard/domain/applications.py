"""交付申請: its states, channels and kinds, and the table of moves between the states."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where an application stands."""

    RECEIVED = "RECEIVED"
    ACCEPTED = "ACCEPTED"
    PRODUCING = "PRODUCING"
    COMPLETED = "COMPLETED"
    RETURNED = "RETURNED"
    CANCELLED = "CANCELLED"


class Channel(StrEnum):
    """How it came."""

    POST = "POST"
    WEB = "WEB"
    BOOTH = "BOOTH"
    COUNTER = "COUNTER"
    COMPANY = "COMPANY"
    EXPRESS = "EXPRESS"


class Kind(StrEnum):
    """Why a card is wanted."""

    FIRST = "FIRST"
    RENEWAL = "RENEWAL"
    REISSUE = "REISSUE"


class ReturnReason(StrEnum):
    """Why an application goes back to who sent it."""

    PHOTO_UNFIT = "PHOTO_UNFIT"
    PHOTO_MISSING = "PHOTO_MISSING"
    PHOTO_OLD = "PHOTO_OLD"
    OLD_FORM = "OLD_FORM"
    INCOMPLETE = "INCOMPLETE"


# At the counter the holder's identity was checked when applying (申請時来庁); the others come to fetch the card.
IDENTITY_AT_APPLICATION = frozenset({Channel.COUNTER, Channel.COMPANY, Channel.EXPRESS})
LIVE = frozenset({State.RECEIVED, State.ACCEPTED, State.PRODUCING})


@dataclass(frozen=True)
class Move:
    """One row: what is done to an application, from where to where, by which permission."""

    verb: str
    sources: frozenset[State]
    target: State
    permission: str
    audit_word: str
    label: str


def _row(verb: str, sources: str, target: State, permission: str, label: str) -> Move:
    states = frozenset(map(State, sources.split()))
    return Move(verb, states, target, f"mynacard.{permission}", f"mynacard.application_{target.lower()}", label)


MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        _row("accept", "RECEIVED", State.ACCEPTED, "check_photos", "審査済みにする"),
        _row("send_back", "RECEIVED ACCEPTED", State.RETURNED, "check_photos", "不備として返戻する"),
        _row("withdraw", "RECEIVED ACCEPTED", State.CANCELLED, "apply", "取り下げる"),
        _row("cancel", "RECEIVED ACCEPTED PRODUCING", State.CANCELLED, "follow_register", "異動により中止する"),
        _row("produce", "ACCEPTED", State.PRODUCING, "produce", "製造に回す"),
        _row("remake", "PRODUCING", State.ACCEPTED, "set_up", "作り直す"),
        _row("complete", "PRODUCING", State.COMPLETED, "hand_over", "交付を終える"),
    )
}


def allows(move: Move, state: State) -> bool:
    """Whether the state lets the move be made."""
    return state in move.sources


def moves_from(state: State) -> Iterator[Move]:
    """Every move that the state lets be made, in the table's order."""
    return (move for move in MOVES.values() if allows(move, state))
