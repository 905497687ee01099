"""Idempotency-Key: the first answer to the byte, once; never two acts under one key."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection

from jlis.kernel.isolation.scope import acting
from juki.models import Notification
from juki.services import notifications
from tests.conftest import CHIYODA
from tests.juki.caller import EXTRACTS, NOTIFICATIONS, problem, registered
from tests.juki.factories import birth, with_codes
from tests.juki.test_extracts import document


def taken(clerk) -> int:
    with acting(clerk.scope):
        return Notification.objects.count()


@pytest.mark.django_db
def test_the_same_key_and_body_get_the_first_answer_to_the_byte(town_system, clerk, at):
    with_codes(clerk, at)
    notice = birth()

    first = town_system.post(NOTIFICATIONS, notice, Idempotency_Key="once")
    again = town_system.post(NOTIFICATIONS, notice, Idempotency_Key="once")

    assert first.status_code == again.status_code == 200
    assert first.headers["Content-Type"] == again.headers["Content-Type"] == "application/json"
    assert first.json()["results"][0]["status"] == "applied"
    assert again.content == first.content
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert taken(clerk) == 1


@pytest.mark.django_db
def test_a_replayed_job_is_found_where_the_first_answer_said(prefecture_system):
    first = prefecture_system.post(EXTRACTS, document(), Idempotency_Key="draw")
    again = prefecture_system.post(EXTRACTS, document(), Idempotency_Key="draw")

    assert first.status_code == again.status_code == 202
    assert again.headers["Location"] == first.headers["Location"] == f"/api/v1/jobs/{first.json()['id']}"
    assert len(prefecture_system.get("/api/v1/jobs").json()["results"]) == 1


@pytest.mark.django_db
def test_a_used_key_with_another_body_is_refused(town_system, clerk, at):
    with_codes(clerk, at)
    town_system.post(NOTIFICATIONS, birth(), Idempotency_Key="mine")

    assert problem(town_system.post(NOTIFICATIONS, birth(), Idempotency_Key="mine"), 422)["code"] == "key_reused"
    assert taken(clerk) == 1


@pytest.mark.django_db
def test_a_key_is_its_clients_own(town_system, clerk, at):
    with_codes(clerk, at)
    colleague = registered(CHIYODA, "juki.notify", at=at)
    town_system.post(NOTIFICATIONS, birth(), Idempotency_Key="same")

    other = colleague.post(NOTIFICATIONS, birth(), Idempotency_Key="same")

    assert other.status_code == 200
    assert "Idempotency-Replayed" not in other.headers
    assert taken(clerk) == 2


@pytest.mark.django_db
def test_a_refused_call_leaves_its_key_free_for_the_corrected_body(town_system, clerk, at):
    with_codes(clerk, at)
    problem(town_system.post(NOTIFICATIONS, birth(sex="X"), Idempotency_Key="again"), 400)

    assert town_system.post(NOTIFICATIONS, birth(), Idempotency_Key="again").status_code == 200
    assert taken(clerk) == 1


@pytest.mark.django_db
def test_without_a_key_each_call_is_an_act_of_its_own(prefecture_system):
    for _ in range(2):
        assert prefecture_system.post(EXTRACTS, document()).status_code == 202
    assert len(prefecture_system.get("/api/v1/jobs").json()["results"]) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["k" * 128, "a key with spaces", "日本".encode().decode("latin-1"), "' OR 1=1 --"])
def test_any_key_of_up_to_128_characters_will_do(town_system, clerk, at, key):
    with_codes(clerk, at)
    notice = birth()
    first = town_system.post(NOTIFICATIONS, notice, Idempotency_Key=key)
    assert town_system.post(NOTIFICATIONS, notice, Idempotency_Key=key).content == first.content
    assert taken(clerk) == 1


@pytest.mark.django_db
def test_a_longer_key_is_refused(town_system):
    refused = problem(town_system.post(NOTIFICATIONS, birth(), Idempotency_Key="k" * 129), 400)
    assert refused["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.django_db(transaction=True)
def test_a_second_use_while_the_first_is_running_is_told_to_wait(town_system, clerk, at, monkeypatch):
    with_codes(clerk, at)
    begun, go_on = Event(), Event()
    receive = notifications.receive

    def slow(**given):
        begun.set()
        assert go_on.wait(20)
        return receive(**given)

    monkeypatch.setattr(notifications, "receive", slow)
    notice = birth()
    town_system.token = town_system.ask_token().json()["access_token"]

    def first_call():
        try:
            return town_system.post(NOTIFICATIONS, notice, Idempotency_Key="slow")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(first_call)
        assert begun.wait(20)
        try:
            meanwhile = town_system.post(NOTIFICATIONS, notice, Idempotency_Key="slow")
        finally:
            go_on.set()

    assert problem(meanwhile, 409)["code"] == "key_in_use"
    assert first.result().status_code == 200
    assert town_system.post(NOTIFICATIONS, notice, Idempotency_Key="slow").content == first.result().content
    assert taken(clerk) == 1
