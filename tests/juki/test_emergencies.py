"""緊急事案: the three ways up, versions that stay, who sees what, reminders once a day, and whom each move refuses."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.utils import ProgrammingError

from jlis.demo import oversight
from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, Scope, acting
from juki.domain.emergencies import MOVES, OVER, Kind, Route, State, allows
from juki.models import EmergencyCase, EmergencyReminder, EmergencyReport, EmergencyStep
from juki.services import emergencies
from tests.conftest import CHIYODA, SHINJUKU, TOKYO, TSURUMI, actor
from tests.jpki.people import account
from tests.juki import emergency as cast
from tests.juki.emergency import (
    CENTRE,
    EVERYBODY,
    FIRST,
    MINISTRY,
    NEXT_TOWN,
    PREFECTURE,
    TOWN,
    WHOLE,
    brought,
    make,
    recorded,
)

pytestmark = pytest.mark.django_db


def sees(by, model=EmergencyCase):
    with acting(by.scope):
        return model.objects.count()


def who_sees(model=EmergencyCase):
    return {by.organisation for by in EVERYBODY if sees(by, model)}


def test_a_towns_case_goes_by_its_prefecture_to_the_ministry_and_nobody_else_hears(at):
    case = recorded(TOWN, at)
    assert who_sees() == {CHIYODA}
    make(case, "report", TOWN, at, content=FIRST)
    assert who_sees() == who_sees(EmergencyReport) == {CHIYODA, TOKYO}
    case = make(case, "forward", PREFECTURE, at)
    assert who_sees() == who_sees(EmergencyReport) == who_sees(EmergencyStep) == {CHIYODA, TOKYO, "MIC"}
    assert (case.state, case.relay, case.ministry) == ("WITH_MINISTRY", TOKYO, "MIC")


def test_a_further_report_reaches_the_ministry_when_the_prefecture_passes_it_on_and_none_is_lost(at):
    case = brought(TOWN, at, "report", "forward")
    make(case, "add", TOWN, at, content=replace(FIRST, overview="二通目も別の世帯に届いていた。"))
    assert (sees(TOWN, EmergencyReport), sees(PREFECTURE, EmergencyReport), sees(MINISTRY, EmergencyReport)) == (
        2,
        2,
        1,
    )
    make(case, "forward", PREFECTURE, at)
    make(case, "finish", TOWN, at)
    case = make(case, "forward_final", PREFECTURE, at)
    with acting(MINISTRY.scope):
        told = list(EmergencyReport.objects.values_list("number", "kind", "overview"))
    assert [(number, kind) for number, kind, _ in told] == [(1, "FIRST"), (2, "FURTHER"), (3, "FINAL")]
    assert told[1][2] == "二通目も別の世帯に届いていた。"
    assert case.state == "FINAL"


def test_a_prefectures_own_case_goes_straight_up(at):
    case = brought(PREFECTURE, at, "report_up", "finish_up", "close")
    assert (case.state, case.relay, case.due_on) == ("CLOSED", "", None)
    assert who_sees() == {TOKYO, "MIC"}


def test_a_wards_case_goes_by_the_wards_prefecture(at):
    ward = actor(TSURUMI, "SUPERVISOR", kind="WARD")
    assert brought(ward, at, "report").relay == "140007"


def test_jlis_tells_the_body_where_it_happened_and_the_ministry_and_the_body_reports_on_its_own_way(at):
    case = recorded(CENTRE, at, place=CHIYODA)
    assert who_sees() == {"JLIS-JUKI"}
    make(case, "report_up", CENTRE, at, content=FIRST)
    assert who_sees() == who_sees(EmergencyReport) == {"JLIS-JUKI", "MIC", CHIYODA}
    own = emergencies.take_up(case=case.pk, by=TOWN, at=at)
    assert (own.reporter, own.route, own.origin_id, own.kind) == (CHIYODA, "TOWN", case.pk, case.kind)
    with pytest.raises(Conflict):
        emergencies.take_up(case=case.pk, by=TOWN, at=at)
    for stranger in (NEXT_TOWN, PREFECTURE):
        with pytest.raises(NotFound):
            emergencies.take_up(case=case.pk, by=stranger, at=at)
    with pytest.raises(Forbidden):
        make(case, "finish_up", TOWN, at)


def test_jliss_own_case_is_told_to_no_other_body(at):
    assert brought(CENTRE, at, "report_up").told == ""
    assert who_sees() == {"JLIS-JUKI", "MIC"}


def test_a_body_that_is_none_and_a_time_to_come_are_refused(at):
    with pytest.raises(Invalid):
        recorded(CENTRE, at, place="999999")
    with pytest.raises(Invalid):
        recorded(TOWN, at, noticed_at=at.instant + timedelta(minutes=1))
    with pytest.raises(Forbidden):
        recorded(actor("MIC", "MINISTRY_OFFICER", kind="NATIONAL_ORGAN"), at)


def test_a_faulty_report_is_refused_by_item_and_nothing_is_written(at):
    case = recorded(TOWN, at)
    with pytest.raises(Invalid) as refusal:
        make(case, "report", TOWN, at, content=replace(FIRST, overview="", department="課123456789018"))
    assert {(fault.field, fault.code) for fault in refusal.value.errors} == {
        ("overview", "required"), ("department", "holds_a_number")
    }  # fmt: skip
    with pytest.raises(Invalid):
        make(case, "withdraw", TOWN, at, note=" ")
    with pytest.raises(Invalid):
        make(case, "withdraw", TOWN, at, note="123456789018の人")
    assert sees(TOWN, EmergencyReport) == 0
    with acting(TOWN.scope):
        assert EmergencyCase.objects.get().state == "RECORDED"


@pytest.mark.parametrize("verb", MOVES)
def test_a_move_is_refused_to_every_body_whose_part_it_is_not(at, verb):
    case = brought(TOWN, at, "report", "forward")
    rightful = cast.who(verb, TOWN)
    for by in EVERYBODY:
        if by != rightful:
            with pytest.raises((Forbidden, NotFound)):
                make(case, verb, by, at)
    with pytest.raises(Forbidden):
        make(case, verb, replace(rightful, permissions=frozenset({"juki.see_emergencies"})), at)
    move = MOVES[verb]
    if not allows(move, Route.TOWN, State.WITH_MINISTRY):
        with pytest.raises(Conflict):
            make(case, verb, cast.who(verb, TOWN), at)


def test_the_ministry_asks_records_measures_closes_and_opens_again(at):
    case = brought(TOWN, at, "report", "forward", "take_measures", "ask", "finish", "forward_final", "close", "reopen")
    assert case.state == "ASKED"
    with acting(TOWN.scope):
        steps = list(EmergencyStep.objects.values_list("verb", "organisation"))
    assert steps[0] == ("record", CHIYODA)
    assert [organisation for _, organisation in steps[-3:]] == [TOKYO, "MIC", "MIC"]
    with acting(SYSTEM):
        words = set(AuditEntry.objects.filter(action__startswith="juki.emergency_").values_list("action", flat=True))
    assert {"juki.emergency_recorded", "juki.emergency_ask", "juki.emergency_reopen"} <= words


@pytest.mark.parametrize("kind", [Kind.IMPROPER, Kind.NUMBER_LEAK])
def test_each_kind_may_come_to_its_end(at, kind):
    content = replace(WHOLE, leaked="", leaked_from="", leaked_to="", management="", persons=None)
    case = recorded(PREFECTURE, at, kind=kind)
    make(case, "report_up", PREFECTURE, at, content=FIRST)
    if kind is Kind.IMPROPER:
        assert make(case, "finish_up", PREFECTURE, at, content=content).state == "FINAL"
    else:
        with pytest.raises(Invalid):
            make(case, "finish_up", PREFECTURE, at, content=content)


def test_whoever_is_late_is_reminded_once_a_day_until_it_is_closed(at):
    case = brought(TOWN, at, "report")
    centre = {"by": CENTRE}
    assert emergencies.remind(**centre, at=at) == 0
    late = at.later(days=1)
    assert (emergencies.remind(**centre, at=late), emergencies.remind(**centre, at=late)) == (1, 0)
    assert emergencies.remind(**centre, at=at.later(days=2)) == 1
    with acting(PREFECTURE.scope):
        reminders = list(EmergencyReminder.objects.values_list("organisation", "part"))
    assert reminders == [(TOKYO, "RELAY")] * 2
    make(case, "forward", PREFECTURE, late)
    assert emergencies.remind(**centre, at=late.later(days=7)) == 0
    assert emergencies.remind(**centre, at=late.later(days=8)) == 1
    for verb in ("finish", "forward_final", "close"):
        make(case, verb, cast.who(verb, TOWN), late)
    assert emergencies.remind(**centre, at=at.later(days=400)) == 0


def test_a_body_that_was_told_is_reminded_until_it_reports_itself(at):
    case = recorded(CENTRE, at, place=CHIYODA)
    make(case, "report_up", CENTRE, at)
    next_day = at.later(days=1)
    assert emergencies.remind(by=CENTRE, at=next_day) == 1
    with acting(TOWN.scope):
        assert EmergencyReminder.objects.get().part == "TOLD"
    own = emergencies.take_up(case=case.pk, by=TOWN, at=next_day)
    make(own, "report", TOWN, next_day)
    assert emergencies.remind(by=CENTRE, at=next_day.later(days=1)) == 1  # the prefecture's turn, not the town's


def test_the_command_reminds_for_who_may(at, capsys, quick_passwords):
    account("reminding", "JLIS-JUKI", "REGISTRY_OPERATOR", at=at)
    brought(TOWN, at, "report")
    day = (at.day + timedelta(days=1)).isoformat()
    call_command("emergency_reminders", "--on", day, "--by", "reminding", "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["reminders"] == 1
    with pytest.raises(Forbidden):
        emergencies.remind(by=TOWN, at=at)


@pytest.mark.parametrize("table", ["case", "report", "step", "reminder"])
def test_psql_under_other_bodies_sees_nothing_and_nobody_writes_past_the_services(at, table):
    brought(TOWN, at, "report", "forward")
    emergencies.remind(by=CENTRE, at=at.later(days=30))

    def count(scope):
        with acting(scope), connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM juki_emergency{table}")
            return cursor.fetchone()[0]

    assert count(TOWN.scope) > 0
    for scope in (NEXT_TOWN.scope, Scope("jlis_municipal", ""), Scope("jlis_city", CHIYODA[:5]),
                  Scope("jlis_national", "MHLW"), Scope("jlis_operator", "JLIS-JUKI")):  # fmt: skip
        assert count(scope) == 0
    for role in ("jlis_auditor", "jlis_public", "jlis_door", "jlis_system", "jlis_lgwan"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            count(Scope(role, CHIYODA))
    for scope in (TOWN.scope, MINISTRY.scope):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting(scope),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM juki_emergency{table}")


def test_what_was_reported_cannot_be_rewritten_even_by_the_registry(at):
    brought(TOWN, at, "report")
    for statement in ("UPDATE juki_emergencyreport SET overview = ''", "DELETE FROM juki_emergencystep",
                      "UPDATE juki_emergencystep SET note = ''"):  # fmt: skip
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting(REGISTRY),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_case_that_is_over_has_no_day_and_every_other_one(at):
    for verbs in ((), ("report",), ("report", "forward"), ("withdraw",)):
        case = brought(TOWN, at, *verbs)
        assert (case.due_on is None) is (State(case.state) in OVER)
    assert SHINJUKU not in who_sees()


@pytest.mark.django_db(transaction=True)  # as the demonstration is made: in no transaction but the services' own
def test_the_demonstration_has_cases_further_and_less_far_on_their_way(at):
    people = {"chief-131016": TOWN, "chief-131041": NEXT_TOWN, "officer-130001": PREFECTURE, "ministry-mic": MINISTRY,
              "operator-jlis-juki": CENTRE}  # fmt: skip
    oversight.report_cases(people=people, at=at)
    with acting(REGISTRY):
        states = sorted(EmergencyCase.objects.values_list("state", flat=True))
        assert EmergencyReminder.objects.get().part == "TOLD"
    assert states == ["ASKED", "RECORDED", "WITH_MINISTRY", "WITH_MINISTRY"]
