"""The ways out: everything by which something of a person can leave the house, and what each does for the covered.

A victim's address leaks by the one way that nobody thought of. So each room declares every screen, endpoint, job,
command, paper and card that it has, those that hold no address too; tests refuse one that is not declared, and drive
each with a person whom a 支援措置 covers.
"""

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """What kind of way out it is; the name is that of the URL, the job's kind, the command, or the module."""

    SCREEN = "SCREEN"
    REST = "REST"
    JOB = "JOB"
    COMMAND = "COMMAND"
    PAPER = "PAPER"
    REGISTER = "REGISTER"
    CARD = "CARD"


class Treatment(StrEnum):
    """What becomes of the address of a covered person."""

    WITHHOLDS = "WITHHOLDS"
    REFUSES = "REFUSES"
    BY_LAW = "BY_LAW"
    NO_ADDRESS = "NO_ADDRESS"
    # The house itself, copied for its own keeping: whoever may run it may read the database anyway.
    KEPT = "KEPT"


TREATMENT_LABELS = {
    Treatment.WITHHOLDS: "住所を伏せる",
    Treatment.REFUSES: "出力を断る",
    Treatment.BY_LAW: "法令により住所を渡す",
    Treatment.NO_ADDRESS: "住所を持たない",
    Treatment.KEPT: "保管のための写しで、提供ではない",
}


@dataclass(frozen=True)
class Output:
    """One way out, its Japanese label, and what it does for the covered."""

    way: Way
    name: str
    label: str
    treatment: Treatment


_declared: dict[tuple[Way, str], Output] = {}


def declare(way: Way, treatment: Treatment, **labels: str) -> None:
    """Declare ways of one kind and treatment: `juki_search="検索結果の一覧"`. Twice is a programming error."""
    for name, label in labels.items():
        _enter(Output(way, name, label, treatment))


def declare_without_address(way: Way, label: str, *names: str) -> None:
    """Declare ways that hold nobody's address, several under one label."""
    for name in names:
        _enter(Output(way, name, label, Treatment.NO_ADDRESS))


def declared() -> dict[tuple[Way, str], Output]:
    """Every way out by kind and name."""
    return dict(_declared)


def _enter(output: Output) -> None:
    known = _declared.setdefault((output.way, output.name), output)
    if known != output:
        raise ValueError(f"way out declared twice: {output.way} {output.name}")
