"""有償発行の月次報告: its states and the moves between them, one table.

A month's paid issuances are drawn from the tally, held against 歳入歳出外現金 by a clerk, confirmed by a supervisor who
is somebody else, seen and billed by J-LIS (as 公的個人認証サービス事務処理要領 has it since 令和7年7月,
when 交付記録簿 ended). The check, the buttons, the diagram in the README and the test's matrix come from the table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

BASIS = "公的個人認証サービス事務処理要領"


class State(StrEnum):
    """Where a month's report stands."""

    DRAWN = "DRAWN"
    COMPARED = "COMPARED"
    CONFIRMED = "CONFIRMED"
    BILLED = "BILLED"
    SETTLED = "SETTLED"


# What J-LIS sees: the town stands by it.
SENT = frozenset({State.CONFIRMED, State.BILLED, State.SETTLED})


@dataclass(frozen=True)
class Move:
    """One row: what is done, from where to where, by which permission. ``of_the_centre``: J-LIS makes it."""

    verb: str
    sources: frozenset[State]
    target: State
    permission: str
    label: str
    needs_note: bool = False
    of_the_centre: bool = False

    @property
    def audit_word(self) -> str:
        """The act as the chain names it."""
        return f"jpki.fee_report_{self.verb}"


def _row(verb: str, sources: str, target: State, permission: str, label: str, **rest: bool) -> Move:
    return Move(verb, frozenset(map(State, sources.split())), target, f"jpki.{permission}", label, **rest)


MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        _row("redraw", "DRAWN COMPARED", State.DRAWN, "report_fees", "集計のやり直し"),
        _row("compare", "DRAWN COMPARED", State.COMPARED, "report_fees", "歳入歳出外現金との照合"),
        _row("send_back", "COMPARED", State.DRAWN, "confirm_fees", "担当者への差戻し", needs_note=True),
        _row("confirm", "COMPARED", State.CONFIRMED, "confirm_fees", "確認とJ-LISへの報告"),
        _row("return", "CONFIRMED", State.DRAWN, "bill_fees", "市区町村への返戻", needs_note=True, of_the_centre=True),
        _row("bill", "CONFIRMED", State.BILLED, "bill_fees", "請求", of_the_centre=True),
        _row("settle", "BILLED", State.SETTLED, "bill_fees", "入金の確認", of_the_centre=True),
    )
}


def allows(move: Move, state: State) -> bool:
    """Whether the state lets the move be made."""
    return state in move.sources


def moves_from(state: State) -> Iterator[Move]:
    """Every move that the state lets be made, in the table's order."""
    return (move for move in MOVES.values() if allows(move, state))


def month_of(day: date) -> date:
    """The first day of the day's month, by which a month is named."""
    return day.replace(day=1)


def following(month: date) -> date:
    """The first day of the month after."""
    return month_of(month + timedelta(days=31))


def preceding(month: date) -> date:
    """The first day of the month before."""
    return month_of(month - timedelta(days=1))


def is_over(month: date, today: date) -> bool:
    """Whether the month has ended, so that nothing is added to its tally any more."""
    return following(month) <= today


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> DRAWN: 集計"]
    for move in MOVES.values():
        lines += [f"    {source} --> {move.target}: {move.label}" for source in State if source in move.sources]
    return "\n".join([*lines, "    SETTLED --> [*]"])
