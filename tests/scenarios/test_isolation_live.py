"""C3 in a live request and a live task: the roles at work are neither superuser, nor BYPASSRLS, nor owner."""

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings

from tests.scenarios.servers import broker_url, house, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_request_and_task_act_under_roles_that_row_security_binds():
    with house() as address:
        with urllib.request.urlopen(f"{address}/readyz", timeout=10) as answer:
            assert json.load(answer)["checks"]["isolation"] == "ok"
        with Celery(broker=broker_url()) as sender:
            sender.send_task("jlis.kernel.tasks.check_isolation", queue="kernel")
        wait_until(lambda: _reported(), "the worker's report")
        report = _reported()
    assert report["session_user"] == "jlis_app"
    assert report["current_user"] == "jlis_system"
    assert report["faults"] == []


def test_a_page_without_sign_in_shows_nobody():
    with house() as address:
        for path in ("/juki/residents/", "/desk/", "/jobs/", "/audit/", "/admin/kernel/prefecture/"):
            with urllib.request.urlopen(address + path, timeout=10) as answer:
                assert "ログイン" in answer.read().decode(), path
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{address}/api/v1/juki/queries", b"{}", timeout=10)
        with refused.value as answer:
            assert answer.code == 401
            assert answer.headers["Content-Type"] == "application/problem+json"


def _reported() -> dict:
    lines = (Path(settings.JLIS_HOME) / "processes.log").read_text(errors="replace").splitlines()
    found = [line for line in lines if '"isolation_checked"' in line]
    return json.loads(found[-1]) if found else {}
