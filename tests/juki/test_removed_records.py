"""除票: found by the office that removed them, for that purpose; in no answer for now; disposed of by two, when due."""

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, Scope, acting
from jlis.kernel.jobs import running
from jlis.kernel.reconcile import run
from jlis.kernel.time import Moment
from juki.domain import retention as law
from juki.domain.retention import DataClass, RetentionPolicy, StartEvent, is_due, kept_until, policies_on, policy_of
from juki.models import Disposal, IdentityRecord, ProtectedResident, SupplementaryRecord
from juki.selectors import removed_records as selectors
from juki.selectors.residents import FourItems
from juki.services import disposals, numbers, population, queries, removed_records
from tests.conftest import CHIYODA, SHINJUKU, TSURUMI, actor
from tests.jpki.people import account, sign_in
from tests.juki.caller import QUERIES, registered
from tests.juki.factories import change, tell, with_codes
from tests.juki.test_bulk_queries import HEADING, PATH
from tests.juki.test_disclosure_paper import needs_poppler, text_of
from tests.juki.test_supplementary import notice, told
from tests.juki.towns import arrives, leaves, living, resident_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
WHO = FourItems(name="高崎太郎", sex="M")
LATER = Moment.of(date(2176, 11, 22))
SECOND = actor(CHIYODA, "SUPERVISOR", number=2)


@pytest.fixture
def dead(clerk, at):
    with_codes(clerk, at)
    resident = living(clerk, at)
    tell(change("D03", resident.resident_code, changed_on="2026-11-20"), by=clerk, at=at)
    return resident


def search(by, at, items=WHO):
    with acting(by.scope):
        return [(row.resident, row.version) for row in removed_records.search(items=items, by=by, at=at)[0]]


def test_a_removed_record_is_found_by_its_office_and_by_nobody_else(dead, clerk, outsider, at):
    assert search(clerk, at) == [(dead.pk, 2)]
    assert search(outsider, at) == []
    for stranger, refusal in ((outsider, NotFound), (actor(CHIYODA, "EXTRACT_OPERATOR"), Forbidden)):
        for act in (removed_records.open_record, removed_records.issue):
            with pytest.raises(refusal):
                act(resident=dead.pk, version=2, by=stranger, at=at)
    with pytest.raises(Invalid):
        search(clerk, at, FourItems(name="高崎太郎"))
    with acting(SYSTEM):
        entry = AuditEntry.objects.filter(action="juki.removed_searched", subject_count=1).get()
        assert (entry.purpose, entry.organisation) == ("JUKI-REMOVED", CHIYODA)


def test_the_former_town_keeps_it_after_the_person_has_arrived_elsewhere(clerk, outsider, at):
    for town in (clerk, outsider):
        with_codes(town, at)
    resident = living(clerk, at)
    leaves(resident, by=clerk, at=at)
    arrives(resident, by=outsider, at=at)
    assert search(clerk, at) == [(resident.pk, 2)]
    assert search(outsider, at) == []
    record = removed_records.open_record(resident=resident.pk, version=2, by=clerk, at=at)
    assert record.address == "東京都千代田区霞が関一丁目1番1号"
    with pytest.raises(NotFound):
        removed_records.open_record(resident=resident.pk, version=1, by=clerk, at=at)


def test_a_ward_keeps_its_own_and_its_city_sees_them(ward_clerk, at):
    with_codes(ward_clerk, at)
    resident = living(ward_clerk, at)
    tell(change("D03", resident.resident_code), by=ward_clerk, at=at)
    assert search(ward_clerk, at) == search(actor("141003", "COUNTER_CLERK", kind="CITY"), at) == [(resident.pk, 2)]
    assert ward_clerk.organisation == TSURUMI


def test_nobody_covered_is_found_by_the_address_nor_issued(dead, clerk, at):
    by_address = FourItems(sex="M", address="東京都千代田区霞が関")
    assert search(clerk, at, by_address) == [(dead.pk, 2)]
    with acting(REGISTRY):
        ProtectedResident.objects.create(resident=dead.pk, since=at.instant)
    assert search(clerk, at, by_address) == []
    assert removed_records.open_record(resident=dead.pk, version=2, by=clerk, at=at).address == ""
    with pytest.raises(Conflict):
        removed_records.issue(resident=dead.pk, version=2, by=clerk, at=at)


