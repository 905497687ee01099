"""The states of a request at a kiosk, as one table: from the paper's making to the resident's hand or its end.

A charge is made by `print_done` and by nothing else, so there is no charge without a print and none twice.
"""

from dataclasses import dataclass
from enum import StrEnum


class SessionState(StrEnum):
    """Where a resident stands before a kiosk."""

    OPENED = "OPENED"
    IDENTIFIED = "IDENTIFIED"
    CLOSED = "CLOSED"


class TransactionState(StrEnum):
    """Where one request for one paper stands."""

    ISSUED = "ISSUED"
    PRINTED = "PRINTED"
    FAILED = "FAILED"
    REFUSED = "REFUSED"
    BLOCKED = "BLOCKED"


class PrintResult(StrEnum):
    """What the kiosk says of its printer."""

    PRINTED = "PRINTED"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Move:
    """One row: what is done, from where to where, under which audit word and label."""

    verb: str
    source: TransactionState | None
    target: TransactionState
    audit_word: str
    label: str


MOVES = {
    move.verb: move
    for move in (
        Move("issue", None, TransactionState.ISSUED, "konbini.issued", "発行"),
        Move("refuse", None, TransactionState.REFUSED, "konbini.refused", "発行不可"),
        Move("block", None, TransactionState.BLOCKED, "konbini.blocked", "照合不一致による停止"),
        Move("print_done", TransactionState.ISSUED, TransactionState.PRINTED, "konbini.printed", "印刷完了"),
        Move("print_failed", TransactionState.ISSUED, TransactionState.FAILED, "konbini.print_failed", "印刷失敗"),
    )
}
OF_RESULT = {PrintResult.PRINTED: MOVES["print_done"], PrintResult.FAILED: MOVES["print_failed"]}
