"""整合性確認 against the register: a town finds its own differences, by REST and step by step, and nobody else's."""

import json

import pytest
from django.db import connection
from django.test import Client

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.domain.digest_tree import tree_of
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, acting
from jlis.kernel.organisations.selectors.municipalities import tenant_of
from juki.domain.consistency import Question, TownSide, Wanted, line
from juki.models import ConsistencyCheck, ConsistencyWork
from juki.services import consistency, loading
from juki.sql import consistency as statements
from tests.conftest import CHIYODA, SHINJUKU, TOKYO, actor, client_of
from tests.jpki.people import account, sign_in
from tests.juki.caller import faults, problem, registered
from tests.juki.comparing import compared, differences, person, register_of
from tests.juki.factories import change, grown, tell, with_codes
from tests.juki.registers import file, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
CHECKS = "/api/v1/juki/consistency-checks"


@pytest.fixture
def system():
    return client_of(CHIYODA, "juki.check_consistency")


@pytest.fixture
def register(clerk, at, tmp_path):
    """Sixty residents of Chiyoda, on both sides."""
    loaded = loading.load_file(path=file(tmp_path, *map(row, range(60))), office=CHIYODA, by=clerk, at=at)
    assert loaded.rows == 60
    return register_of(CHIYODA)


def test_the_database_digests_a_register_as_the_rules_say(register, at):
    with acting(REGISTRY):
        nodes = statements.lowest_nodes(tenant_of(CHIYODA), at.day)
    own = tree_of({code: line(code, record) for code, record in register.items()})
    assert sum(count for _, count, _ in nodes) == len(register)
    assert {node: digest for node, _, digest in nodes} == {node: own.digest(node) for node, _, _ in nodes}
    assert TownSide(register).opening() == {"sha256": own.root.hex(), "count": 60}


def test_registers_that_agree_are_known_by_one_digest(register, system, at):
    step = compared(register, office=CHIYODA, by=system, at=at)
    assert (step.check.state, step.check.told, step.check.town_count, step.check.nation_count) == ("AGREED", 1, 60, 60)


def test_what_differs_is_found_by_kind_and_item_and_the_working_state_is_forgotten(register, system, at):
    codes = sorted(register)
    newcomer, record = person(900)
    register[newcomer] = record
    del register[codes[0]]
    register[codes[1]] |= {"address": "別の住所", "name_kana": "ベツ"}
    step = compared(register, office=CHIYODA, by=system, at=at)
    assert step.check.state == "DIFFERED"
    assert differences(step.check.pk) == {
        ("ONLY_IN_TOWN", newcomer, ()),
        ("ONLY_IN_NATION", codes[0], ()),
        ("ITEMS_DIFFER", codes[1], ("name_kana", "address")),
    }
    assert (step.check.only_in_town, step.check.only_in_nation, step.check.items_differ) == (1, 1, 1)
    with acting(REGISTRY):
        assert not ConsistencyWork.objects.exists()
    with acting(SYSTEM):
        ended = AuditEntry.objects.get(action="juki.consistency_finished")
        assert (ended.subject_count, ended.purpose) == (2, "CORRECTION")


def test_removed_moved_away_and_other_towns_residents_are_not_compared(clerk, outsider, system, at):
    for town in (clerk, outsider):
        with_codes(town, at)
    stays, leaves = tell(grown(), grown(name="転出　する"), by=clerk, at=at)
    elsewhere = tell(grown(name="隣の　人"), by=outsider, at=at)[0]
    tell(change("D01", leaves.resident_code), by=clerk, at=at)
    register = register_of(CHIYODA)
    assert register.keys() == {stays.resident_code}
    assert compared(register, office=CHIYODA, by=system, at=at).check.state == "AGREED"
    # A town that holds somebody whom the next town registers hears that the nation has nobody here, and no more.
    register |= register_of(SHINJUKU)
    step = compared(register, office=CHIYODA, by=system, at=at)
    assert differences(step.check.pk) == {("ONLY_IN_TOWN", elsewhere.resident_code, ())}
    with acting(REGISTRY):
        assert step.check.rows.get().resident is None


def test_whoever_moves_out_in_the_future_is_here_until_then(clerk, system, at):
    with_codes(clerk, at)
    (told,) = tell(grown(), by=clerk, at=at)
    register = register_of(CHIYODA)
    tell(change("D01", told.resident_code, changed_on="2026-11-25"), by=clerk, at=at)
    assert compared(register, office=CHIYODA, by=system, at=at).check.state == "AGREED"
    assert compared({}, office=CHIYODA, by=system, at=at.later(days=4)).check.state == "AGREED"


