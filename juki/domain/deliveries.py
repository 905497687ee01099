"""配信: what becomes of a package at a town, one table; the check, the buttons and the test's matrix come from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MOST_BYTES = 20 * 1024 * 1024


class Kind(StrEnum):
    """What is delivered."""

    CODE_TABLE = "CODE_TABLE"
    PROGRAM = "PROGRAM"


class State(StrEnum):
    """Where a package stands at one office."""

    WAITING = "WAITING"
    RECEIVED = "RECEIVED"
    APPLIED = "APPLIED"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Move:
    """One row: what a town reports, from where to where, under which words."""

    verb: str
    sources: frozenset[State]
    target: State
    audit_word: str
    label: str


MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        Move("receive", frozenset({State.WAITING}), State.RECEIVED, "juki.delivery_received", "受領"),
        Move("apply", frozenset({State.RECEIVED, State.FAILED}), State.APPLIED, "juki.delivery_applied", "適用"),
        Move("fail", frozenset({State.RECEIVED, State.FAILED}), State.FAILED, "juki.delivery_failed", "適用失敗"),
    )
}


def moves_from(state: str) -> Iterator[Move]:
    """Every report that the state lets be made, in the table's order."""
    return (move for move in MOVES.values() if state in move.sources)


def is_overdue(state: str, due_on: date, today: date) -> bool:
    """Whether an office should have applied a package by now."""
    return state != State.APPLIED and due_on < today
