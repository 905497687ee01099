"""What is refused at the edge is a problem document in Japanese, with the right status and nothing done."""

import json

import pytest

from jlis.kernel.faces.rest.throttling import PerClient
from tests.conftest import CHIYODA
from tests.juki.caller import EXTRACTS, NOTIFICATIONS, QUERIES, faults, problem, registered
from tests.juki.factories import birth, with_codes

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/jobs/not-a-uuid", "/api/v1/juki/", "/api/nothing"])
def test_an_address_that_leads_nowhere_is_a_problem_not_a_page(client, path):
    problem(client.get(path), 404)


@pytest.mark.parametrize("path", [f"{NOTIFICATIONS}?state=%00", f"{NOTIFICATIONS}?%00=1", "/api/v1/jobs/%00"])
def test_an_address_with_a_nul_is_refused(town_system, path):
    assert problem(town_system.call("GET", path), 400)["code"] == "nul_character"


@pytest.mark.parametrize("path", ["/?next=%00", "/juki/notices/?page=%00", "/pki/sign/crl/%00"])
def test_outside_the_api_in_plain_words(client, path):
    refused = client.get(path)
    assert (refused.status_code, refused.content.decode()) == (400, "URLにNUL文字（%00）は使えません。\n")


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", NOTIFICATIONS), ("PATCH", NOTIFICATIONS), ("DELETE", NOTIFICATIONS), ("GET", QUERIES), ("GET", EXTRACTS)],
)
def test_a_wrong_method_is_answered_with_those_that_are_allowed(at, method, path):
    system = registered(CHIYODA, "juki.notify", "juki.query", "juki.extract", at=at)
    refused = system.call(method, path, {})
    problem(refused, 405)
    assert "POST" in refused.headers["Allow"]


@pytest.mark.parametrize("content_type", ["text/csv", "application/x-www-form-urlencoded", "application/xml", ""])
def test_a_body_that_is_not_json_by_its_type_is_refused(town_system, content_type):
    problem(town_system.call("POST", NOTIFICATIONS, "key=1", content_type), 415)


@pytest.mark.parametrize("headers", [{}, {"Idempotency_Key": "form"}])
def test_a_form_with_files_is_refused_too(town_system, headers):
    body = "--edge\r\nContent-Disposition: form-data; name=key\r\n\r\n1\r\n--edge--\r\n"
    problem(town_system.call("POST", NOTIFICATIONS, body, "multipart/form-data; boundary=edge", **headers), 415)


def test_an_answer_in_another_form_than_json_is_not_to_be_had(town_system):
    problem(town_system.call("GET", NOTIFICATIONS, Accept="text/csv"), 406)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"key": "1"', "1行12列"),
        (b'[{"key": "1"},\n {"key": }]', "2行10列"),
        (b'{"name": "\xff"}', "11バイト目"),
        ('{"name": "千代田"}'.encode("cp932"), "11バイト目"),
        (rb'{"name": "\ud842"}', "サロゲート"),
        (b'{"sequence": NaN}', "数値"),
        (b'{"sequence": ' + b"9" * 5000 + b"}", "数値"),
        (b"[" * 100_000, "入れ子"),
    ],
)
@pytest.mark.parametrize("path", [NOTIFICATIONS, QUERIES])
def test_an_unreadable_body_is_refused_with_the_place(town_system, path, body, place):
    refused = problem(town_system.post(path, body), 400)
    assert refused["code"] == "not_json"
    assert place in refused["errors"][0]["message"]
    assert refused["errors"][0]["pointer"] == ""


def test_a_query_string_that_is_none_is_refused(town_system):
    problem(town_system.get(f"{NOTIFICATIONS}?limit=%zz"), 400)


@pytest.mark.parametrize("headers", [{}, {"Idempotency_Key": "large"}])
def test_a_body_beyond_the_limit_is_refused_unread(town_system, headers):
    body = b'{"name": "' + b"a" * (5 * 1024 * 1024) + b'"}'
    assert problem(town_system.post(NOTIFICATIONS, body, **headers), 413)["code"] == "body_too_large"


def test_who_calls_too_often_is_told_when_to_come_back(town_system, monkeypatch):
    monkeypatch.setattr(PerClient, "rate", "2/min", raising=False)
    assert [town_system.get(NOTIFICATIONS).status_code for _ in range(2)] == [200, 200]
    refused = town_system.get(NOTIFICATIONS)
    wait = refused.headers["Retry-After"]
    assert 1 <= int(wait) <= 61
    assert problem(refused, 429)["detail"] == f"{wait}秒待ってから呼び出してください。"


def test_calls_of_the_minute_before_count_as_far_as_it_reaches_back(town_system, monkeypatch):
    monkeypatch.setattr(PerClient, "rate", "4/min", raising=False)
    clock = [6000.0]
    monkeypatch.setattr(PerClient, "timer", lambda self: clock[0])

    def called(times: int) -> list[int]:
        return [town_system.get(NOTIFICATIONS).status_code for _ in range(times)]

    assert called(5) == [200, 200, 200, 200, 429]
    clock[0] += 75  # three quarters of the minute before are left: three calls and this one
    assert called(2) == [200, 429]
    clock[0] += 120
    assert called(5) == [200, 200, 200, 200, 429]


def test_calls_are_counted_for_each_client_alone(town_system, next_system, monkeypatch):
    monkeypatch.setattr(PerClient, "rate", "1/min", raising=False)
    assert [system.get(NOTIFICATIONS).status_code for system in (town_system, next_system, town_system)] == [
        200, 200, 429
    ]  # fmt: skip


def test_a_crash_tells_a_number_to_ask_about_and_nothing_of_what_was_sent(town_system, clerk, at, monkeypatch):
    with_codes(clerk, at)

    def crash(**_):
        raise RuntimeError("千代田花子 at line 1")

    monkeypatch.setattr("juki.services.notifications.receive", crash)
    refused = town_system.post(NOTIFICATIONS, birth())
    assert problem(refused, 500)["instance"] == f"urn:uuid:{refused.headers['X-Request-Id']}"
    assert "千代田花子" not in refused.content.decode()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (birth(sex="X"), "/sex"),
        ([birth(), birth(sex="X")], "/1/sex"),
        ({"notifications": [birth(), birth(sex="X")]}, "/notifications/1/sex"),
    ],
)
def test_a_pointer_leads_to_the_value_in_the_body_as_it_was_sent(town_system, clerk, at, body, pointer):
    with_codes(clerk, at)
    (fault,) = problem(town_system.post(NOTIFICATIONS, body), 400)["errors"]
    assert fault["pointer"] == pointer
    found = json.loads(json.dumps(body))
    for step in pointer.split("/")[1:]:
        found = found[int(step) if isinstance(found, list) else step]
    assert found == "X"


def test_a_fault_within_a_list_names_the_list(town_system):
    asked = {"purpose": "JUKI-COUNTER", "fields": ["name", {}], "resident_code": "1"}
    refused = town_system.post(QUERIES, asked)
    assert faults(refused) == {(None, "fields", "invalid")}
    assert problem(refused, 400)["errors"][0]["pointer"] == "/fields/1"
