"""The whole matrix of a message's life: every verb from every state, for every kind and side."""

from datetime import date
from pathlib import Path

import pytest

import juki
from jlis.kernel.people.permissions import registered
from juki.choices import TownMessageKind, TownMessageState
from juki.domain.town_messages import KINDS, MOVES, Kind, Side, State, allows, diagram, due_on, is_overdue, moves_from

SENT, RECEIVED, ANSWERED, DISAGREED, REFUSED, SETTLED, WITHDRAWN, CLOSED = State
NOTICE, INFORMATION, WIDE, SUPPLEMENTARY, KOSEKI, TRANSFER = Kind
_WAITS = (SENT, RECEIVED)
LEADS = {
    "receive": ({SENT: RECEIVED}, set(Kind), Side.RECEIVER),
    "answer": (dict.fromkeys(_WAITS, ANSWERED), {INFORMATION, WIDE}, Side.RECEIVER),
    "refuse": (dict.fromkeys(_WAITS, REFUSED), {INFORMATION, WIDE}, Side.RECEIVER),
    "settle": (dict.fromkeys(_WAITS, SETTLED), {NOTICE, SUPPLEMENTARY, KOSEKI}, Side.RECEIVER),
    "disagree": (dict.fromkeys(_WAITS, DISAGREED), {SUPPLEMENTARY}, Side.RECEIVER),
    "enter": (dict.fromkeys(_WAITS, SETTLED), {TRANSFER}, Side.RECEIVER),
    "return": (dict.fromkeys(_WAITS, REFUSED), {TRANSFER}, Side.RECEIVER),
    "withdraw": ({SENT: WITHDRAWN}, set(Kind) - {NOTICE}, Side.SENDER),
    "close": (dict.fromkeys((ANSWERED, DISAGREED, REFUSED), CLOSED), set(Kind) - {NOTICE}, Side.SENDER),
}


def test_the_matrix_is_complete():
    assert set(LEADS) == set(MOVES)
    assert set(KINDS) == set(Kind)
    assert {kind.value for kind in Kind} == set(TownMessageKind.values)
    assert {state.value for state in State} == set(TownMessageState.values)


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("state", State)
def test_every_verb_from_every_state(verb, kind, state):
    targets, kinds, side = LEADS[verb]
    expected = targets.get(state) if kind in kinds else None
    move = MOVES[verb]
    assert allows(move, kind, state) is (expected is not None)
    assert (move in list(moves_from(kind, state, side))) is (expected is not None)
    if expected is not None:
        assert move.target is expected


def test_the_other_side_never_makes_a_move():
    for verb, (_, _, side) in LEADS.items():
        other = Side.SENDER if side is Side.RECEIVER else Side.RECEIVER
        assert all(MOVES[verb] not in moves_from(kind, state, other) for kind in Kind for state in State)


def test_what_is_over_stays_over():
    for state in (SETTLED, WITHDRAWN, CLOSED):
        assert [move for kind in Kind for side in Side for move in moves_from(kind, state, side)] == []


def test_each_move_names_its_law_and_a_permission_that_there_is():
    for move in MOVES.values():
        assert move.statute
        assert move.permission in registered()
        assert move.audit_word.startswith("juki.")
        assert move.label in diagram()


def test_a_message_is_late_after_its_last_day_and_only_while_it_waits():
    last = due_on(NOTICE, date(2026, 11, 1))
    assert last == date(2026, 11, 8)
    assert due_on(NOTICE, date(2026, 11, 1), 3) == date(2026, 11, 4)
    assert not is_overdue(SENT, last, last)
    assert is_overdue(RECEIVED, last, date(2026, 11, 9))
    assert not is_overdue(SETTLED, last, date(2026, 12, 1))


def test_the_readmes_diagram_is_the_tables():
    readme = (Path(juki.__file__).parent / "README.md").read_text("utf-8")
    assert f"```mermaid\n{diagram()}\n```" in readme
