"""The period of validity: known certificates, the law's corners, and properties that hold for every date."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jlis.kernel.domain.partial_dates import PartialDate
from jpki.domain.validity import end_of, last_day, nth_birthday_after, renewal_opens, rule_on

BORN = PartialDate(1980, 2, 17)
days = st.dates(date(2016, 1, 1), date(2090, 12, 31))
births = st.dates(date(1900, 1, 1), date(2015, 12, 31)).map(PartialDate.of)


@pytest.mark.parametrize(
    ("issued_on", "born", "expected"),
    [
        # three published certificates
        (date(2020, 5, 20), PartialDate(1990, 12, 7), date(2024, 12, 7)),
        (date(2023, 5, 20), PartialDate(1990, 12, 7), date(2027, 12, 7)),
        (date(2025, 10, 27), BORN, date(2030, 2, 17)),
        # on the birthday itself the first of the five is next year's
        (date(2026, 2, 17), BORN, date(2031, 2, 17)),
        (date(2026, 2, 16), BORN, date(2030, 2, 17)),
        # born on 29 February: the 28th in common years, the 29th in leap years
        (date(2022, 5, 1), PartialDate(1996, 2, 29), date(2027, 2, 28)),
        (date(2023, 5, 1), PartialDate(1996, 2, 29), date(2028, 2, 29)),
        (date(2023, 2, 28), PartialDate(1996, 2, 29), date(2028, 2, 29)),
        # what is unknown counts as the first, which never prolongs
        (date(2026, 6, 1), PartialDate(1941, 4), date(2031, 4, 1)),
        (date(2026, 6, 1), PartialDate(1941), date(2031, 1, 1)),
    ],
)
def test_the_fifth_birthday_after_issue(issued_on, born, expected):
    assert last_day(issued_on=issued_on, born=born) == expected


@pytest.mark.parametrize(
    ("issued_on", "expected"),
    [
        (date(2029, 11, 17), date(2034, 2, 17)),  # three months before to the day: not yet
        (date(2029, 11, 18), date(2035, 2, 17)),
        (date(2030, 2, 17), date(2036, 2, 17)),  # the last day is a birthday, so the sixth lies a year later
        (date(2030, 2, 18), date(2035, 2, 17)),  # expired: no renewal
    ],
)
def test_the_sixth_birthday_when_renewed_within_the_last_three_months(issued_on, expected):
    assert last_day(issued_on=issued_on, born=BORN, renewed_from=date(2030, 2, 17)) == expected


def test_never_past_the_expiry_of_the_card():
    assert last_day(issued_on=date(2026, 1, 1), born=BORN, card_expires_on=date(2027, 3, 3)) == date(2027, 3, 3)
    assert last_day(issued_on=date(2026, 1, 1), born=BORN, card_expires_on=date(2035, 3, 3)) == date(2030, 2, 17)


def test_the_window_of_renewal_opens_the_day_after_three_months_before():
    rule = rule_on(date(2026, 1, 1))

    assert renewal_opens(date(2030, 2, 17), rule) == date(2029, 11, 18)
    assert renewal_opens(date(2030, 5, 31), rule) == date(2030, 3, 1)
    assert renewal_opens(date(2030, 1, 1), rule) == date(2029, 10, 2)


LEAP = PartialDate(1996, 2, 29)


@pytest.mark.parametrize(
    ("issued_on", "expected"),
    [
        # the certificate to be renewed ends on the fifth birthday, 17 February 2030
        (date(2029, 2, 16), date(2033, 2, 17)),  # the eve of the fourth birthday: long before the window
        (date(2030, 2, 16), date(2035, 2, 17)),  # the eve of the fifth: six birthdays, the first of them tomorrow
        (date(2029, 11, 17), date(2034, 2, 17)),  # the day before the window
        (date(2029, 11, 18), date(2035, 2, 17)),  # its first day
    ],
)
def test_around_the_eve_and_the_window(issued_on, expected):
    assert last_day(issued_on=issued_on, born=BORN, renewed_from=date(2030, 2, 17)) == expected


@pytest.mark.parametrize(
    ("renewed_from", "opens_on", "expected_before", "expected_on"),
    [
        # born on 29 February: the fifth birthday of a common year is the 28th, of a leap year the 29th
        (date(2027, 2, 28), date(2026, 11, 29), date(2031, 2, 28), date(2032, 2, 29)),
        (date(2028, 2, 29), date(2027, 11, 30), date(2032, 2, 29), date(2033, 2, 28)),
    ],
)
def test_born_on_a_leap_day_the_window_and_the_sixth_birthday(renewed_from, opens_on, expected_before, expected_on):
    assert renewal_opens(renewed_from, rule_on(opens_on)) == opens_on
    eve = opens_on - timedelta(days=1)
    assert last_day(issued_on=eve, born=LEAP, renewed_from=renewed_from) == expected_before
    assert last_day(issued_on=opens_on, born=LEAP, renewed_from=renewed_from) == expected_on


def test_a_renewal_too_ends_with_the_card():
    card = date(2033, 2, 17)

    assert (
        last_day(issued_on=date(2030, 1, 10), born=BORN, renewed_from=date(2030, 2, 17), card_expires_on=card) == card
    )


def test_the_end_is_the_last_second_of_the_day_in_japan():
    assert end_of(date(2030, 2, 17)) == datetime(2030, 2, 17, 14, 59, 59, tzinfo=UTC)


def test_before_the_first_rule_there_is_none():
    with pytest.raises(ValueError, match="no rule"):
        last_day(issued_on=date(2015, 10, 21), born=BORN)


@given(days, births)
def test_the_end_lies_between_four_and_five_years_off(issued_on, born):
    years = (last_day(issued_on=issued_on, born=born) - issued_on).days / 365.25

    assert 3.99 < years < 5.01


@given(days, births, st.integers(1, 9))
def test_each_birthday_counts_once(day, born, count):
    rule = rule_on(day)
    birthdays = [nth_birthday_after(day, born, n, rule) for n in range(1, count + 1)]

    assert birthdays == sorted(set(birthdays))
    assert birthdays[0] > day
    assert (birthdays[0] - day).days <= 366
    assert {birthday.month for birthday in birthdays} == {born.month}


@given(days, births, days)
def test_a_card_that_expires_never_prolongs(issued_on, born, card_expires_on):
    assume(card_expires_on >= issued_on)

    assert last_day(issued_on=issued_on, born=born, card_expires_on=card_expires_on) <= card_expires_on


@given(days, births, days)
def test_a_renewal_never_shortens(issued_on, born, renewed_from):
    assert last_day(issued_on=issued_on, born=born, renewed_from=renewed_from) >= last_day(
        issued_on=issued_on, born=born
    )
