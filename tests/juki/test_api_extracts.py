"""POST /api/v1/juki/extracts and its job: accepted, approved by a second person, drawn, fetched, or cancelled."""

import csv
import hashlib
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.jobs import running
from jlis.kernel.jobs import services as jobs
from jlis.kernel.jobs.models import Job
from tests.conftest import KANAGAWA, TOKYO, TSURUMI, actor
from tests.juki.caller import EXTRACTS, faults, problem, registered
from tests.juki.factories import grown, tell, with_codes
from tests.juki.test_extracts import document

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def approver():
    """The prefecture's second person."""
    return actor(TOKYO, "EXTRACT_APPROVER", kind="PREFECTURE", number=2)


@pytest.fixture
def residents(clerk, at):
    """Two residents of Chiyoda."""
    with_codes(clerk, at)
    tell(grown(), grown(name="𠮷田　花子", name_kana="ヨシダ　ハナコ", sex="F"), by=clerk, at=at)


def decide(job: str, by, at, *, approve: bool = True, reason: str = "") -> None:
    with acting(by.scope):
        jobs.decide(job_id=job, approve=approve, reason=reason, by=by, at=at)


def body_of(response) -> bytes:
    try:
        return b"".join(response.streaming_content)
    finally:
        response.close()


def test_a_request_waits_for_a_second_person_is_drawn_and_fetched_with_its_digest(
    prefecture_system, residents, approver, at
):
    asked = prefecture_system.post(EXTRACTS, document())
    place = asked.headers["Location"]
    assert asked.status_code == 202
    assert int(asked.headers["Retry-After"]) > 0
    assert asked.json()["state"] == "awaiting_approval"
    assert running.run_job(asked.json()["id"]) is None, "it does not run before it is approved"
    assert problem(prefecture_system.get(f"{place}/result"), 409)["code"] == "no_result"

    decide(asked.json()["id"], approver, at)
    assert prefecture_system.get(place).json()["state"] == "queued"
    assert running.run_job(asked.json()["id"]) == "SUCCEEDED"

    done = prefecture_system.get(place).json()
    assert (done["state"], done["percent"], done["done"], done["summary"]["rows"]) == ("succeeded", 100, 2, 2)
    fetched = prefecture_system.get(f"{place}/result")
    octets = body_of(fetched)
    assert fetched.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    assert fetched.headers["Content-Digest-SHA256"] == done["result"]["sha256"] == hashlib.sha256(octets).hexdigest()
    assert len(octets) == done["result"]["size"]
    names = [row[1] for row in csv.reader(io.StringIO(octets.decode("utf-8-sig")))]
    assert names == ["氏名(漢字)", "髙﨑　太郎", "𠮷田　花子"]


def test_each_fetch_is_written_down_with_the_digest(prefecture_system, residents, approver, at):
    asked = prefecture_system.post(EXTRACTS, document()).json()
    decide(asked["id"], approver, at)
    running.run_job(asked["id"])
    for _ in range(2):
        assert body_of(prefecture_system.get(f"/api/v1/jobs/{asked['id']}/result"))
    with acting(SYSTEM):
        entries = AuditEntry.objects.filter(action="job.result_fetched")
        digests = {entry.detail["sha256"] for entry in entries}
    assert len(entries) == 2
    assert digests == {prefecture_system.get(f"/api/v1/jobs/{asked['id']}").json()["result"]["sha256"]}


def test_what_cp932_lacks_is_told_in_the_report_beside_the_result(prefecture_system, residents, approver, at):
    asked = prefecture_system.post(EXTRACTS, document(encoding="CP932")).json()
    decide(asked["id"], approver, at)
    running.run_job(asked["id"])
    result = prefecture_system.get(f"/api/v1/jobs/{asked['id']}/result")
    report = prefecture_system.get(f"/api/v1/jobs/{asked['id']}/result?part=report")
    assert result.headers["Content-Type"] == "text/csv; charset=Shift_JIS"
    assert "吉田".encode("cp932") in body_of(result)
    assert "𠮷,U+20BB7,吉" in body_of(report).decode("utf-8-sig")


def test_a_request_that_was_sent_back_tells_so_and_has_no_result(prefecture_system, approver, at):
    asked = prefecture_system.post(EXTRACTS, document()).json()
    decide(asked["id"], approver, at, approve=False, reason="対象の団体を絞ること")
    assert prefecture_system.get(f"/api/v1/jobs/{asked['id']}").json()["state"] == "rejected"
    assert running.run_job(asked["id"]) is None
    problem(prefecture_system.get(f"/api/v1/jobs/{asked['id']}/result"), 409)


def test_delete_cancels_what_has_not_run_and_nothing_runs_after(prefecture_system, approver, at):
    asked = prefecture_system.post(EXTRACTS, document()).json()
    place = f"/api/v1/jobs/{asked['id']}"
    assert prefecture_system.call("DELETE", place).status_code == 202
    assert prefecture_system.get(place).json()["state"] == "cancelled"
    assert running.run_job(asked["id"]) is None
    assert problem(prefecture_system.call("DELETE", place), 409)["code"] == "already_finished"


