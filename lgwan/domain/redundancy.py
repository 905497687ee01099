"""冗長化の状況: the arithmetic of the table by prefecture. What can be added or divided is never stored."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Counts:
    """How many bodies there are, how many were redundant in the network before, and how many are in each way."""

    bodies: int = 0
    former: int = 0
    via_prefecture_node: int = 0
    direct: int = 0
    hybrid: int = 0

    @property
    def redundant(self) -> int:
        """Redundant in any way: each body has declared one."""
        return self.via_prefecture_node + self.direct + self.hybrid

    @property
    def rate(self) -> Decimal | None:
        """The redundant among all, in percent to one decimal; None where there is no body."""
        if self.bodies == 0:
            return None
        return (Decimal(self.redundant) * 100 / self.bodies).quantize(_TENTH, ROUND_HALF_UP)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.bodies + other.bodies,
            self.former + other.former,
            self.via_prefecture_node + other.via_prefecture_node,
            self.direct + other.direct,
            self.hybrid + other.hybrid,
        )

    def contradictions(self) -> list[str]:
        """What cannot be: more redundant bodies than bodies."""
        found = []
        if self.redundant > self.bodies:
            found.append(f"冗長化の団体数（{self.redundant}）が団体数（{self.bodies}）を超えています。")
        if self.former > self.bodies:
            found.append(f"前の世代の冗長化団体数（{self.former}）が団体数（{self.bodies}）を超えています。")
        return found


def total(rows: list[Counts]) -> Counts:
    """The sum of the rows."""
    return sum(rows, Counts())
