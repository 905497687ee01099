"""The schedule of the expiry notices, on every day of the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynacard.domain.months import months_before
from mynacard.domain.notices import days_for, latest_last_day, schedule_on

days = st.dates(date(2016, 6, 1), date(2090, 12, 31))
steps = st.sampled_from([5.5, 4, 3.5, 3])


def test_one_card_step_by_step():
    due = days_for(date(2026, 8, 31))

    assert due.listed_on == date(2026, 3, 16)  # five months and fifteen days
    assert due.confirmed_until == date(2026, 4, 30)
    assert due.frozen_on == date(2026, 5, 16)
    assert due.sent_on == date(2026, 5, 31)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2028, 2, 29), 12, date(2027, 2, 28)),
        (date(2028, 5, 31), 3, date(2028, 2, 29)),
        (date(2027, 5, 31), 3, date(2027, 2, 28)),
        (date(2027, 1, 31), 1, date(2026, 12, 31)),
        (date(2026, 3, 10), -1, date(2026, 4, 10)),
    ],
)
def test_months_end_where_the_shorter_month_ends(day, months, expected):
    assert months_before(day, months) == expected


@given(days)
def test_the_steps_come_in_their_order(last_day):
    due = days_for(last_day)

    assert due.listed_on < due.confirmed_until < due.frozen_on < due.sent_on < last_day


@given(days, steps)
def test_the_latest_last_day_is_the_latest(on, months):
    latest = latest_last_day(on, months)

    assert months_before(latest, months) <= on
    assert months_before(latest + timedelta(days=1), months) > on


@given(days, steps)
def test_nobody_is_passed_over_from_one_day_to_the_next(on, months):
    assert latest_last_day(on, months) <= latest_last_day(on + timedelta(days=1), months)


def test_before_the_first_schedule_there_is_none():
    with pytest.raises(ValueError, match="no schedule"):
        schedule_on(date(2015, 12, 31))
