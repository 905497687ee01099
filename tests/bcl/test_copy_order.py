"""However differences are cut, doubled, mixed up and lost on the way: once all have come, copy and source are equal."""

from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bcl.choices import DifferenceState
from bcl.domain.ordering import missing_before
from bcl.domain.rows import read_difference
from bcl.models import Difference
from bcl.selectors import copies
from jlis.kernel.domain.digest_tree import digest_of
from jlis.kernel.isolation.scope import BCL, acting
from tests.bcl.copies import row_of, send
from tests.conftest import CHIYODA

CODE = "12345678903"
COUNT = 2_000


def source(random, count: int):
    """Differences of a made-up register, and what the register holds in the end."""
    told, register = [], {}
    for sequence in range(1, count + 1):
        number = str(random.randint(1, count // 5 + 1))
        if number in register and random.random() < 0.1:
            told.append({"sequence": sequence, "operation": "DELETE", "number": number})
            del register[number]
            continue
        row = row_of(CODE, number, sequence=sequence, name=f"氏名　{sequence}", household=str(random.randint(1, 90)))
        told.append(row)
        register[number] = read_difference(row, row=1)[0].row.line()
    return told, register


def on_the_way(random, told, lost: float):
    """Calls as a bad line delivers them: some lost, some twice, out of order, in calls of any size."""
    sent = [each for each in told if random.random() >= lost]
    sent += random.sample(sent, len(sent) // 10)
    for start in range(0, len(sent), 50):
        some = sent[start : start + 50]
        random.shuffle(some)
        sent[start : start + 50] = some
    while sent:
        size = random.randint(1, 700)
        yield sent[:size]
        sent = sent[size:]


def deliver(town, at, random, count: int, *, lost: float = 0.03) -> tuple[dict[str, str], int]:
    """Send until nothing is missing, each time again what the answer names; returns the register and the calls."""
    told, register = source(random, count)
    calls, through, missing = 0, 0, []
    waiting = list(on_the_way(random, told, lost))
    while waiting or through < count:
        # What the answer names as missing; and when it names nothing, the end that never came.
        wanted = [n for first, last in missing for n in range(first, last + 1)] or range(through + 1, count + 1)
        call = waiting.pop(0) if waiting else [told[number - 1] for number in wanted[:1000]]
        received = send(town, at, *call)
        calls, through, missing = calls + 1, received.through, received.missing
    return register, calls


def held_to_the_source(town, at, seed: int, count: int, lost: float) -> int:
    """One run in a transaction that is undone; returns the calls it took."""
    with transaction.atomic():
        register, calls = deliver(town, at, Random(seed), count, lost=lost)
        with acting(BCL):
            assert copies.lines(CHIYODA) == register
            assert copies.digest(CHIYODA) == digest_of(register)
            assert not Difference.objects.filter(state=DifferenceState.HELD).exists()
        transaction.set_rollback(True)
    return calls


def properties(examples: int):
    unhealthy = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=examples, deadline=None, suppress_health_check=unhealthy)


@properties(20)
@given(seed=st.integers(0, 2**32), count=st.integers(1, 60), lost=st.floats(0, 0.9))
def test_however_bad_the_line_copy_and_source_end_equal(town, at, seed, count, lost):
    held_to_the_source(town, at, seed, count, lost)


@pytest.mark.slow
@properties(2)
@given(seed=st.integers(0, 2**32))
def test_two_thousand_differences_end_equal_to_the_source(town, at, seed):
    assert held_to_the_source(town, at, seed, COUNT, 0.03) > 3


@pytest.mark.drill
def test_a_hundred_thousand_differences_end_equal_to_the_source(town, at):
    held_to_the_source(town, at, 1, 100_000, 0.01)


@given(through=st.integers(0, 50), waiting=st.sets(st.integers(1, 120)))
def test_what_is_missing_is_all_that_is_neither_applied_nor_waiting(through, waiting):
    waiting = {number for number in waiting if number > through}
    missing = {number for first, last in missing_before(through, waiting) for number in range(first, last + 1)}
    assert missing == set(range(through + 1, max(waiting, default=0) + 1)) - waiting
