"""The whole matrix of an application's life."""

import pytest

from jlis.kernel.people.permissions import registered
from mynacard.domain.applications import LIVE, MOVES, State, allows, moves_from

RECEIVED, ACCEPTED, PRODUCING, COMPLETED, RETURNED, CANCELLED = State
LEADS = {
    "accept": {RECEIVED: ACCEPTED},
    "send_back": {RECEIVED: RETURNED, ACCEPTED: RETURNED},
    "withdraw": {RECEIVED: CANCELLED, ACCEPTED: CANCELLED},
    "cancel": {RECEIVED: CANCELLED, ACCEPTED: CANCELLED, PRODUCING: CANCELLED},
    "produce": {ACCEPTED: PRODUCING},
    "remake": {PRODUCING: ACCEPTED},
    "complete": {PRODUCING: COMPLETED},
}


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("state", State)
def test_every_verb_from_every_state(verb, state):
    expected = LEADS[verb].get(state)

    assert allows(MOVES[verb], state) is (expected is not None)
    if expected is not None:
        assert MOVES[verb].target is expected


def test_the_matrix_is_complete():
    assert set(LEADS) == set(MOVES)


def test_only_a_live_application_can_move():
    assert {state for state in State if list(moves_from(state))} == LIVE


def test_every_row_names_a_known_permission():
    assert all(move.permission in registered() for move in MOVES.values())