def test_no_query_answers_with_somebody_removed(dead, clerk, at, registry_operator):
    """The four items, the code, the number, the counter's search, the population."""
    with acting(clerk.scope):
        number = numbers.open_numbers([dead.pk])[dead.pk]
        assert queries.search(items=WHO, purpose="JUKI-COUNTER", by=clerk, at=at) == ([], False)
    system = registered(CHIYODA, "juki.query", at=at)
    asked = {"purpose": "JUKI-COUNTER", "fields": ["name"]}
    for how in (
        {"items": {"name": "高崎太郎", "sex": "M"}},
        {"items": {"birth_date": "1980-02-17", "sex": "M"}},
        {"items": {"name_kana": "タカサキ", "birth_date": "1980-02-17"}},
        {"resident_code": dead.resident_code},
        {"individual_number": number},
    ):
        answer = system.post(QUERIES, asked | how)
        assert answer.status_code == 200, answer.content
        assert (answer.json()["result"], answer.headers["X-Delivered-Count"]) == ("NOT_FOUND", "0")
    assert population.count(by=registry_operator, at=at) == 0


@pytest.mark.django_db(transaction=True)
def test_no_bulk_query_delivers_somebody_removed_by_any_way_of_asking(dead, clerk, at):
    with acting(clerk.scope):
        number = numbers.open_numbers([dead.pk])[dead.pk]
    rows = [
        {"name": "高崎太郎", "birth_date": "1980-02-17"},
        {"name_kana": "タカサキ　タロウ", "birth_date": "1980-02-17"},
        {"name": "高崎太郎", "birth_date": "1980-02-00"},
        {"name_kana": "タカサキ　タロウ", "birth_date": "1980-02-00"},
        {"resident_code": dead.resident_code},
        {"individual_number": number},
    ]
    file = io.StringIO()
    writer = csv.DictWriter(file, HEADING.split(","))
    writer.writeheader()
    writer.writerows({"key": str(place)} | cells for place, cells in enumerate(rows))
    system = registered(CHIYODA, "juki.query_bulk", at=at)
    path = PATH.replace("B1-77", "JUKI-COUNTER")
    job = system.call("POST", path, file.getvalue().encode(), "text/csv").json()["id"]
    assert running.run_job(job) == "SUCCEEDED"
    text = b"".join(system.get(f"/api/v1/jobs/{job}/result").streaming_content).decode("utf-8-sig")
    answers = [line[1:] for line in list(csv.reader(io.StringIO(text)))[1:]]
    assert answers == [[str(place), "REMOVED", "", "", ""] for place in range(len(rows))]


def test_the_page_and_the_paper_say_what_they_are(dead, clerk, at):
    account("counter", CHIYODA, "COUNTER_CLERK", at=at)
    account("next", SHINJUKU, "COUNTER_CLERK", at=at)
    account("operator", "JLIS-JUKI", "REGISTRY_OPERATOR", at=at)
    counter, next_counter = sign_in(Client(), "counter"), sign_in(Client(), "next")
    found = counter.post("/juki/removed/", {"name": "高崎太郎", "sex": "M"}).content.decode()
    assert "髙﨑　太郎" in found
    assert "2つ以上を入力" in counter.post("/juki/removed/", {"name": "高崎太郎"}).content.decode()
    page = f"/juki/removed/{dead.pk}/2/"
    shown = counter.get(page).content.decode()
    assert "現在の住所等を示すものではありません" in shown
    assert "廃棄を申し出る" not in shown
    answer = counter.post(f"{page}paper/")
    assert answer.content.startswith(b"%PDF")
    assert next_counter.get(page).status_code == next_counter.post(f"{page}paper/").status_code == 404
    assert sign_in(Client(), "operator").get(page).status_code == counter.get("/juki/retention/").status_code == 403
    with acting(SYSTEM):
        assert AuditEntry.objects.filter(action="juki.removed_record_issued", subject=dead.pk).count() == 1


