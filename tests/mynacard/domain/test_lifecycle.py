"""The whole matrix of the card's life: every verb from every state."""

import pytest

from jlis.kernel.people.permissions import registered
from mynacard.domain.lifecycle import BEFORE_HAND_OVER, MOVES, RELIED_ON, Cause, State, allows, diagram, moves_from

P, S, T, R, L, H, V = State
WAITING, HELD = {P, S, T, R}, {L, H}
LEADS = {
    "ship": {P: S},
    "arrive": {S: T},
    "set_up": {T: R},
    "set_up_centrally": {P: R},
    "hand_over": {R: L},
    "send_home": {R: L},
    "suspend": {L: H},
    "resume": {H: L},
    "continue_use": {L: L},
    "continue_abroad": {L: L},
    "update_face": {L: L},
    "drop_pins": {L: L},
    "restore_pins": {L: L},
    "void_faulty": dict.fromkeys(WAITING, V),
    "void_missing": {S: V, T: V, R: V},
    "discard": {T: V, R: V},
    **{
        verb: dict.fromkeys(HELD, V)
        for verb in (
            "void_lost", "void_damaged", "give_back", "void_ordered", "replace", "void_no_move_in",
            "void_not_continued", "void_moved_again", "expire",
        )
    },
    **{
        verb: dict.fromkeys(WAITING | HELD, V)
        for verb in (
            "void_ex_officio", "void_on_death", "void_on_leaving", "void_on_removal", "void_on_number_change",
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("state", State)
def test_every_verb_from_every_state(verb, state):
    expected = LEADS[verb].get(state)

    assert allows(MOVES[verb], state) is (expected is not None)
    if expected is not None:
        assert MOVES[verb].target is expected


def test_the_matrix_is_complete():
    assert set(LEADS) == set(MOVES)


def test_void_is_for_ever():
    assert list(moves_from(V)) == []


def test_what_ends_a_card_says_why_and_each_cause_has_one_verb():
    for move in MOVES.values():
        assert (move.cause is None) is (move.target is not V)
    assert sorted(move.cause for move in MOVES.values() if move.cause) == sorted(Cause)


def test_every_state_but_the_last_can_be_left_and_reached():
    assert all(list(moves_from(state)) for state in State if state is not V)
    assert {move.target for move in MOVES.values()} == set(State) - {P}
    assert BEFORE_HAND_OVER | RELIED_ON | {V} == set(State)


def test_every_row_names_a_known_permission_and_its_law():
    for move in MOVES.values():
        assert move.permission in registered()
        assert move.statute
        assert move.audit_word.startswith("mynacard.card_")


def test_the_diagram_shows_every_row():
    assert all(move.label in diagram() for move in MOVES.values())
