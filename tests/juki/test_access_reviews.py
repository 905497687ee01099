"""The analysis of the access log on a real day, its findings and cases: kept once, nobody named, each body its own."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.utils import ProgrammingError
from django.test import Client

from jlis.demo import oversight
from jlis.kernel.audit import services as audit
from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import DOOR, SYSTEM, Scope, acting
from jlis.kernel.people.models import Staff
from jlis.kernel.people.selectors import actor_named
from jlis.kernel.time import TOKYO
from juki.domain.access_cases import MOVES, State
from juki.models import AccessCase, AccessCaseStep, AccessFinding, AccessReview
from juki.selectors.residents import FourItems
from juki.services import access_cases, access_reviews, queries
from tests.conftest import CHIYODA, SHINJUKU, actor
from tests.jpki.people import account, sign_in
from tests.juki.factories import grown, tell, with_codes
from tests.juki.towns import resident_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
AUDITOR = actor("JLIS", "AUDITOR", kind="JLIS")
COMMITTEE = actor("JLIS", "PROTECTION_COMMITTEE", kind="JLIS", number=2)
CHIEF = actor(CHIYODA, "SUPERVISOR", number=9)
NEXT_CHIEF = actor(SHINJUKU, "SUPERVISOR", number=9)
PAGE = "/juki/access-findings/"
FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=TOKYO)
DAY = FRIDAY.date()


class Clock:
    """The chain's clock, set by a test."""

    def __init__(self, when: datetime):
        self.when = when

    def now(self, zone):
        self.when += timedelta(seconds=1)
        return self.when.astimezone(zone)


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock(FRIDAY)
    monkeypatch.setattr(audit, "datetime", clock)
    return clock


@pytest.fixture
def resident(clerk, at):
    with_codes(clerk, at)
    (taken,) = tell(grown(name="見本　花子", name_kana="ミホン　ハナコ"), by=clerk, at=at)
    return resident_with(taken.resident_code).pk


def view(resident, by, at):
    with acting(by.scope):
        queries.open_record(resident=resident, purpose="JUKI-COUNTER", by=by, at=at)


def reviewed(at, day=DAY):
    return access_reviews.review(day=day, by=AUDITOR, at=at)


def findings(by=AUDITOR):
    with acting(by.scope):
        return {found.rule: found for found in AccessFinding.objects.all()}


@pytest.fixture
def night(resident, clock, at) -> AccessFinding:
    """A clerk of Chiyoda opened a record at night."""
    clock.when = FRIDAY.replace(hour=22)
    view(resident, actor(CHIYODA, "COUNTER_CLERK"), at)
    reviewed(at)
    return findings()["OUT_OF_HOURS"]


def test_a_look_at_night_is_found_once_however_often_the_day_is_reviewed(resident, clock, at):
    clock.when = FRIDAY.replace(hour=22)
    by = actor(CHIYODA, "COUNTER_CLERK")
    view(resident, by, at)
    assert [reviewed(at).new, reviewed(at).new] == [1, 0]
    view(resident, by, at)
    again = reviewed(at)
    assert (again.new, again.findings) == (0, 1)
    found = findings()["OUT_OF_HOURS"]
    assert (found.organisation, found.actor, found.count) == (CHIYODA, by.id, 2)
    with acting(SYSTEM):
        known = set(AuditEntry.objects.filter(action="juki.viewed").values_list("pk", flat=True))
    assert {entry["entry"] for entry in found.entries} == {str(pk) for pk in known}
    with acting(AUDITOR.scope):
        assert AccessReview.objects.get().findings == 1


def test_a_day_of_work_finds_nothing(resident, clock, at):
    view(resident, actor(CHIYODA, "COUNTER_CLERK"), at)
    assert (reviewed(at).findings, reviewed(at).entries) == (0, 1)
    assert reviewed(at, FRIDAY.date() - timedelta(days=1)).entries == 0


def test_ones_own_surname_is_found_by_key_and_no_name_is_kept(resident, clock, at, clerk):
    account("mihon", CHIYODA, "COUNTER_CLERK", at=at)  # 見本 職員, as the accounts of tests are called
    account("elsewhere", SHINJUKU, "COUNTER_CLERK", at=at)
    view(resident, actor_named("mihon"), at)
    with acting(clerk.scope):
        queries.search(
            items=FourItems(name="見本花子", sex="M"), purpose="JUKI-COUNTER", by=actor_named("mihon"), at=at
        )
    reviewed(at)
    found = findings()["SAME_SURNAME"]
    assert (found.actor, found.count) == (actor_named("mihon").id, 2)
    with acting(AUDITOR.scope), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(f::text, ' ') FROM juki_accessfinding f")
        kept = cursor.fetchone()[0]
    assert "花子" not in kept
    assert str(resident) not in kept


