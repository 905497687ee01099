"""What must agree: each room registers its checks, `manage.py reconcile` runs them all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """The result of one check: two counts that must be equal, and the rows that differ (ids, never names)."""

    name: str
    label: str
    expected: int
    actual: int
    rows: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether it is in order."""
        return self.expected == self.actual and not self.rows


Check = Callable[[], Iterator[Finding]]
_checks: list[Check] = []


def check(function: Check) -> Check:
    """Register a check; it sets its own scope."""
    _checks.append(function)
    return function


def run() -> list[Finding]:
    """Run every check."""
    return [finding for each in _checks for finding in each()]
