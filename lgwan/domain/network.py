"""回線: which circuits a connected body has, by generation of the network, and what makes a body redundant."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    """What a circuit is for its body."""

    MAIN = "MAIN"
    STANDBY = "STANDBY"


class Way(StrEnum):
    """How a standby circuit makes its body redundant, as the body declares it."""

    VIA_PREFECTURE_NODE = "VIA_PREFECTURE_NODE"
    DIRECT = "DIRECT"
    HYBRID = "HYBRID"


class Status(StrEnum):
    """Whether a circuit is a plan or carries the body's traffic."""

    PLANNED = "PLANNED"
    IN_SERVICE = "IN_SERVICE"


GENERATIONS = (3, 4, 5)
# The fourth network let municipalities connect to it directly; before, the prefecture's node was the only way.
DIRECT_SINCE = 4


@dataclass(frozen=True)
class Fault:
    """What is wrong with a circuit: the column, a code for programs, a sentence for whoever mends the file."""

    field: str
    code: str
    message: str


@dataclass(frozen=True)
class Facts:
    """A circuit as it is told."""

    generation: int
    role: Role
    way: Way | None
    status: Status
    valid_from: date
    valid_to: date | None


def faults(circuit: Facts) -> list[Fault]:
    """Every rule that stands against the circuit by itself."""
    found = []
    if circuit.generation not in GENERATIONS:
        known = "・".join(map(str, GENERATIONS))
        found.append(Fault("generation", "unknown_generation", f"世代は{known}のいずれかです。"))
    if circuit.role is Role.MAIN and circuit.way is not None:
        found.append(
            Fault("way", "main_has_no_way", "主系の回線に冗長化の方式は書けません。従系の回線に書いてください。")
        )
    if circuit.role is Role.STANDBY and circuit.way is None:
        found.append(Fault("way", "standby_needs_way", "従系の回線には冗長化の方式が必要です。"))
    if circuit.way in (Way.DIRECT, Way.HYBRID) and circuit.generation < DIRECT_SINCE:
        message = f"直接接続方式とハイブリッド方式は第{DIRECT_SINCE}次からの方式です。"
        found.append(Fault("way", "way_not_yet", message))
    if circuit.valid_to is not None and circuit.valid_to <= circuit.valid_from:
        found.append(Fault("valid_to", "ends_before_begin", "適用終了日は適用開始日より後の日です。"))
    return found


def overlap(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    """Whether two validities (from, first day after, or open) share a day."""
    return _before(one[0], other[1]) and _before(other[0], one[1])


def _before(day: date, end: date | None) -> bool:
    return end is None or day < end