def test_many_staff_and_one_resident_bear_a_mark_that_leads_to_nobody(resident, clock, at):
    for number in range(1, 5):
        view(resident, actor(CHIYODA, "COUNTER_CLERK", number=number), at)
    reviewed(at)
    found = findings()["SAME_RESIDENT"]
    assert (found.actor, found.count, len(found.mark)) == ("", 4, 64)
    assert str(resident) not in json.dumps([found.mark, found.entries])


def test_failed_sign_ins_are_in_the_chain_and_found_before_a_sign_in(at, clock):
    account("forgetful", CHIYODA, "COUNTER_CLERK", at=at)
    client = Client()
    for _ in range(3):
        client.post("/", {"username": "forgetful", "password": "違う合言葉"})
    client.post("/", {"username": "nobody-known", "password": "違う合言葉"})
    sign_in(client, "forgetful")
    with acting(SYSTEM):
        failed = AuditEntry.objects.filter(action="staff.sign_in_failed", outcome="DENIED")
        assert [failed.filter(organisation=CHIYODA).count(), failed.filter(organisation="").count()] == [3, 1]
        assert "nobody-known" not in str(list(failed.values_list("actor_label", "detail")))
    reviewed(at)
    assert findings()["SIGN_IN"].count == 4


def test_only_who_may_reviews_and_the_command_takes_a_day(at, clock, capsys):
    with pytest.raises(Forbidden):
        access_reviews.review(day=FRIDAY.date(), by=CHIEF, at=at)
    account("auditing", "JLIS", "AUDITOR", at=at)
    call_command("access_review", "--on", "2026-11-20", "--by", "auditing", "--json")
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["day"], told["findings"]) == ("2026-11-20", 0)


def test_a_body_sees_a_finding_from_when_it_is_asked_and_the_next_town_never(night, at):
    assert findings(CHIEF) == {}
    case = access_cases.open_case(finding=night.pk, to=State.WITH_BODY, note="業務でしたか。", by=AUDITOR, at=at)
    assert set(findings(CHIEF)) == {"OUT_OF_HOURS"}
    assert findings(NEXT_CHIEF) == {}
    for stranger in (NEXT_CHIEF, AUDITOR):
        with pytest.raises((NotFound, Forbidden)):
            access_cases.move(case=case.pk, verb="answer", note="はい。", by=stranger, at=at)
    answered = access_cases.move(case=case.pk, verb="answer", note="災害の対応でした。", by=CHIEF, at=at)
    assert answered.state == "ANSWERED"
    closed = access_cases.move(case=case.pk, verb="close", note="確かめました。", by=AUDITOR, at=at)
    assert (closed.state, closed.due_on) == ("CLOSED", None)
    with acting(CHIEF.scope):
        assert list(AccessCaseStep.objects.values_list("verb", flat=True)) == ["open", "answer", "close"]


def test_what_is_before_the_committee_from_the_beginning_is_hidden_from_the_body(night, at):
    case = access_cases.open_case(finding=night.pk, to=State.WITH_COMMITTEE, note="審議を願う。", by=AUDITOR, at=at)
    assert findings(CHIEF) == {}
    with pytest.raises(Forbidden):
        access_cases.move(case=case.pk, verb="decide", note="―", by=AUDITOR, at=at)
    assert access_cases.move(case=case.pk, verb="decide", note="不正ではない。", by=COMMITTEE, at=at).state == "CLOSED"


def test_nobody_handles_a_case_of_their_own_looks(resident, clock, at):
    clock.when = FRIDAY.replace(hour=22)
    view(resident, CHIEF, at)
    reviewed(at)
    found = findings()["OUT_OF_HOURS"]
    case = access_cases.open_case(finding=found.pk, to=State.WITH_BODY, note="業務でしたか。", by=AUDITOR, at=at)
    with pytest.raises(Forbidden) as refusal:
        access_cases.move(case=case.pk, verb="answer", note="はい。", by=CHIEF, at=at)
    assert refusal.value.code == "own_case"
    other = actor(CHIYODA, "SUPERVISOR", number=8)
    assert access_cases.move(case=case.pk, verb="answer", note="はい。", by=other, at=at).state == "ANSWERED"