def test_delete_stops_one_at_work_and_leaves_no_result(prefecture_system, residents, approver, at, monkeypatch):
    asked = prefecture_system.post(EXTRACTS, document()).json()
    place = f"/api/v1/jobs/{asked['id']}"
    decide(asked["id"], approver, at)
    begin = running.Run.folder

    def cancelled_meanwhile(run):
        assert prefecture_system.call("DELETE", place).json()["state"] == "running"
        return begin(run)

    monkeypatch.setattr(running.Run, "folder", cancelled_meanwhile)
    assert running.run_job(asked["id"]) == "CANCELLED"
    assert prefecture_system.get(place).json()["state"] == "cancelled"
    problem(prefecture_system.get(f"{place}/result"), 409)
    with acting(SYSTEM):
        assert not AuditEntry.objects.filter(action="juki.extracted").exists(), "nobody was delivered"


def test_a_result_past_its_time_is_gone(prefecture_system, residents, approver, at):
    asked = prefecture_system.post(EXTRACTS, document()).json()
    decide(asked["id"], approver, at)
    running.run_job(asked["id"])
    with acting(SYSTEM):
        Job.objects.update(result_expires_at=timezone.now() - timedelta(seconds=1))
    place = f"/api/v1/jobs/{asked['id']}"
    assert problem(prefecture_system.get(f"{place}/result"), 409)["code"] == "result_expired"
    assert running.expire_results() == 1
    assert prefecture_system.get(place).json()["state"] == "expired"
    assert problem(prefecture_system.get(f"{place}/result"), 409)["code"] == "result_expired"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("part", ["", "/result"])
def test_a_job_of_somebody_else_is_not_there(prefecture_system, town_system, at, method, part):
    asked = prefecture_system.post(EXTRACTS, document()).json()
    place = f"/api/v1/jobs/{asked['id']}{part}"
    expected = 405 if (method, part) == ("DELETE", "/result") else 404
    next_prefecture = registered(KANAGAWA, "juki.extract", at=at)
    without_the_duty = registered(TOKYO, "juki.query", at=at)
    for other in (next_prefecture, without_the_duty, town_system):
        refused = other.call(method, place)
        nowhere = other.call(method, f"/api/v1/jobs/01a1fda4-0000-7000-8000-000000000000{part}")
        found, missing = problem(refused, expected), problem(nowhere, expected)
        assert found | {"instance": ""} == missing | {"instance": ""}
        assert other.get("/api/v1/jobs").json()["results"] == []
    assert prefecture_system.get(f"/api/v1/jobs/{asked['id']}").json()["state"] == "awaiting_approval"


FAULTY = {
    "an empty request": ({"affair": None}, "affair", "required"),
    "no number affair": ({"number_affair": None}, "number_affair", "required"),
    "no ordinance affair": ({"ordinance_affair": None}, "ordinance_affair", "required"),
    "a code with a NUL": ({"affair": "PREF\x00"}, "affair", "not_a_code"),
    "an affair far too long": ({"affair": "A" * 500}, "affair", "not_a_code"),
    "a target that is a list": ({"target": []}, "target", "not_a_choice"),
    "a sex that is a list": ({"sex": ["M"]}, "sex", "not_a_choice"),
    "a week's date": ({"from_on": "2026-W47-6"}, "from_on", "not_a_date"),
    "a date that is a number": ({"from_on": 20261121}, "from_on", "not_a_date"),
    "items that are text": ({"items": "name"}, "items", "not_a_list"),
    "items that are numbers": ({"items": [1]}, "items", "not_a_list"),
    "a municipality with a wrong check digit": ({"municipalities": ["131017"]}, "municipalities", "check_digit"),
    "a municipality that is none": ({"municipalities": ["139998"]}, "municipalities", "unknown_municipality"),
    "an unknown reason": ({"reasons": ["Z9"]}, "reasons", "unknown_reason"),
    "a number without its affair": ({"items": ["individual_number"]}, "number_affair", "required"),
    "a period that ends before it begins": ({"to_on": "2026-11-20"}, "to_on", "before_start"),
}


@pytest.mark.parametrize("what", FAULTY)
def test_a_faulty_request_is_refused_by_field_and_makes_no_job(prefecture_system, what):
    change, field, code = FAULTY[what]
    assert (None, field, code) in faults(prefecture_system.post(EXTRACTS, document(**change)))
    assert prefecture_system.get("/api/v1/jobs").json()["results"] == []


@pytest.mark.parametrize("body", [[], "text", 5])
def test_a_body_that_is_no_request_is_refused(prefecture_system, body):
    assert (None, "", "not_an_object") in faults(prefecture_system.post(EXTRACTS, body if body != "text" else '"x"'))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"affair": "JUKI-COUNTER"}, "purpose"),
        ({"number_affair": "PREF-DISASTER", "items": ["individual_number"]}, "individual_number"),
        ({"affair": "SELF-DISCLOSURE", "ordinance_affair": "B1-77"}, "ordinance_affair"),
        ({"ordinance_affair": "PREF-DISASTER"}, "ordinance_affair"),
        ({"municipalities": [TSURUMI]}, "municipalities"),
    ],
)
def test_what_the_affair_or_the_border_does_not_allow_is_named(prefecture_system, change, field):
    refused = faults(prefecture_system.post(EXTRACTS, document(**change)), 403)
    assert {name for _, name, _ in refused} == {field}
