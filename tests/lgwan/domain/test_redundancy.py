from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lgwan.domain.redundancy import Counts, total

figures = st.integers(0, 200)
counts = st.builds(Counts, figures, figures, figures, figures, figures)


@pytest.mark.parametrize(
    ("bodies", "redundant", "rate"),
    [(1788, 715, "40.0"), (180, 41, "22.8"), (28, 1, "3.6"), (44, 0, "0.0"), (26, 26, "100.0"), (800, 1, "0.1")],
)
def test_the_rate_is_in_percent_to_one_decimal_and_rounds_up_from_the_half(bodies, redundant, rate):
    assert Counts(bodies, direct=redundant).rate == Decimal(rate)
    assert Counts(2000, direct=1).rate == Decimal("0.1")


def test_without_a_body_there_is_no_rate():
    assert Counts().rate is None
    assert total([]) == Counts()


@settings(max_examples=50)
@given(st.lists(counts, max_size=5))
def test_sums_add_up(rows):
    added = total(rows)
    assert added.redundant == sum(row.via_prefecture_node + row.direct + row.hybrid for row in rows)
    assert added.bodies == sum(row.bodies for row in rows)


@settings(max_examples=50)
@given(counts)
def test_what_cannot_be_is_named(row):
    too_many = (row.redundant > row.bodies) + (row.former > row.bodies)
    assert len(row.contradictions()) == too_many
