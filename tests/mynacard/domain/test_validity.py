"""The card's last day: the law's corners, and properties that hold for every date."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jlis.kernel.domain.partial_dates import PartialDate
from mynacard.domain.validity import age_on, last_day, nth_birthday, rule_on

BORN = PartialDate(1980, 2, 17)
LEAP = PartialDate(1996, 2, 29)
days = st.dates(date(2016, 1, 1), date(2090, 12, 31))
births = st.dates(date(1900, 1, 1), date(2015, 12, 31)).map(PartialDate.of)


@pytest.mark.parametrize(
    ("on", "born", "expected"),
    [
        (date(2026, 2, 16), BORN, date(2035, 2, 17)),  # the eve: tomorrow's birthday is the first
        (date(2026, 2, 17), BORN, date(2036, 2, 17)),  # the birthday itself is not after the issue
        (date(2026, 3, 1), LEAP, date(2036, 2, 29)),
        (date(2025, 3, 1), LEAP, date(2035, 2, 28)),
        (date(2025, 2, 28), LEAP, date(2035, 2, 28)),  # the 28th counts as the birthday of a common year
        (date(2028, 2, 28), LEAP, date(2037, 2, 28)),  # in a leap year it is the eve
        (date(2026, 6, 1), PartialDate(2015, 6, 2), date(2030, 6, 2)),  # a child: five birthdays
        (date(2026, 6, 1), PartialDate(2008, 6, 2), date(2030, 6, 2)),  # the eve of the eighteenth birthday
        (date(2026, 6, 2), PartialDate(2008, 6, 2), date(2036, 6, 2)),
        (date(2026, 6, 1), PartialDate(1941), date(2036, 1, 1)),  # what is unknown never prolongs
    ],
)
def test_the_tenth_or_the_fifth_birthday(on, born, expected):
    assert last_day(applied_on=on, issued_on=on, born=born) == expected


def test_until_march_2022_adults_were_twenty():
    born = PartialDate(2003, 5, 1)

    assert last_day(applied_on=date(2022, 3, 31), issued_on=date(2022, 4, 20), born=born) == date(2026, 5, 1)
    assert last_day(applied_on=date(2022, 4, 1), issued_on=date(2022, 4, 20), born=born) == date(2031, 5, 1)


def test_age_is_that_of_the_application_birthdays_count_from_the_issue():
    born = PartialDate(2008, 6, 2)

    assert last_day(applied_on=date(2026, 6, 1), issued_on=date(2026, 6, 20), born=born) == date(2031, 6, 2)


def test_never_past_the_end_of_the_stay():
    on = date(2026, 6, 1)

    assert last_day(applied_on=on, issued_on=on, born=BORN, stay_ends_on=date(2027, 3, 3)) == date(2027, 3, 3)
    assert last_day(applied_on=on, issued_on=on, born=BORN, stay_ends_on=date(2050, 3, 3)) == date(2036, 2, 17)
    with pytest.raises(ValueError, match="在留期間"):
        last_day(applied_on=on, issued_on=on, born=BORN, stay_ends_on=date(2026, 5, 31))


def test_before_the_first_rule_there_is_none():
    with pytest.raises(ValueError, match="no rule"):
        rule_on(date(2015, 12, 31))


@given(days, births)
def test_the_last_day_is_a_birthday_ten_or_five_years_off(on, born):
    end = last_day(applied_on=on, issued_on=on, born=born)
    full = (10 if age_on(on, born) >= rule_on(on).adult_age else 5) - 1

    assert full <= (end - on).days / 365.2425 <= full + 1.01
    assert end == nth_birthday(end - timedelta(days=1), born, 1)


@given(births, st.integers(16, 60))
def test_the_eve_of_a_birthday_ends_a_year_before_the_birthday_itself(born, age):
    birthday = nth_birthday(born.earliest(), born, age)
    assume(birthday >= date(2022, 4, 2))
    assume(age != 18)

    eve = birthday - timedelta(days=1)
    ends = [last_day(applied_on=on, issued_on=on, born=born) for on in (eve, birthday)]

    assert ends[1].year == ends[0].year + 1


@given(days, births, days)
def test_a_stay_never_prolongs(on, born, stay_ends_on):
    assume(stay_ends_on >= on)

    end = last_day(applied_on=on, issued_on=on, born=born, stay_ends_on=stay_ends_on)

    assert end == min(stay_ends_on, last_day(applied_on=on, issued_on=on, born=born))


@given(births, days)
def test_age_changes_on_the_birthday_and_not_on_its_eve(born, day):
    birthday = nth_birthday(day, born, 1)

    assert age_on(birthday, born) == age_on(birthday - timedelta(days=1), born) + 1
