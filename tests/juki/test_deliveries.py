"""配信: put up by the centre, fetched and reported by towns over the line; nobody else's, and no receipt unproved."""

import csv
import hashlib
import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge, Unprocessable
from jlis.kernel.isolation.scope import SYSTEM, acting
from juki.choices import DeliveryState
from juki.domain.changes import REASONS
from juki.domain.deliveries import MOVES, Kind, State, is_overdue
from juki.models import DeliveryTarget
from juki.services import code_tables, deliveries
from juki.services.deliveries import Parcel
from tests.conftest import CHIYODA, SHINJUKU, TSURUMI, YOKOHAMA, actor, client_of
from tests.jpki.people import account, sign_in
from tests.juki.caller import problem, registered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
DELIVERIES = "/api/v1/juki/deliveries"
DUE = date(2026, 12, 21)
CONTENT = "コード,名称\r\n1,見本\r\n".encode()
TABLE = Parcel(Kind.CODE_TABLE, "見本表", "1", "sample.csv", CONTENT)


@pytest.fixture
def package(registry_operator, at):
    return deliveries.publish(parcel=TABLE, offices=[CHIYODA, SHINJUKU], due_on=DUE, by=registry_operator, at=at)


def report(package, verb, *, by, at, office=CHIYODA, **told):
    told.setdefault("sha256", package.sha256)
    return deliveries.report(package_id=package.pk, office=office, verb=verb, by=by, at=at, **told)


def brought_to(package, state, *, by, at):
    """Chiyoda's row, brought to a state by its own reports."""
    way = {"WAITING": [], "RECEIVED": ["receive"], "APPLIED": ["receive", "apply"], "FAILED": ["receive", "fail"]}
    for verb in way[state]:
        report(package, verb, by=by, at=at, reason="容量不足" if verb == "fail" else "")


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("verb", list(MOVES))
def test_a_report_is_taken_where_the_table_says_so_and_nowhere_else(package, clerk, at, state, verb):
    brought_to(package, state.value, by=clerk, at=at)
    if state in MOVES[verb].sources:
        told = report(package, verb, by=clerk, at=at, reason="容量不足")
        assert (told.state, told.reported_by) == (MOVES[verb].target.value, clerk.label)
        with acting(SYSTEM):
            assert AuditEntry.objects.filter(action=MOVES[verb].audit_word).exists()
    else:
        with pytest.raises(Conflict):
            report(package, verb, by=clerk, at=at, reason="容量不足")


def test_a_receipt_without_the_digest_of_what_was_put_up_does_not_count(package, clerk, at):
    for wrong in ("", "0" * 64):
        with pytest.raises(Unprocessable):
            report(package, "receive", by=clerk, at=at, sha256=wrong)
    with acting(clerk.scope):
        assert DeliveryTarget.objects.get().state == DeliveryState.WAITING


def test_a_failure_says_why_and_a_later_success_forgets_it(package, clerk, at):
    report(package, "receive", by=clerk, at=at)
    with pytest.raises(Invalid):
        report(package, "fail", by=clerk, at=at, reason=" ")
    assert report(package, "fail", by=clerk, at=at, reason="容量不足").reason == "容量不足"
    assert report(package, "apply", by=clerk, at=at).reason == ""


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, Conflict),
        ({"version": "2"}, Conflict),
        ({"version": ""}, Invalid),
        ({"version": "2", "content": b""}, Invalid),
        ({"version": "2", "content": b"x" * (20 * 1024 * 1024 + 1)}, TooLarge),
    ],
)
def test_a_version_is_put_up_once_and_differs_from_those_before(package, registry_operator, at, changes, refusal):
    parcel = Parcel(**{**vars(TABLE), **changes})
    with pytest.raises(refusal):
        deliveries.publish(parcel=parcel, offices=[CHIYODA], due_on=DUE, by=registry_operator, at=at)


@pytest.mark.parametrize(
    ("offices", "due_on", "refusal"),
    [
        ([], DUE, Invalid),
        ([CHIYODA], date(2026, 11, 20), Invalid),
        ([YOKOHAMA], DUE, NotFound),
        (["999999"], DUE, NotFound),
    ],
)
def test_it_goes_to_offices_and_is_due_in_the_future(registry_operator, at, offices, due_on, refusal):
    with pytest.raises(refusal):
        deliveries.publish(parcel=TABLE, offices=offices, due_on=due_on, by=registry_operator, at=at)


