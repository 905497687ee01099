"""The sender's order of differences: which number may be applied next, and which are missing."""

from collections.abc import Iterable
from typing import NamedTuple


class Missing(NamedTuple):
    """A run of numbers that have not come, both ends included."""

    first: int
    last: int


def missing_before(through: int, waiting: Iterable[int]) -> list[Missing]:
    """The runs that keep `waiting` from being applied, when all up to `through` are. Costs one sort."""
    runs: list[Missing] = []
    expected = through + 1
    for number in sorted(set(waiting)):
        if number > expected:
            runs.append(Missing(expected, number - 1))
        expected = max(expected, number + 1)
    return runs
