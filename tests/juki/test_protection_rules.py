"""J11: the table of a measure's moves, its year, and what the list asks of the clerk."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juki.domain.protections import LIVE, MOVES, Due, State, due, extendable_from, renewed_end, term_end

ALLOWED = {
    ("decide", State.PROVISIONAL): State.DECIDED,
    ("extend", State.DECIDED): State.DECIDED,
    ("add_member", State.PROVISIONAL): None,
    ("add_member", State.DECIDED): None,
    ("confirm", State.PROVISIONAL): None,
    ("confirm", State.DECIDED): None,
    ("ask_end", State.PROVISIONAL): None,
    ("ask_end", State.DECIDED): None,
    ("refuse_end", State.PROVISIONAL): None,
    ("refuse_end", State.DECIDED): None,
    ("end", State.PROVISIONAL): State.ENDED,
    ("end", State.DECIDED): State.ENDED,
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", MOVES)
def test_the_whole_matrix(verb, state):
    move = MOVES[verb]
    assert move.allowed_from(state) == ((verb, state) in ALLOWED)
    if move.allowed_from(state):
        assert move.target == ALLOWED[verb, state]


def test_nothing_but_the_approved_end_ends_a_measure():
    assert {verb for verb, move in MOVES.items() if move.target == State.ENDED} == {"end"}
    assert MOVES["end"].permission != MOVES["ask_end"].permission


@pytest.mark.parametrize(
    ("begins", "ends", "extendable"),
    [
        (date(2026, 11, 21), date(2027, 11, 21), date(2027, 10, 21)),
        (date(2024, 2, 29), date(2025, 2, 28), date(2025, 1, 28)),
        (date(2026, 3, 31), date(2027, 3, 31), date(2027, 2, 28)),
        (date(2026, 1, 15), date(2027, 1, 15), date(2026, 12, 15)),
    ],
)
def test_a_year_and_the_month_before_its_end(begins, ends, extendable):
    assert term_end(begins) == ends
    assert extendable_from(ends) == extendable


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(-40, 800))
def test_a_renewal_never_shortens_and_never_lies_in_the_past(ends, later):
    on = ends + timedelta(days=later)
    renewed = renewed_end(ends, on)
    assert renewed > ends
    assert renewed > on
    assert extendable_from(ends) < ends


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_a_decided_measure_is_asked_about_from_the_month_before_and_ever_after(ends, on):
    asks = due(
        state=State.DECIDED, leads=True, waits_for_confirmation=False, end_asked=False, ends_on=ends, on=on
    )  # fmt: skip
    assert asks == (Due.OVER if on > ends else Due.SOON if on >= extendable_from(ends) else Due.NOTHING)


def test_what_comes_first_on_the_list():
    def asks(**changes):
        facts = {"state": State.PROVISIONAL, "leads": True, "waits_for_confirmation": False, "end_asked": False,
                 "ends_on": None, "on": date(2026, 11, 21)}  # fmt: skip
        return due(**(facts | changes))

    assert asks() == Due.DECIDE
    assert asks(waits_for_confirmation=True, leads=False) == Due.CONFIRM
    assert asks(end_asked=True) == Due.END_ASKED
    assert asks(leads=False) == Due.NOTHING
    assert asks(state=State.ENDED, waits_for_confirmation=True) == Due.NOTHING
    assert {State.PROVISIONAL, State.DECIDED} == LIVE