def test_a_case_is_opened_once_and_says_something(night, at):
    told = {"finding": night.pk, "by": AUDITOR, "at": at}
    for note in (" ", "123456789018の人", "あ" * 1001):
        with pytest.raises(Invalid):
            access_cases.open_case(to=State.WITH_BODY, note=note, **told)
    with pytest.raises(Invalid):
        access_cases.open_case(to=State.CLOSED, note="―", **told)
    case = access_cases.open_case(to=State.WITH_BODY, note="業務でしたか。", **told)
    with pytest.raises(Conflict):
        access_cases.open_case(to=State.WITH_COMMITTEE, note="―", **told)
    with pytest.raises(Forbidden):
        access_cases.open_case(to=State.WITH_BODY, note="―", **told | {"by": CHIEF})
    for verb in ("close", "ask_again"):
        with pytest.raises(Conflict):
            access_cases.move(case=case.pk, verb=verb, note="―", by=AUDITOR, at=at)
    for verb, move in MOVES.items():
        without = replace(AUDITOR, permissions=frozenset({"juki.see_access_findings"}))
        with pytest.raises(Forbidden):
            access_cases.move(case=case.pk, verb=verb, note="―", by=without, at=at)
        assert move.basis


@pytest.mark.parametrize("table", ["juki_accessfinding", "juki_accesscase", "juki_accesscasestep"])
def test_the_tables_under_other_roles(night, at, table):
    access_cases.open_case(finding=night.pk, to=State.WITH_BODY, note="業務でしたか。", by=AUDITOR, at=at)

    def count(scope):
        with acting(scope), connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            return cursor.fetchone()[0]

    assert [count(scope) for scope in (AUDITOR.scope, CHIEF.scope, NEXT_CHIEF.scope)] == [1, 1, 0]
    assert count(Scope("jlis_municipal", "")) == count(Scope("jlis_operator", "JLIS-JUKI")) == 0
    for role in ("jlis_door", "jlis_public", "jlis_system", "jlis_numbers"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            count(Scope(role, CHIYODA))
    for scope in (AUDITOR.scope, CHIEF.scope):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting(scope),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM {table}")


def entered(username: str, organisation: str, duty: str, at) -> Client:
    with acting(DOOR):
        known = Staff.objects.filter(username=username).exists()
    if not known:
        account(username, organisation, duty, at=at)
    return sign_in(Client(), username)


def test_the_auditor_asks_the_supervisor_answers_and_the_committee_decides_on_their_screens(night, at):
    auditor, chief = entered("auditing", "JLIS", "AUDITOR", at), entered("chief", CHIYODA, "SUPERVISOR", at)
    committee = entered("committee", "JLIS", "PROTECTION_COMMITTEE", at)
    page = f"{PAGE}{night.pk}/"
    assert "調査を始めていない検出" in auditor.get("/desk/").content.decode()
    listed = auditor.get(PAGE, {"rule": "OUT_OF_HOURS", "only": "unasked"}).content.decode()
    assert "時間外・休日の利用" in listed
    shown = auditor.get(page).content.decode()
    assert "画面での照会" in shown
    assert "花子" not in shown
    assert chief.get(page).status_code == 404
    assert committee.get(f"{page}open/").status_code == 403
    assert "入力してください" in auditor.post(f"{page}open/", {"to": "WITH_BODY", "note": ""}).content.decode()
    asked = auditor.post(f"{page}open/", {"to": "WITH_BODY", "note": "業務でしたか。"}, follow=True)
    assert "団体に依頼中" in asked.content.decode()
    assert "回答を求められた利用の調査" in chief.get("/desk/").content.decode()
    assert chief.get(f"{page}close/").status_code == 404
    told = chief.post(f"{page}answer/", {"note": "災害の対応でした。"}, follow=True).content.decode()
    assert "災害の対応でした。" in told
    assert "委員会で審議中" in auditor.post(f"{page}refer/", {"note": "念のため。"}, follow=True).content.decode()
    done = committee.post(f"{page}decide/", {"note": "不正ではない。"}, follow=True).content.decode()
    assert "不正ではない。" in done
    with acting(AUDITOR.scope):
        assert AccessCase.objects.get().state == "CLOSED"
    clerk, next_chief = entered("clerk", CHIYODA, "COUNTER_CLERK", at), entered("next", SHINJUKU, "SUPERVISOR", at)
    for path in (PAGE, page, f"{page}open/", f"{page}answer/"):
        assert clerk.get(path).status_code == 403
        assert Client().get(path).status_code == 302
    assert next_chief.get(page).status_code == next_chief.get(f"{page}answer/").status_code == 404


@pytest.mark.django_db(transaction=True)  # as the demonstration is made: in no transaction but the services' own
def test_the_demonstration_has_a_finding_that_its_town_was_asked_about(at, clock):
    clock.when = at.instant.astimezone(TOKYO)
    people = {"clerk-131016": actor(CHIYODA, "COUNTER_CLERK"), "auditor": AUDITOR}
    oversight.review_access(people=people, at=at)
    with acting(CHIEF.scope):
        assert AccessCase.objects.get().finding.rule == "MASS_SEARCH"
