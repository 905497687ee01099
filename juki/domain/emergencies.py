"""緊急事案の報告: how a case goes up to the ministry, as one table, and how long it may lie where.

A municipality reports through its prefecture, a prefecture straight to the ministry; J-LIS tells the ministry and the
body where it happened, which then reports a case of its own (総務省自治行政局住民制度課の報告要領). Whether this person
may make a move is the policy's question, not the table's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

BASIS = "緊急事案の報告要領（総務省自治行政局住民制度課）"
MINISTRY = "MIC"


class Affair(StrEnum):
    """Of which affair a case is."""

    REGISTER = "REGISTER"
    CARD = "CARD"
    NETWORK = "NETWORK"
    LINK = "LINK"


class Kind(StrEnum):
    """What happened, or may have happened."""

    LEAK = "LEAK"
    IMPROPER = "IMPROPER"
    NUMBER_LEAK = "NUMBER_LEAK"


LEAKS = frozenset({Kind.LEAK, Kind.NUMBER_LEAK})


class Route(StrEnum):
    """Who found it, and so by which way it goes up."""

    TOWN = "TOWN"
    PREFECTURE = "PREFECTURE"
    JLIS = "JLIS"


class State(StrEnum):
    """Where a case stands."""

    RECORDED = "RECORDED"
    WITH_PREFECTURE = "WITH_PREFECTURE"
    WITH_MINISTRY = "WITH_MINISTRY"
    ASKED = "ASKED"
    FINAL_WITH_PREFECTURE = "FINAL_WITH_PREFECTURE"
    FINAL = "FINAL"
    CLOSED = "CLOSED"
    WITHDRAWN = "WITHDRAWN"


OVER = frozenset({State.CLOSED, State.WITHDRAWN})


class Part(StrEnum):
    """Whose move it is; the value is the permission's last word."""

    REPORTER = "report_emergencies"
    RELAY = "forward_emergencies"
    MINISTRY = "receive_emergencies"


class ReportKind(StrEnum):
    """Which report it is."""

    FIRST = "FIRST"
    FURTHER = "FURTHER"
    FINAL = "FINAL"


@dataclass(frozen=True)
class Move:
    """One row: what is done, by whom, on which routes, from where to where, its basis and words.

    ``target`` is None where the case stays where it is. ``writes``: the report that comes with the move. ``reaches``:
    the ministry sees from then on what was reported.
    """

    verb: str
    part: Part
    routes: frozenset[Route]
    sources: frozenset[State]
    target: State | None
    label: str
    writes: ReportKind | None = None
    reaches: bool = False
    needs_note: bool = False
    basis: str = BASIS

    @property
    def permission(self) -> str:
        """The name of the permission that the move asks for."""
        return f"juki.{self.part.value}"

    @property
    def audit_word(self) -> str:
        """The act as the chain names it."""
        return f"juki.emergency_{self.verb}"

    def after(self, state: State) -> State:
        """Where the case stands when the move is made."""
        return self.target or state


def _row(verb: str, part: Part, routes: str, sources: str, target: str, label: str, **rest: object) -> Move:
    ways = frozenset(map(Route, routes.split()))
    states = frozenset(map(State, sources.split()))
    return Move(verb, part, ways, states, State(target) if target else None, label, **rest)  # type: ignore[arg-type]


_REPORTER, _RELAY, _MINISTRY = Part.REPORTER, Part.RELAY, Part.MINISTRY
_FIRST, _FURTHER, _FINAL = ReportKind
_STRAIGHT, _EVERY = "PREFECTURE JLIS", "TOWN PREFECTURE JLIS"
_ON_THE_WAY = "WITH_PREFECTURE WITH_MINISTRY ASKED"
_HERE = "WITH_MINISTRY ASKED FINAL"

MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        _row("report", _REPORTER, "TOWN", "RECORDED", "WITH_PREFECTURE", "第一報（都道府県へ）", writes=_FIRST),
        _row("report_up", _REPORTER, _STRAIGHT, "RECORDED", "WITH_MINISTRY", "第一報（総務省へ）", writes=_FIRST,
             reaches=True),
        _row("forward", _RELAY, "TOWN", "WITH_PREFECTURE", "WITH_MINISTRY", "総務省への報告", reaches=True),
        _row("add", _REPORTER, "TOWN", _ON_THE_WAY, "WITH_PREFECTURE", "続報（都道府県へ）", writes=_FURTHER),
        _row("add_up", _REPORTER, _STRAIGHT, "WITH_MINISTRY ASKED", "WITH_MINISTRY", "続報（総務省へ）",
             writes=_FURTHER, reaches=True),
        _row("finish", _REPORTER, "TOWN", _ON_THE_WAY, "FINAL_WITH_PREFECTURE", "最終報（都道府県へ）", writes=_FINAL),
        _row("finish_up", _REPORTER, _STRAIGHT, "WITH_MINISTRY ASKED", "FINAL", "最終報（総務省へ）", writes=_FINAL,
             reaches=True),
        _row("forward_final", _RELAY, "TOWN", "FINAL_WITH_PREFECTURE", "FINAL", "最終報の総務省への報告", reaches=True),
        _row("ask", _MINISTRY, _EVERY, "WITH_MINISTRY FINAL", "ASKED", "追加報告の求め", needs_note=True),
        _row("take_measures", _MINISTRY, _EVERY, _HERE, "", "措置・関係省庁への連絡の記録", needs_note=True),
        _row("close", _MINISTRY, _EVERY, "FINAL", "CLOSED", "終結"),
        _row("reopen", _MINISTRY, _EVERY, "CLOSED", "ASKED", "再開", needs_note=True),
        _row("withdraw", _REPORTER, _EVERY, "RECORDED", "WITHDRAWN", "取下げ（事案でなかった）", needs_note=True),
    )
}  # fmt: skip


def allows(move: Move, route: Route, state: State) -> bool:
    """Whether route and state let the move be made."""
    return route in move.routes and state in move.sources


def moves_from(route: Route, state: State, part: Part) -> Iterator[Move]:
    """Every move that a part may make, in the table's order."""
    return (move for move in MOVES.values() if move.part is part and allows(move, route, state))


@dataclass(frozen=True)
class Term:
    """How long a case may lie in a state, and who is reminded of it."""

    state: State
    owed_by: Part
    days: int
    valid_from: date


# The guideline says 直ちに and 順次, without figures: the days are this project's.
TERMS = (
    Term(State.RECORDED, Part.REPORTER, 0, date(2020, 1, 1)),
    Term(State.WITH_PREFECTURE, Part.RELAY, 0, date(2020, 1, 1)),
    Term(State.WITH_MINISTRY, Part.REPORTER, 7, date(2020, 1, 1)),
    Term(State.ASKED, Part.REPORTER, 3, date(2020, 1, 1)),
    Term(State.FINAL_WITH_PREFECTURE, Part.RELAY, 0, date(2020, 1, 1)),
    Term(State.FINAL, Part.MINISTRY, 14, date(2020, 1, 1)),
)


def term_of(state: State, day: date) -> Term | None:
    """What holds of a state on a day; None for a case that is over."""
    known = [term for term in TERMS if term.state is state and term.valid_from <= day]
    return max(known, key=lambda term: term.valid_from, default=None)


def due_on(state: State, since: date) -> date | None:
    """The last day on which the next move is in time; ``since`` is when the case came to the state."""
    term = term_of(state, since)
    return since + timedelta(days=term.days) if term else None


def owes(state: State) -> Part | None:
    """Whose move is awaited."""
    return next((term.owed_by for term in TERMS if term.state is state), None)


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> RECORDED: 検知の記録"]
    for move in MOVES.values():
        ordered = [state for state in State if state in move.sources]
        lines += [f"    {source} --> {move.after(source)}: {move.label}" for source in ordered]
    return "\n".join([*lines, *(f"    {state} --> [*]" for state in State if state in OVER)])
