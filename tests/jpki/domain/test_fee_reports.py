"""The months' reports: the table in full, and which month may be drawn."""

from datetime import date
from pathlib import Path

import pytest

import jpki
from jpki.domain.fee_reports import MOVES, SENT, State, allows, diagram, following, is_over, moves_from, preceding

ALLOWED = {
    State.DRAWN: {"redraw", "compare"},
    State.COMPARED: {"redraw", "compare", "send_back", "confirm"},
    State.CONFIRMED: {"return", "bill"},
    State.BILLED: {"settle"},
    State.SETTLED: set(),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", MOVES)
def test_the_whole_matrix(state, verb):
    assert allows(MOVES[verb], state) is (verb in ALLOWED[state])


@pytest.mark.parametrize("state", State)
def test_the_buttons_are_the_tables(state):
    assert {move.verb for move in moves_from(state)} == ALLOWED[state]


def test_what_j_lis_does_starts_where_j_lis_sees():
    assert all(move.sources <= SENT for move in MOVES.values() if move.of_the_centre)
    assert {move.permission for move in MOVES.values() if move.of_the_centre} == {"jpki.bill_fees"}


def test_a_month_is_drawn_when_it_is_over():
    october = date(2026, 10, 1)

    assert not is_over(october, date(2026, 10, 31))
    assert is_over(october, date(2026, 11, 1))
    assert (preceding(date(2027, 1, 1)), following(date(2026, 12, 1))) == (date(2026, 12, 1), date(2027, 1, 1))
    assert following(date(2028, 1, 1)) == date(2028, 2, 1)


def test_the_diagram_is_current():
    readme = (Path(jpki.__file__).parent / "README.md").read_text("utf-8")

    assert f"```mermaid\n{diagram()}\n```" in readme
