"""問合せ: a town asks, the centre answers; the table of moves, and what may not stand in the text."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from jlis.kernel.domain.codes import IndividualNumber, ResidentRecordCode

_RUN = re.compile(r"(?<!\d)\d(?:[ -]?\d){10,11}(?!\d)")
_CODES = (ResidentRecordCode, IndividualNumber)


class State(StrEnum):
    """Whose turn it is."""

    OPEN = "OPEN"
    ANSWERED = "ANSWERED"
    CLOSED = "CLOSED"


@dataclass(frozen=True)
class Move:
    """One row: what is done, from where to where, by which permission, under which words; `says` with a text."""

    verb: str
    sources: frozenset[State]
    target: State
    permission: str
    audit_word: str
    label: str
    says: bool


_ANY = frozenset({State.OPEN, State.ANSWERED})
MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        Move("answer", _ANY, State.ANSWERED, "juki.answer_help", "juki.ticket_answered", "回答する", True),
        Move("ask_again", _ANY, State.OPEN, "juki.ask_help", "juki.ticket_asked_again", "追って質問する", True),
        Move("close", _ANY, State.CLOSED, "juki.ask_help", "juki.ticket_closed", "解決したので終える", False),
    )
}


def moves_from(state: str, permissions: frozenset[str]) -> Iterator[Move]:
    """Every move that the state and somebody's permissions let be made, in the table's order."""
    return (move for move in MOVES.values() if state in move.sources and move.permission in permissions)


def number_in(text: str) -> str:
    """The name of a person's number that seems to stand in a text; empty where none does."""
    for run in _RUN.finditer(unicodedata.normalize("NFKC", text)):
        figures = re.sub(r"\D", "", run.group())
        for code in _CODES:
            if code.fault(figures) is None:
                return code.LABEL
    return ""
