"""Card clocks: what a move starts, and the day after which the card has ended."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynacard.domain.clocks import (
    ENDS_BY,
    Clock,
    Deadline,
    after_leaving_the_country,
    after_move_in,
    after_move_out,
    rule_on,
)
from mynacard.domain.lifecycle import MOVES

LEFT = date(2026, 3, 1)
days = st.dates(date(2016, 6, 1), date(2090, 12, 31))


def test_thirty_days_after_the_intended_move_out():
    deadline = after_move_out(intended_on=LEFT, running=None)

    assert deadline == Deadline(Clock.MOVE_IN, date(2026, 3, 31))
    assert not deadline.is_over(date(2026, 3, 31))
    assert deadline.is_over(date(2026, 4, 1))


def test_over_a_leap_day_thirty_days_are_thirty_days():
    assert after_move_out(intended_on=date(2028, 2, 1), running=None).last_day == date(2028, 3, 2)
    assert after_move_out(intended_on=date(2027, 2, 1), running=None).last_day == date(2027, 3, 3)


@pytest.mark.parametrize(
    ("moved_on", "told_on", "clock"),
    [
        (date(2026, 3, 2), date(2026, 3, 16), Clock.CONTINUE),  # the fourteenth day
        (date(2026, 3, 2), date(2026, 3, 17), Clock.MOVE_IN),  # the fifteenth
        (date(2026, 3, 25), date(2026, 3, 31), Clock.CONTINUE),  # the thirtieth after the intended day
        (date(2026, 3, 25), date(2026, 4, 1), Clock.MOVE_IN),  # in time after the move, too late after the intended day
    ],
)
def test_a_move_in_told_in_time_starts_the_ninety_days(moved_on, told_on, clock):
    running = after_move_out(intended_on=LEFT, running=None)

    deadline = after_move_in(moved_on=moved_on, told_on=told_on, running=running)

    assert deadline.clock is clock
    assert deadline.is_over(told_on) is (clock is Clock.MOVE_IN)
    if clock is Clock.CONTINUE:
        assert deadline.last_day == told_on + timedelta(days=90)


def test_who_moves_on_before_continuing_loses_the_card_with_the_move():
    deadline = after_move_out(intended_on=LEFT, running=Clock.CONTINUE)

    assert deadline == Deadline(Clock.LEAVE_AGAIN, LEFT)
    assert after_move_in(moved_on=LEFT, told_on=LEFT, running=deadline).is_over(LEFT)


def test_who_leaves_the_country_has_no_card_on_the_day_itself():
    deadline = after_leaving_the_country(intended_on=LEFT)

    assert not deadline.is_over(LEFT - timedelta(days=1))
    assert deadline.is_over(LEFT)


@given(days, st.integers(0, 60), st.integers(0, 60))
def test_a_card_lives_on_exactly_when_both_limits_are_kept(left, moved_after, told_after):
    moved_on = left + timedelta(days=moved_after)
    told_on = moved_on + timedelta(days=told_after)

    deadline = after_move_in(moved_on=moved_on, told_on=told_on, running=after_move_out(intended_on=left, running=None))

    in_time = told_after <= 14 and moved_after + told_after <= 30
    assert deadline.is_over(told_on) is not in_time
    assert (deadline.clock is Clock.CONTINUE) is in_time


def test_every_clock_ends_by_a_row_of_the_table():
    assert {MOVES[verb].verb for verb in ENDS_BY.values()} == set(ENDS_BY.values())
    assert set(ENDS_BY) == set(Clock)
    with pytest.raises(ValueError, match="no rule"):
        rule_on(date(2015, 12, 31))
