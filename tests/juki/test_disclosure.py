"""提供状況の開示: each look at a person's record, by whom, when, why and of what; theirs alone, to their town alone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from jlis.celery import app
from jlis.kernel.errors import Forbidden, NotFound
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.jobs import running
from jlis.kernel.jobs import services as jobs
from juki.models import Resident
from juki.selectors.disclosures import Disclosed
from juki.selectors.residents import FourItems
from juki.services import affairs, disclosures, extracts, queries
from tests.conftest import CHIYODA, SHINJUKU, TOKYO, actor, client_of
from tests.jpki.people import account, sign_in
from tests.juki.factories import change, grown, tell, with_codes
from tests.juki.sealed import seal_everything
from tests.juki.test_extracts import document

pytestmark = pytest.mark.django_db(transaction=True)
PURPOSE = "JUKI-COUNTER"


@pytest.fixture
def people(clerk, outsider, at) -> dict[str, Resident]:
    """Two of Chiyoda, who differ in sex alone, and one of the next town."""
    for town in (clerk, outsider):
        with_codes(town, at)
    told = {
        "self": tell(grown(), by=clerk, at=at),
        "other": tell(grown(sex="F"), by=clerk, at=at),
        "there": tell(grown(), by=outsider, at=at),
    }
    with acting(REGISTRY):
        return {who: Resident.objects.get(resident_code=taken.resident_code) for who, (taken,) in told.items()}


def disclosed(resident: Resident, by, at) -> list[Disclosed]:
    seal_everything()
    with acting(by.scope):
        return disclosures.disclose(resident=resident.pk, by=by, at=at)[1]


def ask(resident: Resident, by, at, *, purpose=PURPOSE, fields=("name", "address"), **how) -> None:
    with acting(by.scope):
        queries.provide(purpose=purpose, fields=fields, by=by, at=at, resident_code=resident.resident_code)


def draw(operator, at, **changes) -> None:
    approver = actor(TOKYO, "EXTRACT_APPROVER", kind="PREFECTURE", number=2)
    with acting(operator.scope):
        job = extracts.request(document=document(**changes), by=operator, at=at)
    with acting(approver.scope):
        jobs.decide(job_id=job.pk, approve=True, reason="", by=approver, at=at)
    assert running.run_job(job.pk) == "SUCCEEDED"


@pytest.fixture
def operator():
    """Tokyo's operator of extracts."""
    return actor(TOKYO, "EXTRACT_OPERATOR", kind="PREFECTURE")


def by_system_of_the_town(resident, clerk, operator, registry_operator, at):
    ask(resident, client_of(CHIYODA, "juki.query"), at)
    return ("提供（即時）", "千代田区", PURPOSE, ["住所", "氏名(漢字)"])


def by_an_organ_of_the_state(resident, clerk, operator, registry_operator, at):
    with acting(registry_operator.scope):
        affairs.entitle(affair_code="B1-77", organisation="NENKIN", by=registry_operator, at=at)
    ask(resident, client_of("NENKIN", "juki.query", kind="NATIONAL_ORGAN"), at, purpose="B1-77")
    return ("提供（即時）", "日本年金機構", "B1-77", ["住所", "氏名(漢字)"])


def by_an_extract(resident, clerk, operator, registry_operator, at):
    draw(operator, at, items=["name", "birth_date"])
    return ("提供（一括抽出）", "東京都", "PREF-DISASTER", ["氏名(漢字)", "生年月日"])


def by_a_search(resident, clerk, operator, registry_operator, at):
    with acting(clerk.scope):
        queries.search(items=FourItems(name="高崎太郎", sex="M"), purpose=PURPOSE, by=clerk, at=at)
    return ("画面での検索", "千代田区", PURPOSE, ["氏名(漢字)", "氏名(かな)", "生年月日", "性別", "住所"])


def by_opening_the_record(resident, clerk, operator, registry_operator, at):
    with acting(clerk.scope):
        queries.open_record(resident=resident.pk, purpose=PURPOSE, by=clerk, at=at)
    shown = ["住所", "住民票コード", "氏名(漢字)", "氏名(かな)", "旧氏(漢字)", "旧氏(かな)", "生年月日", "性別"]
    shown += ["住民区分", "異動事由", "異動年月日", "通称"]
    return ("画面での照会", "千代田区", PURPOSE, shown)


def by_showing_the_number(resident, clerk, operator, registry_operator, at):
    with acting(clerk.scope):
        queries.show_number(resident=resident.pk, purpose=PURPOSE, by=clerk, at=at)
    return ("画面での個人番号の表示", "千代田区", PURPOSE, ["個人番号"])


def by_an_earlier_disclosure(resident, clerk, operator, registry_operator, at):
    disclosed(resident, clerk, at)
    return ("開示請求への対応", "千代田区", "SELF-DISCLOSURE", [])


