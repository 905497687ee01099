"""Ten million 個人番号 in a row of the national sequence: none twice, each with its check digit (J2)."""

import os
import resource
from array import array
from collections.abc import Iterator

import pytest

from jlis.kernel.domain.codes import IndividualNumber
from jlis.kernel.domain.permutation import NumberPermutation
from juki.services.numbers import DIGITS

pytestmark = [pytest.mark.drill, pytest.mark.slow]
COUNT = int(os.environ.get("NUMBERS", "10000000"))
KEY = bytes(range(1, 33))
AT_ONCE = 100_000
SHELVES = 100
MOST_MEMORY = 500 << 20


def drawn() -> Iterator[int]:
    """The numbers' bodies in the order in which they are given out."""
    permutation = NumberPermutation(KEY, DIGITS)
    for start in range(0, COUNT, AT_ONCE):
        yield from permutation.forward_many(start, min(AT_ONCE, COUNT - start))


def test_ten_million_numbers_and_none_twice():
    """Laid on shelves by their upper digits, so that only numbers of one shelf have to be compared."""
    shelves = [array("Q") for _ in range(SHELVES)]
    width = 10**DIGITS // SHELVES
    for body in drawn():
        shelves[body // width].append(body)
    assert sum(map(len, shelves)) == COUNT
    assert sum(len(set(shelf)) for shelf in shelves) == COUNT
    # Spread as if drawn by lot: no shelf has a tenth more than its share.
    assert max(map(len, shelves)) < COUNT / SHELVES * 1.1
    for shelf in shelves:
        text = f"{shelf[0]:0{DIGITS}}"
        assert IndividualNumber.is_valid(text + IndividualNumber.check_digit(text))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 < MOST_MEMORY
