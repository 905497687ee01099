"""The whole matrix of a service's life: every verb from every state, in every class."""

import datetime

import pytest

from jlis.kernel.people.permissions import registered
from lgwan.choices import CATALOGUE, NUMBERED
from lgwan.domain.asp import (
    FINAL,
    MOVES,
    RESTS_ON,
    Filing,
    Layer,
    Outcome,
    Part,
    State,
    allows,
    diagram,
    moves_from,
    registration_number,
    renewal_due,
)

S = State
HOSTING, OTHERS = {Layer.HOSTING}, set(Layer) - {Layer.HOSTING}
LEADS = {
    "begin_review": ({S.APPLIED}, S.REVIEWING, set(Layer)),
    "ask_correction": ({S.REVIEWING}, S.CORRECTING, set(Layer)),
    "resubmit": ({S.CORRECTING}, S.REVIEWING, set(Layer)),
    "pass_review": ({S.REVIEWING}, S.DECIDING, OTHERS),
    "begin_test": ({S.REVIEWING}, S.TESTING, HOSTING),
    "pass_test": ({S.TESTING}, S.DECIDING, HOSTING),
    "fail_test": ({S.TESTING}, S.CORRECTING, HOSTING),
    "send_back": ({S.DECIDING}, S.REVIEWING, set(Layer)),
    "approve": ({S.DECIDING}, S.REGISTERED, set(Layer)),
    "refuse": ({S.DECIDING}, S.REFUSED, set(Layer)),
    "withdraw": ({S.APPLIED, S.REVIEWING, S.CORRECTING, S.TESTING, S.DECIDING}, S.WITHDRAWN, set(Layer)),
    "publish": ({S.REGISTERED}, S.PUBLISHED, set(Layer)),
    "file_change": ({S.PUBLISHED}, S.CHANGING, set(Layer)),
    "accept_change": ({S.CHANGING}, S.PUBLISHED, set(Layer)),
    "refuse_change": ({S.CHANGING}, S.PUBLISHED, set(Layer)),
    "file_renewal": ({S.PUBLISHED}, S.RENEWING, set(Layer)),
    "accept_renewal": ({S.RENEWING}, S.PUBLISHED, set(Layer)),
    "refuse_renewal": ({S.RENEWING}, S.PUBLISHED, set(Layer)),
    "file_end": ({S.PUBLISHED}, S.ENDING, set(Layer)),
    "keep": ({S.ENDING}, S.PUBLISHED, set(Layer)),
    "end": ({S.ENDING}, S.ENDED, set(Layer)),
}


@pytest.mark.parametrize("verb", MOVES)
def test_every_verb_from_every_state_in_every_class(verb):
    sources, target, layers = LEADS[verb]

    allowed = {(state, layer) for state in State for layer in Layer if allows(MOVES[verb], state, layer)}
    assert allowed == {(state, layer) for state in sources for layer in layers}
    assert MOVES[verb].target is target


def test_the_matrix_is_complete():
    assert set(LEADS) == set(MOVES)


@pytest.mark.parametrize("layer", Layer)
def test_nothing_leads_out_of_the_end_and_everything_else_leads_on(layer):
    reached = {State.APPLIED} | {move.target for state in State for move in moves_from(state, layer)}
    for state in reached:
        assert bool(list(moves_from(state, layer))) is (state not in FINAL)
    assert reached == set(State) - (set() if layer is Layer.HOSTING else {State.TESTING})


def test_every_row_names_a_known_permission_its_basis_and_its_word():
    for move in MOVES.values():
        assert move.permission in registered()
        assert move.basis
        assert move.audit_word == f"lgwan.service_{move.verb}"


def test_who_decides_closes_and_who_files_opens():
    """What is opened is closed by a decision, or withdrawn by who filed it; a refusal always says why."""
    assert {move.opens for move in MOVES.values() if move.opens} == set(Filing) - {Filing.APPLICATION}
    for move in MOVES.values():
        assert move.opens is None or move.part is Part.APPLICANT
        assert (move.closes is Outcome.WITHDRAWN) is (move.closes is not None and move.part is Part.APPLICANT)
        assert move.closes is not Outcome.REFUSED or move.needs_note


def test_what_is_in_the_catalogue_bears_a_number():
    assert set(CATALOGUE) < set(NUMBERED)


def test_only_hosting_rests_on_nothing():
    assert set(RESTS_ON) == OTHERS
    assert set(RESTS_ON.values()) == HOSTING


def test_the_diagram_shows_every_row():
    assert all(move.label in diagram() for move in MOVES.values())


def test_numbers_and_renewals():
    day = datetime.date
    assert registration_number(Layer.APPLICATION, 2026, 7) == "A2026-0007"
    assert renewal_due(day(2026, 5, 1)) == day(2027, 5, 1)
    assert renewal_due(day(2028, 2, 29)) == day(2029, 2, 28)