def test_a_difference_that_a_waiting_notification_explains_says_so(clerk, system, at):
    with_codes(clerk, at)
    (told,) = tell(grown(), by=clerk, at=at)
    tell(change("M01", told.resident_code, address="新しい住所", sequence=2), by=clerk, at=at)
    register = register_of(CHIYODA)
    register[told.resident_code] |= {"address": "新しい住所"}
    step = compared(register, office=CHIYODA, by=system, at=at)
    with acting(REGISTRY):
        assert [(each.kind, each.is_waiting) for each in step.check.rows.all()] == [("ITEMS_DIFFER", True)]


def test_a_notification_between_two_steps_settles_what_it_settles(clerk, system, at):
    with_codes(clerk, at)
    (told,) = tell(grown(), by=clerk, at=at)
    register = register_of(CHIYODA)
    register[told.resident_code] |= {"address": "新しい住所"}
    side = TownSide(register)
    step = consistency.start(office=CHIYODA, told=side.opening(), by=system, at=at)
    while step.question.wants is not Wanted.ITEMS:
        step = consistency.answer(
            check_id=step.check.pk, step=step.check.step, told=side.answer(step.question), by=system, at=at
        )
    tell(change("M01", told.resident_code, address="新しい住所"), by=clerk, at=at)
    step = consistency.answer(
        check_id=step.check.pk, step=step.check.step, told=side.answer(step.question), by=system, at=at
    )
    assert step.check.state == "AGREED"


def test_a_register_that_is_another_one_is_broken_off(register, system, at, monkeypatch):
    monkeypatch.setattr(consistency, "MOST_DIFFERENCES", 20)
    monkeypatch.setattr("juki.domain.consistency.NODES_AT_ONCE", 8)
    step = compared(dict(person(number) for number in range(100, 160)), office=CHIYODA, by=system, at=at)
    assert (step.check.state, step.question) == ("BROKEN_OFF", None)
    assert 20 < step.check.differences < 120


def test_a_new_check_takes_the_place_of_one_that_was_left_and_so_does_a_day(register, system, at):
    told = TownSide({}).opening()
    first = consistency.start(office=CHIYODA, told=told, by=system, at=at).check
    second = consistency.start(office=CHIYODA, told=told, by=system, at=at).check
    assert consistency.break_off_left(by=system, at=at.later(hours=23)) == 0
    assert consistency.break_off_left(by=system, at=at.later(hours=24)) == 1
    with acting(REGISTRY):
        states = dict(ConsistencyCheck.objects.values_list("pk", "state"))
    assert states == {first.pk: "BROKEN_OFF", second.pk: "BROKEN_OFF"}
    with pytest.raises(Conflict, match="終わっています"):
        consistency.answer(check_id=second.pk, step=0, told=[], by=system, at=at)


def test_a_step_is_answered_once(register, system, at):
    step = consistency.start(office=CHIYODA, told=TownSide({}).opening(), by=system, at=at)
    consistency.answer(check_id=step.check.pk, step=0, told=[], by=system, at=at)
    with pytest.raises(Conflict, match="段階1"):
        consistency.answer(check_id=step.check.pk, step=0, told=[], by=system, at=at)


@pytest.mark.parametrize("told", [None, {}, {"sha256": "x", "count": 1}, {"sha256": "0" * 64, "count": True}])
def test_an_opening_at_fault_is_refused(told, system, at):
    with pytest.raises(Invalid):
        consistency.start(office=CHIYODA, told=told, by=system, at=at)


def test_the_next_town_and_the_wrong_duty_have_no_part_in_it(register, system, at):
    neighbour, told = client_of(SHINJUKU, "juki.check_consistency"), TownSide({}).opening()
    with pytest.raises(Forbidden):
        consistency.start(office=CHIYODA, told=told, by=neighbour, at=at)
    check = consistency.start(office=CHIYODA, told=told, by=system, at=at).check
    for ask in (
        lambda: consistency.answer(check_id=check.pk, step=0, told=[], by=neighbour, at=at),
        lambda: consistency.open_check(check_id=check.pk, by=neighbour, at=at),
    ):
        with pytest.raises(NotFound):
            ask()
    clerk = actor(CHIYODA, "COUNTER_CLERK")
    with pytest.raises(Forbidden):
        consistency.start(office=CHIYODA, told=told, by=clerk, at=at)
    with pytest.raises(Forbidden):
        consistency.open_check(check_id=check.pk, by=clerk, at=at)


def test_in_the_database_too_a_town_sees_its_own_and_the_centre_no_resident(register, system, at, rows, outsider):
    compared({}, office=CHIYODA, by=system, at=at)
    seen = {}
    operator = actor("JLIS-JUKI", "REGISTRY_OPERATOR", kind="JLIS")
    for name, scope in (("own", system.scope), ("next", outsider.scope)):
        with acting(scope):
            seen[name] = rows("juki_consistencycheck"), rows("juki_consistencydifference")
    assert seen == {"own": (1, 60), "next": (0, 0)}
    with acting(operator.scope), connection.cursor() as cursor:
        assert rows("juki_consistencycheck") == 1
        cursor.execute("SELECT has_table_privilege('juki_consistencydifference', 'SELECT')")
        assert cursor.fetchone() == (False,)


