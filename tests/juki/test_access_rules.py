"""The rules over the access log, each with a day that it finds and a day just short of it; the matrix of a case."""

from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import juki
from jlis.kernel.people.permissions import registered
from jlis.kernel.time import TOKYO
from juki.choices import AccessCaseState, AccessRule
from juki.domain import access_reviews as law
from juki.domain.access_cases import BEGINNINGS, DAYS, MOVES, Part, State, diagram, due_on, moves_from
from juki.domain.access_reviews import Families, Look, Rule, RuleCode, review, rules_on

DAY = date(2026, 11, 20)  # a Friday
_ids = count(1)
PERSON = UUID(int=7)


def look(clock: str = "10:00", actor: str = "a", action: str = "juki.viewed", day: date = DAY, body: str = "131016",
         resident: UUID | None = None) -> Look:  # fmt: skip
    local = datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), TOKYO)
    return Look(UUID(int=next(_ids)), local, actor, body, action, resident)


def found(looks: list[Look], rule: RuleCode, families: Families | None = None, day: date = DAY):
    return [each for each in review(looks, day, families or Families()) if each.rule is rule]


@pytest.mark.parametrize(
    ("clock", "day", "expected"),
    [
        ("06:59", DAY, 1), ("07:00", DAY, 0), ("20:59", DAY, 0), ("21:00", DAY, 1),
        ("10:00", date(2026, 11, 21), 1), ("10:00", date(2026, 11, 23), 1), ("10:00", date(2026, 12, 29), 1),
        ("10:00", date(2026, 12, 28), 0),
    ],
)  # fmt: skip
def test_night_saturday_holiday_and_the_turn_of_the_year_are_out_of_hours(clock, day, expected):
    assert len(found([look(clock, day=day)], RuleCode.OUT_OF_HOURS, day=day)) == expected


def test_a_sign_in_at_night_is_no_look():
    assert found([look("23:00", action="staff.signed_in")], RuleCode.OUT_OF_HOURS) == []


def searches(number: int, minutes: float) -> list[Look]:
    begin = datetime.combine(DAY, datetime.min.time(), TOKYO) + timedelta(hours=8)
    return [
        Look(UUID(int=next(_ids)), begin + timedelta(minutes=minutes * place), "a", "131016", "juki.searched")
        for place in range(number)
    ]


def test_many_searches_in_an_hour_or_in_a_day():
    assert found(searches(60, 0.5), RuleCode.MASS_SEARCH) == []
    (one,) = found(searches(61, 0.5), RuleCode.MASS_SEARCH)
    assert (one.actor, len(one.looks)) == ("a", 61)
    assert found(searches(61, 1), RuleCode.MASS_SEARCH) == []
    assert found(searches(300, 2), RuleCode.MASS_SEARCH) == []
    assert len(found(searches(301, 2), RuleCode.MASS_SEARCH)) == 1


@given(st.lists(st.integers(0, 86_399), max_size=40).map(sorted), st.integers(1, 7_200))
@settings(max_examples=40, deadline=None)
def test_the_fullest_span_is_counted_as_by_hand(seconds, span):
    begin = datetime.combine(DAY, datetime.min.time(), TOKYO)
    looks = [Look(UUID(int=1), begin + timedelta(seconds=each), "a", "", "juki.searched") for each in seconds]
    by_hand = max((sum(start <= other < start + span for other in seconds) for start in seconds), default=0)
    assert law._most_within(looks, timedelta(seconds=span)) == by_hand


def test_ones_own_surname_in_ones_own_town():
    families = Families({"a": b"town-takasaki", "b": b"town-sato"}, {PERSON: frozenset({b"town-takasaki"})})
    looks = [look(actor="a", resident=PERSON), look(actor="b", resident=PERSON), look(actor="a", resident=UUID(int=8))]
    (one,) = found(looks, RuleCode.SAME_SURNAME, families)
    assert (one.actor, one.looks) == ("a", (looks[0],))
    assert found(looks, RuleCode.SAME_SURNAME) == []


def test_one_resident_and_many_staff_of_one_body():
    three = [look(actor=actor, resident=PERSON) for actor in "abc"]
    assert found([*three, look(actor="a", resident=PERSON)], RuleCode.SAME_RESIDENT) == []
    assert found([*three, look(actor="d", resident=PERSON, body="131041")], RuleCode.SAME_RESIDENT) == []
    assert found([*three, look(actor="d", resident=PERSON, action="juki.searched")], RuleCode.SAME_RESIDENT) == []
    (one,) = found([*three, look(actor="d", resident=PERSON)], RuleCode.SAME_RESIDENT)
    assert (one.actor, one.resident, len(one.looks)) == ("", PERSON, 4)


def signs(*told: tuple[str, str]) -> list[Look]:
    return [look(clock, action=f"staff.{word}") for clock, word in told]


def test_failures_before_a_sign_in():
    failed, done = "sign_in_failed", "signed_in"
    three = [("09:00", failed), ("09:10", failed), ("09:20", failed)]
    assert found(signs(*three), RuleCode.SIGN_IN) == []
    (one,) = found(signs(*three, ("09:21", done)), RuleCode.SIGN_IN)
    assert len(one.looks) == 4
    assert found(signs(*three[:2], ("09:21", done)), RuleCode.SIGN_IN) == []
    assert found(signs(*three, ("10:05", done)), RuleCode.SIGN_IN) == []
    assert found(signs(*three[:2], ("09:11", done), *three[2:], ("09:21", done)), RuleCode.SIGN_IN) == []


def test_the_limits_are_those_of_the_day():
    stricter = Rule(RuleCode.MASS_SEARCH, "大量の検索", "―", date(2026, 12, 1), {"hour": 5, "day": 10})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(law, "RULES", (stricter, *law.RULES))
        assert rules_on(DAY)[RuleCode.MASS_SEARCH].limits["hour"] == 60
        assert rules_on(date(2026, 12, 1))[RuleCode.MASS_SEARCH] is stricter
    assert set(rules_on(DAY)) == set(RuleCode) == set(map(RuleCode, AccessRule.values))
    assert rules_on(date(2015, 10, 4)) == {}


LEADS = {
    "answer": ({State.WITH_BODY}, State.ANSWERED, Part.BODY),
    "ask_again": ({State.ANSWERED}, State.WITH_BODY, Part.AUDITOR),
    "refer": ({State.WITH_BODY, State.ANSWERED}, State.WITH_COMMITTEE, Part.AUDITOR),
    "close": ({State.ANSWERED}, State.CLOSED, Part.AUDITOR),
    "decide": ({State.WITH_COMMITTEE}, State.CLOSED, Part.COMMITTEE),
}


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("state", State)
def test_every_verb_from_every_state(verb, state):
    sources, target, part = LEADS[verb]
    move = MOVES[verb]
    assert (move in list(moves_from(state))) is (state in sources)
    assert (move.target, move.part) == (target, part)
    assert move.permission in registered()
    assert move.label in diagram()


def test_the_case_matrix_is_complete_and_in_the_readme():
    assert set(LEADS) == set(MOVES)
    assert {state.value for state in State} == set(AccessCaseState.values)
    assert set(DAYS) == set(State) - {State.CLOSED}
    assert set(BEGINNINGS) < set(State)
    assert (due_on(State.CLOSED, DAY), due_on(State.WITH_BODY, DAY)) == (None, DAY + timedelta(days=14))
    readme = (Path(juki.__file__).parent / "README.md").read_text("utf-8")
    assert f"```mermaid\n{diagram()}\n```" in readme