def test_whom_it_is_not_for_and_whose_duty_it_is_not(package, ward_clerk, clerk, outsider, registry_operator, at):
    for stranger, office in ((ward_clerk, TSURUMI), (outsider, CHIYODA), (ward_clerk, CHIYODA)):
        with pytest.raises(NotFound):
            report(package, "receive", by=stranger, at=at, office=office)
        with pytest.raises(NotFound):
            deliveries.fetch(package_id=package.pk, office=office, by=stranger, at=at)
    with pytest.raises(Forbidden):
        report(package, "receive", by=actor(CHIYODA, "COUNTER_CLERK"), at=at)
    with pytest.raises(Forbidden):
        deliveries.publish(parcel=TABLE, offices=[CHIYODA], due_on=DUE, by=clerk, at=at)
    with pytest.raises(Forbidden):
        deliveries.remind(package_id=package.pk, by=clerk, at=at)


def test_a_town_sees_its_own_rows_alone_and_the_centre_all(package, clerk, registry_operator, rows):
    with acting(clerk.scope):
        assert rows("juki_deliverytarget") == 1
    with acting(registry_operator.scope):
        assert rows("juki_deliverytarget") == 2


def test_a_reminder_reaches_whoever_has_not_applied(package, clerk, outsider, registry_operator, at):
    brought_to(package, "APPLIED", by=clerk, at=at)
    assert deliveries.remind(package_id=package.pk, by=registry_operator, at=at) == 1
    with acting(registry_operator.scope):
        reminded = dict(DeliveryTarget.objects.values_list("office", "reminded_at"))
    assert reminded[CHIYODA] is None
    assert reminded[SHINJUKU] == at.instant


def test_the_project_s_own_code_tables_are_whole_and_open_in_excel(registry_operator, at):
    table, reasons = code_tables.make("reasons", by=registry_operator, at=at)
    assert reasons.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(reasons.decode("utf-8-sig"))))
    assert {row["異動事由コード"] for row in rows} == {reason.value for reason in REASONS}
    with acting(registry_operator.scope):
        _, towns = code_tables.make("municipalities", by=registry_operator, at=at)
    rows = {row["団体コード"]: row for row in csv.DictReader(io.StringIO(towns.decode("utf-8-sig")))}
    assert len(rows) > 1_800
    assert (rows[CHIYODA]["都道府県"], rows[CHIYODA]["名称"]) == ("東京都", "千代田区")
    assert rows[YOKOHAMA]["住民を登録する団体"] == "0"
    assert table.name == "異動事由コード表"


def test_overdue_is_what_is_not_applied_after_the_day():
    assert not is_overdue(State.WAITING, DUE, DUE)
    assert is_overdue(State.FAILED, DUE, date(2026, 12, 22))
    assert not is_overdue(State.APPLIED, DUE, date(2026, 12, 22))


# REST


@pytest.fixture
def town(at):
    return registered(CHIYODA, "juki.receive_deliveries", at=at)


def test_a_town_s_system_fetches_proves_and_reports(package, town):
    (listed,) = town.get(f"{DELIVERIES}?state=waiting").json()["results"]
    assert (listed["delivery"], listed["name"], listed["state"]) == (str(package.pk), "見本表", "waiting")
    fetched = town.get(f"{DELIVERIES}/{package.pk}/content")
    assert fetched.content == CONTENT
    assert fetched.headers["ETag"] == f'"{listed["sha256"]}"'
    reports = f"{DELIVERIES}/{package.pk}/reports"
    problem(town.post(reports, {"status": "applied"}), 409)
    problem(town.post(reports, {"status": "received", "sha256": "0" * 64}), 422)
    receipt = {"status": "received", "sha256": hashlib.sha256(fetched.content).hexdigest()}
    assert town.post(reports, receipt).json()["state"] == "received"
    assert town.post(reports, {"status": "applied"}).json()["state"] == "applied"
    assert town.get(f"{DELIVERIES}?state=waiting").json()["results"] == []


def test_the_next_town_and_another_token_get_nothing(registry_operator, at):
    package = deliveries.publish(parcel=TABLE, offices=[CHIYODA], due_on=DUE, by=registry_operator, at=at)
    neighbour = registered(SHINJUKU, "juki.receive_deliveries", at=at)
    assert neighbour.get(DELIVERIES).json()["results"] == []
    problem(neighbour.get(f"{DELIVERIES}/{package.pk}/content"), 404)
    problem(neighbour.get(f"{DELIVERIES}/{package.pk}/content?municipality={CHIYODA}"), 404)
    problem(neighbour.post(f"{DELIVERIES}/{package.pk}/reports", {"status": "applied"}), 404)
    problem(registered(CHIYODA, "juki.notify", at=at).get(DELIVERIES), 403)


