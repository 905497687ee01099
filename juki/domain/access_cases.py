"""利用の調査: a finding that somebody is asked about, as one table: by the body's supervisor, or before the committee.

The 本人確認情報保護委員会 looks into what the auditor refers to it (地方公共団体情報システム機構法25条).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class State(StrEnum):
    """Where a case stands."""

    WITH_BODY = "WITH_BODY"
    ANSWERED = "ANSWERED"
    WITH_COMMITTEE = "WITH_COMMITTEE"
    CLOSED = "CLOSED"


class Part(StrEnum):
    """Whose move it is; the value is the permission's last word."""

    AUDITOR = "open_access_cases"
    BODY = "answer_access_cases"
    COMMITTEE = "decide_access_cases"


@dataclass(frozen=True)
class Move:
    """One row: what is done, by whom, from where to where, its basis and word. Each says why."""

    verb: str
    part: Part
    sources: frozenset[State]
    target: State
    basis: str
    label: str

    @property
    def permission(self) -> str:
        """The name of the permission that the move asks for."""
        return f"juki.{self.part.value}"

    @property
    def audit_word(self) -> str:
        """The act as the chain names it."""
        return f"juki.access_case_{self.verb}"


def _row(verb: str, part: Part, sources: str, target: State, basis: str, label: str) -> Move:
    return Move(verb, part, frozenset(map(State, sources.split())), target, basis, label)


_KEEPING, _COMMITTEE = "住民基本台帳法30条の24", "住民基本台帳法30条の17・地方公共団体情報システム機構法25条"
MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        _row("answer", Part.BODY, "WITH_BODY", State.ANSWERED, _KEEPING, "回答"),
        _row("ask_again", Part.AUDITOR, "ANSWERED", State.WITH_BODY, _KEEPING, "再調査の依頼"),
        _row("refer", Part.AUDITOR, "WITH_BODY ANSWERED", State.WITH_COMMITTEE, _COMMITTEE, "委員会への付議"),
        _row("close", Part.AUDITOR, "ANSWERED", State.CLOSED, _KEEPING, "終了"),
        _row("decide", Part.COMMITTEE, "WITH_COMMITTEE", State.CLOSED, _COMMITTEE, "委員会の結論"),
    )
}
BEGINNINGS = {State.WITH_BODY: "団体への調査の依頼", State.WITH_COMMITTEE: "委員会への付議"}
# The law has no figure: the days are this project's.
DAYS = {State.WITH_BODY: 14, State.ANSWERED: 14, State.WITH_COMMITTEE: 60}


def moves_from(state: State) -> Iterator[Move]:
    """Every move that the state lets be made, in the table's order."""
    return (move for move in MOVES.values() if state in move.sources)


def due_on(state: State, since: date) -> date | None:
    """The last day on which the next move is in time; None when it is over."""
    return since + timedelta(days=DAYS[state]) if state in DAYS else None


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", *(f"    [*] --> {state}: {label}" for state, label in BEGINNINGS.items())]
    for move in MOVES.values():
        lines += [f"    {source} --> {move.target}: {move.label}" for source in State if source in move.sources]
    return "\n".join([*lines, "    CLOSED --> [*]"])