KINDS = [
    by_system_of_the_town, by_an_organ_of_the_state, by_an_extract, by_a_search, by_opening_the_record,
    by_showing_the_number, by_an_earlier_disclosure,
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_each_look_is_disclosed_with_whom_when_why_and_what(people, clerk, operator, registry_operator, at, kind):
    began = datetime.now(UTC)
    expected = kind(people["self"], clerk, operator, registry_operator, at)
    (line,) = disclosed(people["self"], clerk, at)
    assert (line.method, line.organisation, line.purpose, line.fields) == expected
    assert line.purpose_label
    assert began - timedelta(seconds=1) <= line.at <= datetime.now(UTC)


def test_the_looks_at_others_are_never_among_them(people, clerk, operator, registry_operator, at):
    for kind in (by_system_of_the_town, by_an_organ_of_the_state, by_opening_the_record, by_showing_the_number):
        kind(people["other"], clerk, operator, registry_operator, at)
    draw(operator, at, sex="F")
    with acting(clerk.scope):
        queries.search(items=FourItems(name="高崎太郎", sex="F"), purpose=PURPOSE, by=clerk, at=at)
    assert disclosed(people["self"], clerk, at) == []
    assert len(disclosed(people["other"], clerk, at)) == 6


def test_a_question_that_found_nobody_is_nobodys(people, clerk, at):
    with acting(clerk.scope):
        queries.search(items=FourItems(name="高崎次郎", sex="M"), purpose=PURPOSE, by=clerk, at=at)
    assert disclosed(people["self"], clerk, at) == []


def test_what_was_refused_was_not_provided(people, clerk, at):
    with acting(clerk.scope), pytest.raises(Forbidden):
        ask(people["self"], client_of(CHIYODA, "juki.query"), at, purpose="B1-77")
    assert disclosed(people["self"], clerk, at) == []


def test_a_cancelled_extract_is_in_nobodys_disclosure(people, clerk, operator, at, monkeypatch):
    approver = actor(TOKYO, "EXTRACT_APPROVER", kind="PREFECTURE", number=2)
    with acting(operator.scope):
        job = extracts.request(document=document(), by=operator, at=at)
    with acting(approver.scope):
        jobs.decide(job_id=job.pk, approve=True, reason="", by=approver, at=at)
    begin = running.Run.folder

    def cancelled_meanwhile(run):
        with acting(operator.scope):
            jobs.cancel(job_id=job.pk, by=operator, at=at)
        return begin(run)

    monkeypatch.setattr(running.Run, "folder", cancelled_meanwhile)
    assert running.run_job(job.pk) == "CANCELLED"
    assert disclosed(people["self"], clerk, at) == []


def test_the_newest_look_stands_first(people, clerk, at):
    for field in ("name", "sex", "address"):
        ask(people["self"], client_of(CHIYODA, "juki.query"), at, fields=(field,))
    assert [line.fields for line in disclosed(people["self"], clerk, at)] == [["住所"], ["性別"], ["氏名(漢字)"]]


def test_the_chain_is_sealed_often_enough_for_a_minute():
    (schedule,) = {
        entry["schedule"]
        for entry in app.conf.beat_schedule.values()
        if entry["task"] == "jlis.kernel.tasks.seal_audit"
    }
    assert float(schedule) <= 30


def test_the_next_towns_clerk_is_refused_as_for_nobody(people, clerk, outsider, at):
    for refused, resident in ((outsider, people["self"]), (clerk, people["there"])):
        with acting(refused.scope), pytest.raises(NotFound):
            disclosures.disclose(resident=resident.pk, by=refused, at=at)


def test_after_a_move_the_new_town_discloses_all_and_the_old_one_nothing(people, clerk, outsider, at):
    moving = people["self"]
    ask(moving, client_of(CHIYODA, "juki.query"), at)
    tell(change("D01", moving.resident_code), by=clerk, at=at)
    tell(grown(reason="R01", resident_code=moving.resident_code, changed_on="2026-11-20"), by=outsider, at=at)
    seen = [(line.organisation, line.method) for line in disclosed(moving, outsider, at)]
    assert seen == [("新宿区", "ほかの市区町村への通知・照会"), ("千代田区", "提供（即時）")]
    with acting(clerk.scope), pytest.raises(NotFound):
        disclosures.disclose(resident=moving.pk, by=clerk, at=at)


@pytest.mark.parametrize(
    "other", [actor(TOKYO, "EXTRACT_OPERATOR", kind="PREFECTURE"), actor(CHIYODA, "STAFF_ADMINISTRATOR")]
)
def test_whoever_lacks_the_duty_does_not_disclose(people, at, other):
    with acting(other.scope), pytest.raises(Forbidden):
        disclosures.disclose(resident=people["self"].pk, by=other, at=at)


def test_the_page_shows_it_to_the_persons_town_alone(people, clerk, operator, at, plain_static):
    account("clerk-a", CHIYODA, "COUNTER_CLERK", at=at)
    account("clerk-b", SHINJUKU, "COUNTER_CLERK", at=at)
    draw(operator, at, items=["name", "birth_date"])
    seal_everything()
    path = f"/juki/residents/{people['self'].pk}/disclosure/"
    page = sign_in(Client(), "clerk-a").post(path)
    html = page.content.decode()
    for shown in ("髙﨑　太郎 様", "東京都", "提供（一括抽出）", "災害時における被災住民の把握に関する事務",
                  "氏名(漢字)、生年月日", f"{timezone.localdate().day}日"):  # fmt: skip
        assert shown in html
    assert sign_in(Client(), "clerk-b").post(path).status_code == 404
    assert sign_in(Client(), "clerk-a").get(path).status_code == 405
