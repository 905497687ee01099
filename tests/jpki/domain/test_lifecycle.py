"""The whole matrix of the lifecycle: every verb from every state."""

import pytest

from jpki.domain.kinds import EVERY_KIND, SIGNATURE_KINDS
from jpki.domain.lifecycle import MOVES, State, allows, diagram, moves_from
from jpki.domain.movements import effect_of

P, V, S, R = State.PREPARED, State.VALID, State.SUSPENDED, State.REVOKED
LEADS = {
    "issue": {P: V},
    "discard": {P: R},
    "suspend": {V: S},
    "release": {},
    "revoke_on_request": {V: R, S: R},
    "revoke_for_compromise": {V: R, S: R},
    "revoke_for_change": {P: R, V: R, S: R},
    "revoke_for_removal": {P: R, V: R, S: R},
    "revoke_for_error": {V: R, S: R},
    "revoke_for_renewal": {V: R, S: R},
    "revoke_for_replacement": {State.VALID: State.REVOKED},
    "revoke_for_authority_key": {V: R, S: R},
    "revoke_with_card": {V: R, S: R},
    "revoke_with_card_signature": {V: R, S: R},
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


def test_a_hold_is_lifted_only_where_the_policy_says_so():
    assert allows(MOVES["release"], S, release_policy=True)
    assert "release" not in {move.verb for move in moves_from(S)}
    assert "release" in {move.verb for move in moves_from(S, release_policy=True)}


def test_revoked_is_for_ever():
    assert list(moves_from(R, release_policy=True)) == []


def test_what_ends_or_suspends_says_why():
    for move in MOVES.values():
        assert (move.reason is None) is (move.target is V)
        assert (move.cause is None) is (move.target is V)


def test_the_diagram_shows_every_row():
    assert all(move.label in diagram() for move in MOVES.values())


@pytest.mark.parametrize(
    ("signature", "authentication", "kinds", "verb"),
    [
        (False, False, frozenset(), "revoke_for_change"),
        (True, False, SIGNATURE_KINDS, "revoke_for_change"),
        (True, True, EVERY_KIND, "revoke_for_removal"),
    ],
)
def test_what_the_register_tells_ends_the_right_kinds(signature, authentication, kinds, verb):
    effect = effect_of(signature_affected=signature, authentication_affected=authentication)

    assert (effect.kinds, effect.move.verb) == (kinds, verb)
