"""The express lane's cases: to the day, with what the register must show."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jlis.kernel.domain.partial_dates import PartialDate
from mynacard.domain.express import CASES, Facts, cap_on, case_on, fee, hindrances, last_day, promised_on

DAY = date(2026, 6, 30)
ADULT = Facts(PartialDate(1980, 2, 17), DAY, DAY, last_change="R02", lost=True, void=True)
FEES = {
    "T01": (0, 0), "T02": (0, 0), "T03": (2000, 1800), "T04": (2000, 1800), "T05": (0, 0), "T06": (0, 0),
    "T07": (0, 0), "T08": (0, 0), "T09": (None, None), "T10": (None, None),
}  # fmt: skip


def codes(code: str, facts: Facts) -> set[str]:
    case = case_on(code, facts.day)
    assert case is not None
    return {fault.code for fault in hindrances(case, facts)}


def test_there_are_ten_cases_with_their_fees():
    assert {case.code: (case.fee, case.fee_without) for case in CASES} == FEES
    assert fee(CASES[2], with_certificates=True) == 2000
    assert fee(CASES[2], with_certificates=False) == 1800


def test_before_december_2024_there_was_no_lane():
    assert case_on("T03", date(2024, 12, 1)) is None
    assert case_on("T03", date(2024, 12, 2)) is not None
    with pytest.raises(ValueError, match="not open"):
        cap_on(date(2024, 12, 1))


@pytest.mark.parametrize("code", ["T02", "T03", "T04", "T05", "T06", "T07", "T09", "T10"])
def test_thirty_days_from_the_fact(code):
    assert codes(code, replace(ADULT, occurred_on=DAY - timedelta(days=30))) == set()
    assert codes(code, replace(ADULT, occurred_on=DAY - timedelta(days=31))) == {"too_late"}
    assert codes(code, replace(ADULT, occurred_on=None)) == {"day_missing"}
    assert codes(code, replace(ADULT, occurred_on=DAY + timedelta(days=1))) == {"in_the_future"}


@pytest.mark.parametrize(
    ("born", "last"),
    [
        (PartialDate(2025, 7, 1), date(2026, 6, 30)),
        (PartialDate(2024, 2, 29), date(2025, 2, 27)),  # the birthday of a common year is the 28th
        (PartialDate(2024, 3, 1), date(2025, 2, 28)),
        (PartialDate(2027, 3, 1), date(2028, 2, 29)),
    ],
)
def test_a_baby_until_the_eve_of_its_first_birthday(born, last):
    assert codes("T01", Facts(born, last, None)) == set()
    assert codes("T01", Facts(born, last + timedelta(days=1), None)) == {"too_late"}


@pytest.mark.parametrize(
    ("code", "change"),
    [("T02", {"last_change": "R01"}), ("T03", {"lost": False}), ("T08", {"void": False, "last_change": "M05"})],
)
def test_what_the_register_and_the_cards_must_show(code, change):
    assert codes(code, replace(ADULT, **change)) == {"not_evident"}


def test_a_changed_number_that_ended_the_card():
    assert codes("T08", replace(ADULT, last_change="M08")) == set()


def test_the_promise():
    assert promised_on(DAY) == (date(2026, 7, 4), date(2026, 7, 7))
    assert cap_on(DAY).cards_a_day == 10_000


@given(st.dates(date(2024, 12, 2), date(2060, 1, 1)), st.integers(0, 80))
def test_a_case_is_open_exactly_until_its_last_day(occurred_on, later):
    case = CASES[9]
    facts = Facts(PartialDate(1980, 2, 17), occurred_on + timedelta(days=later), occurred_on)
    until = last_day(case, facts)

    assert until is not None
    assert (hindrances(case, facts) == []) is (facts.day <= until)
