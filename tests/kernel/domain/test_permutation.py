import pytest
from hypothesis import given
from hypothesis import strategies as st

from jlis.kernel.domain.permutation import NumberPermutation

KEY = bytes(range(32))


@pytest.mark.parametrize("digits", [2, 3, 4])
def test_a_small_domain_is_permuted_whole(digits):
    permutation = NumberPermutation(KEY, digits)
    values = [permutation.forward(number) for number in range(10**digits)]
    assert sorted(values) == list(range(10**digits))
    assert values != list(range(10**digits))


@given(number=st.integers(min_value=0), digits=st.integers(2, 18))
def test_the_inverse_undoes_it(number, digits):
    permutation = NumberPermutation(KEY, digits)
    number %= 10**digits
    assert permutation.inverse(permutation.forward(number)) == number


@given(start=st.integers(0, 10**10 - 2_000), count=st.integers(0, 2_000))
def test_many_at_once_are_the_same_as_one_by_one(start, count):
    permutation = NumberPermutation(KEY, 10)
    many = list(permutation.forward_many(start, count))
    assert len(many) == count
    for place in {0, count // 2, count - 1} & set(range(count)):
        assert many[place] == permutation.forward(start + place)


def test_many_across_chunks_stay_in_order():
    permutation = NumberPermutation(KEY, 11)
    many = list(permutation.forward_many(5, 70_000))
    assert many[32_763:32_773] == [permutation.forward(number + 5) for number in range(32_763, 32_773)]


def test_numbers_given_out_stay_as_they_were():
    """A change here would give new residents numbers that others already bear."""
    assert [NumberPermutation(KEY, 10).forward(number) for number in (0, 1, 2)] == STABLE_TEN
    assert [NumberPermutation(KEY, 11).forward(number) for number in (0, 1, 10**11 - 1)] == STABLE_ELEVEN


STABLE_TEN = [9_679_557_039, 9_805_652_269, 5_455_040_926]
STABLE_ELEVEN = [47_326_788_755, 5_635_772_508, 85_097_956_095]


def test_another_key_gives_another_order():
    assert NumberPermutation(KEY, 10).forward(0) != NumberPermutation(bytes(32), 10).forward(0)


@pytest.mark.parametrize("number", [-1, 10_000])
def test_a_number_outside_the_domain_is_refused(number):
    with pytest.raises(ValueError, match="between 0 and"):
        NumberPermutation(KEY, 4).forward(number)
    with pytest.raises(ValueError, match="between 0 and"):
        list(NumberPermutation(KEY, 4).forward_many(9_999, 2))