# REST


@pytest.fixture
def town(at):
    return registered(CHIYODA, "juki.check_consistency", at=at)


def led(town, register):
    """A whole check over the line; every answer on the way."""
    side = TownSide(register)
    answers = [town.post(CHECKS, side.opening())]
    assert answers[0].status_code == 201, answers[0].content
    while question := (document := answers[-1].json())["question"]:
        asked = Question(Wanted(question["wants"].upper()), tuple(question.get("nodes", ())),
                         tuple(question.get("resident_codes", ())))  # fmt: skip
        body = {"step": document["step"], question["wants"]: side.answer(asked)}
        answers.append(town.post(f"{CHECKS}/{document['check']}/steps", body))
        assert answers[-1].status_code == 200, answers[-1].content
    return answers


def test_over_the_line_the_same_is_found_and_no_value_is_told(register, town):
    code = sorted(register)[0]
    register[code] |= {"address": "別の住所"}
    answers = led(town, register)
    check = answers[-1].json()
    assert (check["state"], check["items_differ"]) == ("differed", 1)
    opened = town.get(f"{CHECKS}/{check['check']}")
    assert opened.headers["X-Delivered-Count"] == "1"
    assert opened.json()["differences"] == [
        {"kind": "items_differ", "resident_code": code, "items": ["address"], "waiting": False}
    ]
    everything = "".join(json.dumps(each.json(), ensure_ascii=False) for each in [*answers, opened])
    assert "住民" not in everything
    assert "千代田" not in everything
    assert [each["check"] for each in town.get(CHECKS).json()["results"]] == [check["check"]]


def test_what_is_wrong_on_the_line_is_named(register, town, at):
    started = town.post(CHECKS, TownSide({}).opening()).json()
    steps = f"{CHECKS}/{started['check']}/steps"
    assert faults(town.post(steps, {"step": 0, "digests": [{"node": "x", "sha256": "0" * 64}]})) == {
        (1, "node", "not_asked")
    }
    problem(town.post(steps, {"step": 9, "digests": []}), 409)
    problem(town.post(CHECKS, {"municipality": SHINJUKU, "sha256": "", "count": 0}), 403)
    problem(registered(SHINJUKU, "juki.check_consistency", at=at).get(f"{CHECKS}/{started['check']}"), 404)
    problem(registered(CHIYODA, "juki.notify", at=at).post(CHECKS, {}), 403)


# Screens


def at_the_desk(organisation, duty, at):
    account(f"who-{duty.lower()}-{organisation}", organisation, duty, at=at)
    return sign_in(Client(), f"who-{duty.lower()}-{organisation}")


def test_a_supervisor_sees_who_differs_in_what_and_the_look_is_written_down(register, system, at):
    code = sorted(register)[0]
    register[code] |= {"address": "別の住所"}
    check = compared(register, office=CHIYODA, by=system, at=at).check
    chief = at_the_desk(CHIYODA, "SUPERVISOR", at)
    assert "違いあり" in chief.get("/juki/consistency/").content.decode()
    page = chief.get(f"/juki/consistency/{check.pk}/").content.decode()
    for words in ("項目が異なる", code, "住所", "全国の記録を開く"):
        assert words in page
    with acting(SYSTEM):
        assert AuditEntry.objects.filter(action="juki.consistency_opened", subject_count=1).exists()
    assert "整合性確認の違い" in chief.get("/desk/").content.decode()


def test_the_centre_sees_which_towns_differ_and_not_who(register, system, at):
    check = compared({}, office=CHIYODA, by=system, at=at).check
    centre = at_the_desk("JLIS-JUKI", "REGISTRY_OPERATOR", at)
    page = centre.get("/juki/consistency/").content.decode()
    assert "千代田区" in page
    assert "違いあり" in page
    assert centre.get(f"/juki/consistency/{check.pk}/").status_code == 404


def test_clerks_prefectures_and_the_next_town_do_not(register, system, at):
    check = compared({}, office=CHIYODA, by=system, at=at).check
    assert at_the_desk(CHIYODA, "COUNTER_CLERK", at).get("/juki/consistency/").status_code == 403
    assert at_the_desk(TOKYO, "EXTRACT_OPERATOR", at).get("/juki/consistency/").status_code == 403
    neighbour = at_the_desk(SHINJUKU, "SUPERVISOR", at)
    assert "千代田区" not in neighbour.get("/juki/consistency/").content.decode()
    assert neighbour.get(f"/juki/consistency/{check.pk}/").status_code == 404
