"""J11: what a query and an extract give of somebody covered: withheld, or by law with the flag, by the day."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.jobs import running
from jlis.kernel.jobs import services as jobs
from jlis.kernel.time import Moment
from juki.selectors import residents
from juki.selectors.residents import FourItems
from juki.services import affairs, extracts, queries, result_files
from tests.conftest import CHIYODA, SHINJUKU, TOKYO, actor
from tests.juki.factories import grown, tell, with_codes
from tests.juki.protection import SECRET, applied, ended, officer, registered

NAME = FourItems(name="髙﨑　太郎", sex="M")
BY_ADDRESS = FourItems(address=SECRET, sex="M")


@pytest.fixture
def covered(db, clerk, at):
    resident = registered(clerk, at)
    applied(resident, at)
    return resident


def provide(clerk, at, items=NAME, **keys):
    asked = {"purpose": "JUKI-COUNTER", "fields": ["name", "address", "municipality"]} | keys
    if "resident_code" not in keys:
        asked["items"] = items
    by = actor(CHIYODA, number=3)
    by = by.__class__(**{**vars(by), "permissions": frozenset({"juki.query"})})
    with acting(by.scope):
        return queries.provide(**asked, by=by, at=at)


def entitled(registry_operator, at, basis="住民基本台帳法30条の10"):
    with acting(registry_operator.scope):
        return affairs.entitle_to_protected_address(
            affair_code="JUKI-COUNTER", organisation=CHIYODA, basis=basis, by=registry_operator, at=at
        )


def test_by_default_the_address_and_the_town_are_withheld_and_the_answer_says_so(covered, clerk, at):
    (person,) = provide(clerk, at).persons
    assert person == {"name": "髙﨑　太郎", "address": None, "municipality": None, "protection": "WITHHELD"}
    (person,) = provide(clerk, at, resident_code=covered.resident_code).persons
    assert person["address"] is None


def test_nobody_else_is_marked(covered, clerk, at):
    tell(grown(name="別　人", address="東京都千代田区霞が関一丁目1番1号"), by=clerk, at=at)
    (person,) = provide(clerk, at, FourItems(name="別　人", sex="M")).persons
    assert "protection" not in person
    assert person["address"] == "東京都千代田区霞が関一丁目1番1号"


def test_by_the_address_a_neighbour_is_found_and_the_covered_person_is_not_counted(covered, clerk, at):
    tell(grown(name="隣　人", address=SECRET), by=clerk, at=at)
    answer = provide(clerk, at, BY_ADDRESS)
    assert (answer.result, [person["name"] for person in answer.persons]) == ("MATCHED", ["隣　人"])


def test_a_wrong_address_tells_no_more_than_the_right_one(covered, clerk, at):
    right = FourItems(name="髙﨑　太郎", address=SECRET)
    wrong = FourItems(name="髙﨑　太郎", address="北海道札幌市中央区")
    assert provide(clerk, at, right) == provide(clerk, at, wrong)


def test_who_by_law_still_receives_it_gets_it_with_the_flag_from_the_day_to_the_day(
    covered, clerk, registry_operator, at
):
    entitled(registry_operator, at)
    (person,) = provide(clerk, at).persons
    assert person == {"name": "髙﨑　太郎", "address": SECRET, "municipality": CHIYODA, "protection": "BY_LAW"}
    assert provide(clerk, at, BY_ADDRESS).result == "MATCHED"
    yesterday = Moment(at.instant, at.day - timedelta(days=1))
    assert provide(clerk, yesterday).persons[0]["protection"] == "WITHHELD"
    tomorrow = Moment(at.instant, at.day + timedelta(days=1))
    with acting(registry_operator.scope):
        affairs.end_protected_address(
            affair_code="JUKI-COUNTER", organisation=CHIYODA, by=registry_operator, at=tomorrow
        )
    assert provide(clerk, at).persons[0]["protection"] == "BY_LAW"
    assert provide(clerk, tomorrow).persons[0]["protection"] == "WITHHELD"


def test_the_right_names_its_law_and_is_given_by_the_agency_alone(covered, clerk, registry_operator, at):
    with pytest.raises(Invalid):
        entitled(registry_operator, at, basis=" ")
    with pytest.raises(Forbidden):
        entitled(clerk, at)


def test_each_look_at_somebody_covered_is_to_be_found_as_such(covered, clerk, at):
    provide(clerk, at)
    with acting(clerk.scope):
        queries.search(items=NAME, purpose="JUKI-COUNTER", by=clerk, at=at)
        queries.open_record(resident=covered.pk, purpose="JUKI-COUNTER", by=clerk, at=at)
    with acting(SYSTEM):
        looks = AuditEntry.objects.filter(action__in=["juki.provided", "juki.searched", "juki.viewed"])
        assert [entry.detail["protected"] for entry in looks] == [1, 1, 1]


@pytest.mark.django_db
def test_every_version_is_without_its_address_the_old_ones_too(clerk, at):
    resident = registered(clerk, at)
    tell(
        {"key": "m", "reason": "M01", "changed_on": "2026-11-20", "resident_code": resident.resident_code,
         "address": "東京都千代田区一番町1番地"},
        by=clerk, at=at,
    )  # fmt: skip
    measure = applied(resident, at)
    with acting(clerk.scope):
        assert {row.address for row in residents.history(resident.pk)} == {""}
    ended(measure, at)
    with acting(clerk.scope):
        assert {row.address for row in residents.history(resident.pk)} == {SECRET, "東京都千代田区一番町1番地"}


# --- the prefecture's extract ---

DOCUMENT = {
    "affair": "PREF-DISASTER", "number_affair": "NONE", "ordinance_affair": "NONE", "target": "LATEST",
    "who": "RESIDENT_ON", "from_on": "2026-11-21", "items": ["municipality", "name", "address"], "encoding": "UTF-8",
}  # fmt: skip


@pytest.fixture
def operator():
    return actor(TOKYO, "EXTRACT_OPERATOR", kind="PREFECTURE")


def asked(operator, at, **changes):
    approver = actor(TOKYO, "EXTRACT_APPROVER", kind="PREFECTURE", number=2)
    with acting(operator.scope):
        job = extracts.request(document=DOCUMENT | changes, by=operator, at=at)
    with acting(approver.scope):
        jobs.decide(job_id=job.pk, approve=True, reason="", by=approver, at=at)
    assert running.run_job(job.pk) == "SUCCEEDED"
    return job


def fetched(operator, job, fetch=jobs.fetch_result):
    with acting(operator.scope):
        _, path = fetch(job_id=job.pk, by=operator, at=Moment.of(job.created_at))
        return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


@pytest.mark.django_db(transaction=True)
def test_an_extract_leaves_the_cells_empty_and_reports_the_rows(clerk, operator, at):
    with_neighbour = registered(clerk, at)
    tell(grown(name="安　全", name_kana="ア", address="東京都千代田区一番町1番地"), by=clerk, at=at)
    applied(with_neighbour, at)
    job = asked(operator, at)
    assert fetched(operator, job)[1:] == [
        ["131016", "安　全", "東京都千代田区一番町1番地"],
        ["", "髙﨑　太郎", ""],
    ]
    report = fetched(operator, job, jobs.fetch_report)
    assert report[1:] == [["2", "支援措置対象（住所・市町村コードは空欄）", "", "", ""]]
    with acting(SYSTEM):
        assert AuditEntry.objects.get(action="juki.extracted").detail["protected"] == 1


@pytest.mark.django_db(transaction=True)
def test_the_place_among_the_rows_does_not_tell_the_town(clerk, outsider, operator, at):
    """By kana the covered person would stand first of the first town."""
    applied(registered(clerk, at, name_kana="ア"), at)
    with_codes(outsider, at, size=5)
    for by, name in ((clerk, "千　代"), (outsider, "新　宿")):
        tell(grown(name=name, name_kana="カ"), by=by, at=at)
    assert [row[1] for row in fetched(operator, asked(operator, at))[1:]] == ["千　代", "新　宿", "髙﨑　太郎"]


@pytest.mark.django_db(transaction=True)
def test_an_extract_of_some_towns_does_not_tell_a_town_by_the_row_itself(clerk, operator, at):
    applied(registered(clerk, at), at)
    tell(grown(name="安　全", name_kana="ア", address="東京都千代田区一番町1番地"), by=clerk, at=at)
    limited = {"municipalities": [CHIYODA]}
    with acting(operator.scope):
        assert extracts.preview(document=DOCUMENT | limited, by=operator, at=at) == 1
        assert extracts.preview(document=DOCUMENT, by=operator, at=at) == 2
    job = asked(operator, at, **limited)
    assert [row[1] for row in fetched(operator, job)[1:]] == ["安　全"]
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="juki.extracted")
        assert (entry.detail["protected"], entry.detail["left_out"], entry.subject_count) == (0, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_what_is_said_of_an_extract_is_the_same_for_the_town_of_somebody_covered_and_for_any_other(clerk, operator, at):
    """Asked for town by town with the birth date, nothing but the audit tells where the person is."""
    applied(registered(clerk, at), at)
    said = []
    for town in (CHIYODA, SHINJUKU):
        job = asked(operator, at, municipalities=[town], born_from="1980-02-17", born_to="1980-02-17")
        with acting(SYSTEM):
            job.refresh_from_db()
        summary = {key: value for key, value in job.summary.items() if key != "links"}
        said.append([summary, job.result_size, fetched(operator, job), fetched(operator, job, jobs.fetch_report)])
    assert said[0] == said[1]
    assert said[0][3][1:] == [["", result_files.LEAVES_OUT, "", "", ""]]


@pytest.mark.django_db(transaction=True)
def test_by_law_an_extract_of_some_towns_has_the_row(clerk, operator, registry_operator, at):
    applied(registered(clerk, at), at)
    with acting(registry_operator.scope):
        affairs.entitle_to_protected_address(
            affair_code="PREF-DISASTER", organisation=TOKYO, basis="災害対策基本法", by=registry_operator, at=at
        )
    with acting(operator.scope):
        document = DOCUMENT | {"municipalities": [CHIYODA]}
        assert extracts.preview(document=document, by=operator, at=at) == 1
    job = asked(operator, at, municipalities=[CHIYODA])
    assert fetched(operator, job)[1:] == [["131016", "髙﨑　太郎", SECRET]]


@pytest.mark.django_db(transaction=True)
def test_by_law_an_extract_has_the_address_and_the_report_its_flag(clerk, operator, registry_operator, at):
    applied(registered(clerk, at), at)
    with acting(registry_operator.scope):
        affairs.entitle_to_protected_address(
            affair_code="PREF-DISASTER", organisation=TOKYO, basis="災害対策基本法", by=registry_operator, at=at
        )
    job = asked(operator, at)
    assert fetched(operator, job)[1:] == [["131016", "髙﨑　太郎", SECRET]]
    assert fetched(operator, job, jobs.fetch_report)[1][1] == "支援措置対象（法令により住所を提供）"


@pytest.mark.django_db(transaction=True)
def test_what_was_drawn_before_the_measure_is_taken_back(clerk, operator, ward_clerk, at):
    resident = registered(clerk, at)
    job = asked(operator, at)
    assert fetched(operator, job)[1][2] == SECRET
    with acting(operator.scope):
        _, path = jobs.fetch_result(job_id=job.pk, by=operator, at=at)
    applied(resident, at, by=officer())
    with pytest.raises(Conflict) as gone:
        fetched(operator, job)
    assert gone.value.code == "result_expired"
    assert not path.exists()
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT state, fault_code FROM kernel_job WHERE id = %s", [job.pk])
        assert cursor.fetchone() == ("EXPIRED", "withdrawn")
