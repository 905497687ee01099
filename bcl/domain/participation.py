"""A town's taking part: its states and the moves between them, one table; and what each pattern may give.

The buttons, the check, the diagram in the README and the test's matrix come from the table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a town's taking part stands."""

    APPLIED = "APPLIED"
    TESTING = "TESTING"
    SERVING = "SERVING"
    STOPPED = "STOPPED"
    ENDED = "ENDED"


class Pattern(StrEnum):
    """How the copy is kept up: A by the line at any time, B by files by hand."""

    LINE = "A"
    BY_HAND = "B"


# A copy that may be days old proves no residence: pattern B gives 罹災 and 被災 certificates alone.
GIVES_RESIDENCE = frozenset({Pattern.LINE})
TAKES_COPIES = frozenset({State.TESTING, State.SERVING, State.STOPPED})


@dataclass(frozen=True)
class Move:
    """One row: what is done, from where to where, by which permission, under which words."""

    verb: str
    sources: frozenset[State]
    target: State
    permission: str
    audit_word: str
    label: str


def _row(verb: str, sources: str, target: State, permission: str, audit_word: str, label: str) -> Move:
    return Move(verb, frozenset(map(State, sources.split())), target, permission, audit_word, label)


MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        _row("accept", "APPLIED", State.TESTING, "bcl.run_cloud", "bcl.participation_accepted", "申込みの受付"),
        _row("start", "TESTING", State.SERVING, "bcl.run_cloud", "bcl.participation_started", "稼働の開始"),
        _row("stop", "SERVING", State.STOPPED, "bcl.take_part", "bcl.participation_stopped", "発行の停止"),
        _row("resume", "STOPPED", State.SERVING, "bcl.take_part", "bcl.participation_resumed", "発行の再開"),
        _row(
            "end", "APPLIED TESTING SERVING STOPPED", State.ENDED, "bcl.run_cloud",
            "bcl.participation_ended", "参加の終了",
        ),
    )
}  # fmt: skip


def moves_from(state: State) -> Iterator[Move]:
    """Every move that the state lets be made, in the table's order."""
    return (move for move in MOVES.values() if state in move.sources)


def gives_residence(state: State, pattern: Pattern) -> bool:
    """Whether a certificate of residence may be drawn from the town's copy now."""
    return state is State.SERVING and pattern in GIVES_RESIDENCE


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> APPLIED: 申込み"]
    for move in MOVES.values():
        lines += [f"    {source} --> {move.target}: {move.label}" for source in State if source in move.sources]
    lines.append("    ENDED --> [*]")
    return "\n".join(lines)
