"""LGWAN-ASP: four classes of service, and the life of one from its application to its end, as one table.

Button, check, the README's diagram and the test's matrix come from the table. Each move belongs to one of three parts,
which three different persons play in one filing: who files, who reviews, who decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jlis.kernel.domain.years import years_after


class Layer(StrEnum):
    """The class of a service."""

    APPLICATION = "APPLICATION"
    HOSTING = "HOSTING"
    COMMUNICATION = "COMMUNICATION"
    FACILITY = "FACILITY"


# A hosting service connects to the network itself; whatever else is served is registered on a registered hosting.
# The basis says no more than "on a registered lower layer"; for lines and rooms this is our reading.
RESTS_ON: dict[Layer, Layer] = {layer: Layer.HOSTING for layer in Layer if layer is not Layer.HOSTING}


class State(StrEnum):
    """Where a service stands."""

    APPLIED = "APPLIED"
    REVIEWING = "REVIEWING"
    CORRECTING = "CORRECTING"
    TESTING = "TESTING"
    DECIDING = "DECIDING"
    REGISTERED = "REGISTERED"
    PUBLISHED = "PUBLISHED"
    CHANGING = "CHANGING"
    RENEWING = "RENEWING"
    ENDING = "ENDING"
    ENDED = "ENDED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


CATALOGUE = frozenset({State.PUBLISHED, State.CHANGING, State.RENEWING, State.ENDING})
CARRIES_OTHERS = frozenset({State.REGISTERED, State.PUBLISHED, State.CHANGING, State.RENEWING})
NUMBERED = CATALOGUE | {State.REGISTERED, State.ENDED}
FINAL = frozenset({State.ENDED, State.REFUSED, State.WITHDRAWN})


class Part(StrEnum):
    """Whose move it is; the value is the permission's last word."""

    APPLICANT = "apply_services"
    REVIEWER = "review_services"
    APPROVER = "approve_services"


class Filing(StrEnum):
    """What is filed."""

    APPLICATION = "APPLICATION"
    CHANGE = "CHANGE"
    RENEWAL = "RENEWAL"
    END = "END"


class Outcome(StrEnum):
    """How a filing ended."""

    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True)
class Move:
    """One row: what is done, from where to where, whose it is, its basis and words; what it does to the filing."""

    verb: str
    sources: frozenset[State]
    target: State
    part: Part
    basis: str
    label: str
    audit_word: str
    layers: frozenset[Layer] = frozenset(Layer)
    opens: Filing | None = None
    closes: Outcome | None = None
    needs_note: bool = False

    @property
    def permission(self) -> str:
        """The name of the permission that the move asks for."""
        return f"lgwan.{self.part.value}"


def _row(verb: str, sources: str, target: str, part: Part, basis: str, label: str, **rest: object) -> Move:
    states = frozenset(map(State, sources.split()))
    return Move(verb, states, State(target), part, basis, label, f"lgwan.service_{verb}", **rest)  # type: ignore[arg-type]


_A, _R, _D = Part.APPLICANT, Part.REVIEWER, Part.APPROVER
_OUTLINE, _REVIEW, _TERMS = "ASP基本要綱", "ASP審査の手引", "ASP接続約款"
_HOSTING = frozenset({Layer.HOSTING})
_OTHERS = frozenset(Layer) - _HOSTING
_UNDECIDED = "APPLIED REVIEWING CORRECTING TESTING DECIDING"

MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        _row("begin_review", "APPLIED", "REVIEWING", _R, _REVIEW, "書類審査の開始"),
        _row("ask_correction", "REVIEWING", "CORRECTING", _R, _REVIEW, "補正の依頼", needs_note=True),
        _row("resubmit", "CORRECTING", "REVIEWING", _A, _REVIEW, "補正しての再提出"),
        _row("pass_review", "REVIEWING", "DECIDING", _R, _REVIEW, "書類審査の終了", layers=_OTHERS),
        _row("begin_test", "REVIEWING", "TESTING", _R, _TERMS, "接続試験への移行", layers=_HOSTING),
        _row("pass_test", "TESTING", "DECIDING", _R, _TERMS, "接続試験の合格", layers=_HOSTING),
        _row("fail_test", "TESTING", "CORRECTING", _R, _TERMS, "接続試験の不合格", layers=_HOSTING, needs_note=True),
        _row("send_back", "DECIDING", "REVIEWING", _D, _OUTLINE, "審査への差戻し", needs_note=True),
        _row("approve", "DECIDING", "REGISTERED", _D, _OUTLINE, "承認・登録", closes=Outcome.ACCEPTED),
        _row("refuse", "DECIDING", "REFUSED", _D, _OUTLINE, "不承認", closes=Outcome.REFUSED, needs_note=True),
        _row("withdraw", _UNDECIDED, "WITHDRAWN", _A, _OUTLINE, "取下げ", closes=Outcome.WITHDRAWN),
        _row("publish", "REGISTERED", "PUBLISHED", _R, _OUTLINE, "公開"),
        _row("file_change", "PUBLISHED", "CHANGING", _A, _OUTLINE, "変更届", opens=Filing.CHANGE),
        _row("accept_change", "CHANGING", "PUBLISHED", _D, _OUTLINE, "変更の承認", closes=Outcome.ACCEPTED),
        _row("refuse_change", "CHANGING", "PUBLISHED", _D, _OUTLINE, "変更の不承認", closes=Outcome.REFUSED,
             needs_note=True),
        _row("file_renewal", "PUBLISHED", "RENEWING", _A, _OUTLINE, "年次更新の届出", opens=Filing.RENEWAL,
             needs_note=True),
        _row("accept_renewal", "RENEWING", "PUBLISHED", _D, _OUTLINE, "年次更新の承認", closes=Outcome.ACCEPTED),
        _row("refuse_renewal", "RENEWING", "PUBLISHED", _D, _OUTLINE, "年次更新の差戻し", closes=Outcome.REFUSED,
             needs_note=True),
        _row("file_end", "PUBLISHED", "ENDING", _A, _OUTLINE, "廃止届", opens=Filing.END, needs_note=True),
        _row("keep", "ENDING", "PUBLISHED", _A, _OUTLINE, "廃止届の取下げ", closes=Outcome.WITHDRAWN),
        _row("end", "ENDING", "ENDED", _D, _OUTLINE, "廃止", closes=Outcome.ACCEPTED),
    )
}  # fmt: skip


def allows(move: Move, state: State, layer: Layer) -> bool:
    """Whether a service of the class in this state lets the move be made."""
    return state in move.sources and layer in move.layers


def moves_from(state: State, layer: Layer) -> Iterator[Move]:
    """Every move that the state lets be made, in the table's order."""
    return (move for move in MOVES.values() if allows(move, state, layer))


def diagram() -> str:
    """The table as a Mermaid state diagram; what hosting alone does, or never does, is said beside the word."""
    lines = ["stateDiagram-v2", "    [*] --> APPLIED: 申込み"]
    for move in MOVES.values():
        word = move.label + {_HOSTING: "（ホスティング）", _OTHERS: "（ホスティング以外）"}.get(move.layers, "")
        lines += [f"    {source} --> {move.target}: {word}" for source in State if source in move.sources]
    return "\n".join(lines + [f"    {state} --> [*]" for state in State if state in FINAL])


_LETTERS = {Layer.APPLICATION: "A", Layer.HOSTING: "H", Layer.COMMUNICATION: "C", Layer.FACILITY: "F"}


def registration_number(layer: Layer, year: int, place: int) -> str:
    """This project's own plain number: the class's letter, the fiscal year, the place in it (A2026-0001)."""
    return f"{_LETTERS[layer]}{year}-{place:04}"


def renewal_due(day: date) -> date:
    """A year later; from 29 February the last day of the month."""
    return years_after(day, 1)
