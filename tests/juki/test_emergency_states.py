"""The whole matrix of an emergency case: every verb from every state on every way; its items and its days."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import juki
from jlis.kernel.people.permissions import registered
from juki import choices
from juki.domain import emergencies as law
from juki.domain.emergencies import (
    MOVES,
    OVER,
    Kind,
    Part,
    ReportKind,
    Route,
    State,
    allows,
    diagram,
    due_on,
    moves_from,
    owes,
    term_of,
)
from juki.domain.emergency_reports import ITEMS, Content, Press, faults, names_a_number, needed
from tests.juki.emergency import FIRST, WHOLE

S, R = State, Route
STRAIGHT = {R.PREFECTURE, R.JLIS}
ON_THE_WAY = {S.WITH_PREFECTURE, S.WITH_MINISTRY, S.ASKED}
LEADS = {
    "report": ({S.RECORDED}, S.WITH_PREFECTURE, {R.TOWN}, Part.REPORTER),
    "report_up": ({S.RECORDED}, S.WITH_MINISTRY, STRAIGHT, Part.REPORTER),
    "forward": ({S.WITH_PREFECTURE}, S.WITH_MINISTRY, {R.TOWN}, Part.RELAY),
    "add": (ON_THE_WAY, S.WITH_PREFECTURE, {R.TOWN}, Part.REPORTER),
    "add_up": ({S.WITH_MINISTRY, S.ASKED}, S.WITH_MINISTRY, STRAIGHT, Part.REPORTER),
    "finish": (ON_THE_WAY, S.FINAL_WITH_PREFECTURE, {R.TOWN}, Part.REPORTER),
    "finish_up": ({S.WITH_MINISTRY, S.ASKED}, S.FINAL, STRAIGHT, Part.REPORTER),
    "forward_final": ({S.FINAL_WITH_PREFECTURE}, S.FINAL, {R.TOWN}, Part.RELAY),
    "ask": ({S.WITH_MINISTRY, S.FINAL}, S.ASKED, set(R), Part.MINISTRY),
    "take_measures": ({S.WITH_MINISTRY, S.ASKED, S.FINAL}, None, set(R), Part.MINISTRY),
    "close": ({S.FINAL}, S.CLOSED, set(R), Part.MINISTRY),
    "reopen": ({S.CLOSED}, S.ASKED, set(R), Part.MINISTRY),
    "withdraw": ({S.RECORDED}, S.WITHDRAWN, set(R), Part.REPORTER),
}


@pytest.mark.parametrize("verb", MOVES)
def test_every_verb_from_every_state_on_every_way(verb):
    sources, target, routes, part = LEADS[verb]
    move = MOVES[verb]
    allowed = {(route, state) for route in Route for state in State if allows(move, route, state)}
    assert allowed == {(route, state) for route in routes for state in sources}
    assert (move.target, move.part) == (target, part)
    for other in set(Part) - {part}:
        assert all(move not in moves_from(route, state, other) for route, state in allowed)


def test_the_matrix_and_the_words_are_complete():
    assert set(LEADS) == set(MOVES)
    for words, codes in (
        (choices.EmergencyState, State), (choices.EmergencyRoute, Route), (choices.EmergencyReportKind, ReportKind),
        (choices.EmergencyKind, Kind), (choices.EmergencyAffair, law.Affair), (choices.PressRelease, Press),
    ):  # fmt: skip
        assert set(words.values) == {code.value for code in codes}
    assert set(choices.EmergencyPart.values) == {part.name for part in Part} | {"TOLD"}


def test_each_move_names_its_permission_basis_and_word():
    for move in MOVES.values():
        assert move.permission in registered()
        assert move.basis
        assert move.audit_word == f"juki.emergency_{move.verb}"
        assert move.label in diagram()
        assert len(move.verb) <= 16


@pytest.mark.parametrize("route", Route)
def test_every_open_case_leads_on_by_whoever_owes_it_and_to_an_end(route):
    reached, seen = {State.RECORDED}, set()
    while reached - seen:
        state = (reached - seen).pop()
        seen.add(state)
        reached |= {move.after(state) for part in Part for move in moves_from(route, state, part)}
    assert reached == set(State) - (set() if route is R.TOWN else {S.WITH_PREFECTURE, S.FINAL_WITH_PREFECTURE})
    for state in reached - OVER:
        assert any(move.after(state) is not state for move in moves_from(route, state, owes(state)))


def test_nothing_reaches_the_ministry_from_a_municipality_but_by_its_prefecture():
    for move in MOVES.values():
        if move.reaches and R.TOWN in move.routes:
            assert move.part is Part.RELAY


def test_the_days_and_who_is_reminded():
    day = date(2026, 11, 20)
    assert {state: (term_of(state, day).days, owes(state)) for state in set(State) - OVER} == {
        S.RECORDED: (0, Part.REPORTER), S.WITH_PREFECTURE: (0, Part.RELAY), S.WITH_MINISTRY: (7, Part.REPORTER),
        S.ASKED: (3, Part.REPORTER), S.FINAL_WITH_PREFECTURE: (0, Part.RELAY), S.FINAL: (14, Part.MINISTRY),
    }  # fmt: skip
    assert due_on(S.ASKED, day) == date(2026, 11, 23)
    assert {due_on(state, day) for state in OVER} == {None}
    later = law.Term(S.ASKED, Part.REPORTER, 1, date(2027, 4, 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(law, "TERMS", (*law.TERMS, later))
        assert (due_on(S.ASKED, day), due_on(S.ASKED, date(2027, 4, 1))) == (date(2026, 11, 23), date(2027, 4, 2))


def test_the_readmes_diagram_is_the_tables():
    readme = (Path(juki.__file__).parent / "README.md").read_text("utf-8")
    assert f"```mermaid\n{diagram()}\n```" in readme


def codes(content: Content, kind: Kind, report: ReportKind) -> set[tuple[str, str]]:
    return {(fault.field, fault.code) for fault in faults(content, kind, report)}


def test_what_can_be_told_first_is_told_first():
    assert codes(FIRST, Kind.LEAK, ReportKind.FIRST) == codes(FIRST, Kind.LEAK, ReportKind.FURTHER) == set()
    assert codes(Content(), Kind.LEAK, ReportKind.FIRST) == {
        (name, "required") for name in ("department", "overview", "contact_department", "contact_name", "contact")
    }


def test_the_last_report_says_all_of_it():
    assert codes(WHOLE, Kind.LEAK, ReportKind.FINAL) == set()
    missing = {name for name, code in codes(FIRST, Kind.LEAK, ReportKind.FINAL) if code == "required"}
    leak = {"leaked", "leaked_from", "leaked_to", "management", "persons"}
    assert missing == {"happened", "countermeasures", "prevention"} | leak
    assert needed(Kind.IMPROPER, ReportKind.FINAL) & leak == set()
    assert ("press", "undecided") in codes(FIRST, Kind.IMPROPER, ReportKind.FINAL)
    assert ("press_content", "required") in codes(replace(FIRST, press=Press.PLANNED), Kind.LEAK, ReportKind.FIRST)
    assert ("persons", "negative") in codes(replace(WHOLE, persons=-1), Kind.LEAK, ReportKind.FINAL)


@pytest.mark.parametrize("item", [item for item in ITEMS if not item.is_contact], ids=lambda item: item.name)
def test_no_item_takes_a_number_or_more_than_fits(item):
    for text in ("番号は123456789018です", "コード１１１１１１１１１１６", "番号は１２３４５６７８９０１８。"):
        expected = names_a_number(text)
        assert ((item.name, "holds_a_number") in codes(replace(WHOLE, **{item.name: text}), Kind.LEAK, ReportKind.FIRST)
                ) is expected  # fmt: skip
    assert names_a_number("番号は123456789018です")
    assert names_a_number("コードは24727059608")
    assert not names_a_number("電話 0312345678、件数 123456789012345")
    long = replace(WHOLE, **{item.name: "あ" * (item.longest + 1)})
    assert (item.name, "too_long") in codes(long, Kind.LEAK, ReportKind.FIRST)