@needs_poppler
def test_the_paper_has_the_removal_and_no_code(dead, clerk, at):
    account("counter", CHIYODA, "COUNTER_CLERK", at=at)
    answer = sign_in(Client(), "counter").post(f"/juki/removed/{dead.pk}/2/paper/")
    printed = "".join(text_of(answer.content).split())
    assert "消除の事由死亡" in printed
    assert "除票の写しではありません" in printed
    assert dead.resident_code not in printed


def test_the_years_are_dated_data():
    before, since = date(2019, 6, 19), date(2019, 6, 20)
    assert [policy_of(DataClass.REMOVED_RECORD, day).years for day in (before, since)] == [5, 150]
    assert {policy.data_class for policy in policies_on(since)} == set(DataClass)
    with pytest.raises(LookupError):
        policy_of(DataClass.REMOVED_RECORD, date(2000, 1, 1))
    assert (kept_until(date(2026, 11, 20), 150), kept_until(date(2024, 2, 29), 150)) == (
        date(2176, 11, 20), date(2174, 2, 28),
    )  # fmt: skip
    assert not is_due(date(2026, 11, 20), date(2176, 11, 20), 150)
    assert is_due(date(2026, 11, 20), date(2176, 11, 21), 150)
    longer = RetentionPolicy(DataClass.REMOVED_RECORD, "除票", "―", 200, StartEvent.REMOVAL, date(2100, 1, 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(law, "POLICIES", (*law.POLICIES, longer))
        assert policy_of(DataClass.REMOVED_RECORD, date(2176, 11, 21)).years == 200


def versions_left(resident):
    with acting(REGISTRY):
        return IdentityRecord.objects.filter(resident=resident.pk).count()


def test_what_is_due_is_listed_and_stays(dead, clerk, outsider, at):
    def due(by, day):
        with acting(by.scope):
            return [(row.resident, policy.years) for row, policy in selectors.due(day)]

    assert due(clerk, date(2176, 11, 20)) == []
    assert due(clerk, date(2176, 11, 21)) == [(dead.pk, 150)]
    assert due(outsider, date(2176, 11, 21)) == []
    assert versions_left(dead) == 2


def test_before_its_time_nothing_is_disposed_of(dead, clerk, at):
    for moment in (at, Moment.of(date(2176, 11, 20))):
        with pytest.raises(Conflict) as refusal:
            disposals.ask(resident=dead.pk, version=2, reason="満了", by=clerk, at=moment)
        assert refusal.value.code == "not_due"


def test_two_people_and_a_reason_dispose_and_the_chain_keeps_it(dead, clerk, outsider, at):
    told = {"resident": dead.pk, "version": 2, "at": LATER}
    for reason in (" ", "あ" * 401):
        with pytest.raises(Invalid):
            disposals.ask(reason=reason, by=clerk, **told)
    for stranger, refusal in ((outsider, NotFound), (actor(CHIYODA, "COUNTER_CLERK"), Forbidden)):
        with pytest.raises(refusal):
            disposals.ask(reason="満了", by=stranger, **told)
    wish = disposals.ask(reason="保存期間の満了", by=clerk, **told)
    with pytest.raises(Conflict):
        disposals.ask(reason="満了", by=SECOND, **told)
    assert versions_left(dead) == 2
    for stranger, refusal in ((clerk, Forbidden), (outsider, NotFound), (actor(CHIYODA, "COUNTER_CLERK"), Forbidden)):
        with pytest.raises(refusal):
            disposals.decide(disposal=wish.pk, grant=True, by=stranger, at=LATER)
    done = disposals.decide(disposal=wish.pk, grant=True, by=SECOND, at=LATER)
    assert (done.outcome, done.versions, versions_left(dead)) == ("DISPOSED", 2, 0)
    with pytest.raises(Conflict):
        disposals.decide(disposal=wish.pk, grant=True, by=replace(SECOND, id="another"), at=LATER)
    assert search(clerk, LATER) == []
    with acting(SYSTEM):
        entries = AuditEntry.objects.filter(action__in=["juki.disposal_asked", "juki.disposed"])
        assert {(entry.action, entry.subject, entry.actor_id) for entry in entries} == {
            ("juki.disposal_asked", dead.pk, clerk.id), ("juki.disposed", dead.pk, SECOND.id)
        }  # fmt: skip
    assert {each.name for each in run() if each.name.startswith("juki.") and not each.agrees} == set()


def test_a_refusal_keeps_the_record_and_it_may_be_asked_again(dead, clerk, at):
    told = {"resident": dead.pk, "version": 2, "reason": "満了", "by": clerk, "at": LATER}
    wish = disposals.ask(**told)
    assert disposals.decide(disposal=wish.pk, grant=False, by=SECOND, at=LATER).outcome == "REFUSED"
    assert versions_left(dead) == 2
    assert disposals.ask(**told).outcome == ""


def test_what_came_after_the_removal_is_not_disposed_of_with_it(clerk, outsider, at):
    for town in (clerk, outsider):
        with_codes(town, at)
    resident = living(clerk, at)
    leaves(resident, by=clerk, at=at)
    arrives(resident, by=outsider, at=at)
    wish = disposals.ask(resident=resident.pk, version=2, reason="満了", by=clerk, at=LATER)
    disposals.decide(disposal=wish.pk, grant=True, by=SECOND, at=LATER)
    with acting(REGISTRY):
        assert list(IdentityRecord.objects.filter(resident=resident.pk).values_list("version", "office")) == [
            (3, SHINJUKU)
        ]
        assert resident_with(resident.resident_code).state == "CURRENT"


def test_the_database_itself_lets_no_other_row_go(dead, clerk, at):
    wish = disposals.ask(resident=dead.pk, version=2, reason="満了", by=clerk, at=LATER)
    with acting(REGISTRY), connection.cursor() as cursor:
        cursor.execute("DELETE FROM juki_identityrecord")
        assert cursor.rowcount == 0
    assert versions_left(dead) == 2
    with pytest.raises(IntegrityError), transaction.atomic(), acting(REGISTRY):
        Disposal.objects.filter(pk=wish.pk).update(decided_by=clerk.id, outcome="DISPOSED", decided_at=at.instant)
    for scope, seen in ((clerk.scope, 1), (Scope("jlis_municipal", SHINJUKU), 0), (Scope("jlis_municipal", ""), 0)):
        with acting(scope):
            assert Disposal.objects.count() == seen


def test_the_retention_page_takes_a_wish_and_the_second_persons_answer(dead, clerk, at, settings):
    for name in ("first", "second"):
        account(name, CHIYODA, "SUPERVISOR", at=at)
    first, second = sign_in(Client(), "first"), sign_in(Client(), "second")
    assert "150年" in first.get("/juki/retention/").content.decode()
    ask = f"/juki/removed/{dead.pk}/2/disposal/"
    assert "満了していない" in first.post(ask, {"note": "満了"}).content.decode()
    settings.JLIS_TODAY = LATER.day
    assert "1件" in first.get("/juki/retention/").content.decode()
    assert "廃棄を申し出ました" in first.post(ask, {"note": "満了"}, follow=True).content.decode()
    assert "別の人が決定します" in first.get("/juki/retention/").content.decode()
    with acting(REGISTRY):
        page = f"/juki/retention/{Disposal.objects.get().pk}/"
    assert first.post(page, {"answer": "dispose"}).status_code == 403
    assert "除票を廃棄しました" in second.post(page, {"answer": "dispose"}, follow=True).content.decode()
    assert versions_left(dead) == 0


# --- 附票の除票 ---


@pytest.fixture
def removed_supplementary(dead, outsider, at):
    """The 附票 of the dead, kept and removed by the next town."""
    told(notice(dead, day="2026-11-01"), by=outsider, at=at)
    told(notice(dead, "S06", "s-2", "2026-11-20"), by=outsider, at=at)
    return dead


SUPPLEMENTARY = {"data_class": DataClass.REMOVED_SUPPLEMENTARY, "version": 2, "reason": "保存期間の満了"}
OTHER_CHIEF = actor(SHINJUKU, "SUPERVISOR", number=2)


def kept(resident):
    with acting(REGISTRY):
        return SupplementaryRecord.objects.filter(resident=resident.pk).count()


def test_a_removed_supplementary_is_due_and_disposed_of_by_two_of_its_honseki(
    removed_supplementary, clerk, outsider, at
):
    dead = removed_supplementary
    for by, count in ((outsider, 1), (clerk, 0)):
        with acting(by.scope):
            assert len(selectors.due_supplementary(LATER.day)) == count
            assert selectors.due_supplementary(date(2176, 11, 20)) == []
    with pytest.raises(Conflict) as early:
        disposals.ask(resident=dead.pk, **SUPPLEMENTARY, by=outsider, at=at)
    assert early.value.code == "not_due"
    for stranger, refusal in ((clerk, NotFound), (actor(SHINJUKU, "COUNTER_CLERK"), Forbidden)):
        with pytest.raises(refusal):
            disposals.ask(resident=dead.pk, **SUPPLEMENTARY, by=stranger, at=LATER)
    wish = disposals.ask(resident=dead.pk, **SUPPLEMENTARY, by=outsider, at=LATER)
    with acting(outsider.scope):
        assert selectors.due_supplementary(LATER.day) == []
    with pytest.raises(Forbidden):
        disposals.decide(disposal=wish.pk, grant=True, by=outsider, at=LATER)
    done = disposals.decide(disposal=wish.pk, grant=True, by=OTHER_CHIEF, at=LATER)
    assert (done.outcome, done.versions, kept(dead), versions_left(dead)) == ("DISPOSED", 2, 0, 2)
    assert {each.name for each in run() if each.name.startswith("juki.") and not each.agrees} == set()


def test_a_decision_about_one_class_lets_nothing_of_the_other_go(removed_supplementary, clerk, outsider, at):
    """The same person, the same office, the same version: each class has its own decision, in the database as well."""
    dead = removed_supplementary
    told(notice(dead, "S01", "k-1", "2026-11-21"), by=clerk, at=at)
    told(notice(dead, "S08", "k-2", "2026-11-21"), by=clerk, at=at)
    wish = disposals.ask(resident=dead.pk, version=2, reason="満了", by=clerk, at=LATER)
    disposals.decide(disposal=wish.pk, grant=True, by=SECOND, at=LATER)
    assert (versions_left(dead), kept(dead)) == (0, 4)
    with acting(REGISTRY), connection.cursor() as cursor:
        cursor.execute("DELETE FROM juki_supplementaryrecord")
        assert cursor.rowcount == 0
    # The same again of the other class is not "asked already".
    again = disposals.ask(resident=dead.pk, **SUPPLEMENTARY | {"version": 4}, by=clerk, at=LATER)
    disposals.decide(disposal=again.pk, grant=True, by=SECOND, at=LATER)
    assert kept(dead) == 2


def test_a_present_supplementary_is_never_disposed_of(dead, outsider, at):
    told(notice(dead, day="2026-11-01"), by=outsider, at=at)
    with pytest.raises(NotFound):
        disposals.ask(resident=dead.pk, **SUPPLEMENTARY | {"version": 1}, by=outsider, at=LATER)


def test_the_retention_page_lists_both_classes(removed_supplementary, at, settings):
    account("shinjuku", SHINJUKU, "SUPERVISOR", at=at)
    account("shinjuku2", SHINJUKU, "SUPERVISOR", at=at)
    account("clerk", SHINJUKU, "COUNTER_CLERK", at=at)
    first, second = sign_in(Client(), "shinjuku"), sign_in(Client(), "shinjuku2")
    settings.JLIS_TODAY = LATER.day
    page = first.get("/juki/retention/").content.decode()
    ask = f"/juki/supplementary/{removed_supplementary.pk}/2/disposal/"
    assert ask in page
    assert sign_in(Client(), "clerk").get(ask).status_code == 403
    first.post(ask, {"note": "満了"})
    with acting(REGISTRY):
        wish = Disposal.objects.get()
    told_so = second.post(f"/juki/retention/{wish.pk}/", {"answer": "dispose"}, follow=True).content.decode()
    assert "戸籍の附票の除票を廃棄しました" in told_so
    assert kept(removed_supplementary) == 0