def test_a_city_reports_for_its_wards(registry_operator, at):
    package = deliveries.publish(parcel=TABLE, offices=[TSURUMI], due_on=DUE, by=registry_operator, at=at)
    city = client_of(YOKOHAMA, "juki.receive_deliveries", kind="CITY")
    assert report(package, "receive", by=city, at=at, office=TSURUMI).state == "RECEIVED"


# Screens


def at_the_desk(organisation, duty, at):
    account(f"who-{duty.lower()}-{organisation}", organisation, duty, at=at)
    return sign_in(Client(), f"who-{duty.lower()}-{organisation}")


FORM = {"version": "2", "due_on_era": "AD", "due_on_year": "2999", "due_on_month": "1", "due_on_day": "31"}


def test_the_centre_puts_up_a_code_table_and_a_file_and_sees_who_is_left(package, at, clerk):
    centre = at_the_desk("JLIS-JUKI", "REGISTRY_OPERATOR", at)
    told = centre.post("/juki/deliveries/new/", FORM | {"table": "reasons", "offices": f"{CHIYODA}\n{SHINJUKU}"})
    assert told.status_code == 302, told.content.decode()
    file = SimpleUploadedFile("更新 3.2.zip", b"PK")
    told = centre.post(
        "/juki/deliveries/new/",
        FORM | {"table": "FILE", "kind": "PROGRAM", "name": "業務プログラム", "content": file, "offices": CHIYODA},
    )
    assert told.status_code == 302, told.content.decode()
    page = centre.get("/juki/deliveries/").content.decode()
    for words in ("異動事由コード表", "業務プログラム", "見本表"):
        assert words in page
    page = centre.get(f"/juki/deliveries/{package.pk}/").content.decode()
    assert "千代田区" in page
    assert "未受領" in page
    assert centre.post(f"/juki/deliveries/{package.pk}/remind/").status_code == 302
    with acting(clerk.scope):
        assert DeliveryTarget.objects.get(package=package).reminded_at


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"table": "FILE", "kind": "PROGRAM"}, "ファイルを配信するときは入力してください。"),
        ({"table": "reasons", "offices": "131017"}, "市区町村コードではありません"),
        ({"table": "reasons", "offices": YOKOHAMA}, "住民を登録する団体ではありません"),
        ({"table": "reasons", "due_on_year": "2001"}, "適用期限に過去の日付は使えません。"),
    ],
)
def test_a_form_at_fault_is_shown_again_with_the_cause(at, changes, words):
    centre = at_the_desk("JLIS-JUKI", "REGISTRY_OPERATOR", at)
    answer = centre.post("/juki/deliveries/new/", FORM | changes)
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_a_supervisor_receives_reports_and_says_why_not(package, at):
    chief = at_the_desk(CHIYODA, "SUPERVISOR", at)
    place = f"/juki/deliveries/{package.pk}/{CHIYODA}"
    assert "見本表" in chief.get("/juki/deliveries/received/").content.decode()
    assert chief.get(f"{place}/file/").content == CONTENT
    assert chief.post(f"{place}/receive/").status_code == 302
    assert "適用できない理由" in chief.get(f"{place}/fail/").content.decode()
    chief.post(f"{place}/fail/", {"reason": "容量不足"})
    assert "容量不足" in chief.get("/juki/deliveries/received/").content.decode()
    chief.post(f"{place}/apply/")
    page = chief.get("/juki/deliveries/received/").content.decode()
    assert "適用済み" in page
    assert chief.get(f"/juki/deliveries/{package.pk}/{SHINJUKU}/file/").status_code == 404
    assert "未適用の配信" in chief.get("/desk/").content.decode()


def test_doors_that_are_shut(package, at):
    clerk = at_the_desk(CHIYODA, "COUNTER_CLERK", at)
    chief = at_the_desk(CHIYODA, "SUPERVISOR", at)
    assert clerk.get("/juki/deliveries/received/").status_code == 403
    for page in ("/juki/deliveries/", "/juki/deliveries/new/", f"/juki/deliveries/{package.pk}/"):
        assert chief.get(page).status_code == 403
    assert chief.post(f"/juki/deliveries/{package.pk}/remind/").status_code == 403
