"""The reference town server, called as the certificate centre calls it, and run as `make run` runs it."""

import io
import json
import shutil
import subprocess
import sys
import urllib.request
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from bcl.domain.rows import read_row
from jlis.demo.town_server import register
from jlis.demo.town_server.register import Town
from jlis.demo.town_server.server import TownServer
from tests.bcl.copies import row_of
from tests.conftest import SHINJUKU

TARO, HANAKO, JIRO, SHIRO = (UUID(int=number) for number in range(1, 5))
CODES = ("10000000000", "10000000019", "10000000027", "10000000035")
TODAY = date(2026, 11, 21)
TOWN = Town("東京都新宿区", "東京都新宿区長　見本　太郎", "新宿区長")
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no poppler-utils on this machine")


def row(number: str, **changes):
    found, _ = read_row(row_of("12345678903", number, **changes))
    assert found is not None
    return replace(found, resident_code=CODES[int(number) - 1])


@pytest.fixture
def rows():
    return {
        TARO: row("1"),
        HANAKO: row("2", relation="02", name="髙﨑　花子", sex="F"),
        JIRO: row("3", relation="05", name="髙﨑　次郎", birth_date="2015-05-05"),
        SHIRO: row("4", relation="05", name="髙﨑　四郎", removed_on="2025-01-01", removal="MOVED_OUT"),
    }


@pytest.fixture
def server(tmp_path, rows):
    register.write(tmp_path, SHINJUKU, TOWN, rows)
    secret = register.announced(tmp_path, SHINJUKU)["secret"]
    return TownServer(register.register_of(tmp_path, SHINJUKU), secret=secret, today=lambda: TODAY)


def call(server, path: str, body, *, secret: str | None = None, method: str = "POST"):
    """One call; status, kind and body of the answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    answered = {}

    def start_response(status, headers):
        answered.update(status=int(status[:3]), kind=dict(headers)["Content-Type"])

    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "CONTENT_LENGTH": str(len(data)), "wsgi.input": io.BytesIO(data),
        "HTTP_AUTHORIZATION": f"Bearer {server.secret if secret is None else secret}",
    }  # fmt: skip
    content = b"".join(server(environ, start_response))
    return answered["status"], answered["kind"], content


def problem(answered, status: int) -> str:
    assert answered[:2] == (status, "application/problem+json")
    document = json.loads(answered[2])
    assert document["status"] == status
    assert document["detail"].endswith("。")
    return document["code"]


def asked(who: UUID = TARO, **changes):
    return {"transaction": "t-1", "resident": str(who)} | changes


def test_the_offer_names_kind_fee_and_household(server):
    status, kind, body = call(server, "/offers", asked())

    assert (status, kind) == (200, "application/json")
    assert json.loads(body) == {
        "kinds": [{"code": "JU", "fee_yen": 300}], "household_size": 3, "whole_household": True
    }  # fmt: skip
    by_code = {"transaction": "t-1", "resident_code": CODES[0]}
    assert call(server, "/offers", by_code)[2] == body


@needs_poppler
def test_the_paper_is_the_households(server):
    wanted = asked(HANAKO, whole_household=True, shows=["RELATION"], number="20261121-131041-K-000001")
    status, kind, paper = call(server, "/certificates", wanted)

    assert (status, kind) == (200, "application/pdf")
    told = subprocess.run(["pdftotext", "-raw", "-", "-"], input=paper, check=True, capture_output=True).stdout
    text = "".join(told.decode().split())
    for words in (
        "髙﨑太郎",
        "髙﨑花子",
        "髙﨑次郎",
        "妻",
        "世帯全員",
        "東京都新宿区長見本太郎",
        "20261121-131041-K-000001",
    ):
        assert words in text
    assert "四郎" not in text


def test_whoever_wants_only_the_own_part_gets_it(server):
    assert call(server, "/certificates", asked(number="1"))[2].startswith(b"%PDF")


@pytest.mark.parametrize(("who", "code"), [(JIRO, "under_15"), (SHIRO, "removed"), (UUID(int=9), "not_in_copy")])
def test_to_whom_nothing_is_given(server, who, code):
    assert problem(call(server, "/offers", asked(who)), 422) == code
    assert problem(call(server, "/certificates", asked(who, number="1")), 422) == code


def test_a_protected_member_shuts_the_household(tmp_path, rows):
    rows[JIRO] = replace(rows[JIRO], protected="1")
    register.write(tmp_path, SHINJUKU, TOWN, rows)
    server = TownServer(register.register_of(tmp_path, SHINJUKU), secret="s", today=lambda: TODAY)
    for path in ("/offers", "/certificates"):
        assert problem(call(server, path, asked(number="1")), 422) == "protected"


def test_the_individual_number_is_not_printed_here(server):
    wanted = asked(number="1", shows=["INDIVIDUAL_NUMBER"])
    assert problem(call(server, "/certificates", wanted), 422) == "not_offered"


def test_a_name_that_no_paper_carries_is_refused_by_item(tmp_path, rows):
    rows[TARO] = replace(rows[TARO], name="長" * 190)
    register.write(tmp_path, SHINJUKU, TOWN, rows)
    server = TownServer(register.register_of(tmp_path, SHINJUKU), secret="s", today=lambda: TODAY)
    status, kind, body = call(server, "/certificates", asked(number="1"))
    assert (status, kind) == (422, "application/problem+json")
    assert "長" * 5 not in body.decode()


@pytest.mark.parametrize("secret", ["", "x"])
def test_without_the_secret_nothing_is_told(server, secret):
    assert problem(call(server, "/offers", asked(), secret=secret), 401) == "secret_wrong"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400), (b"[]", 400), (b"\xff", 400), ({}, 400), ({"transaction": "t"}, 400),
        ({"transaction": 1, "resident": "x"}, 400), (b" " * 70_000, 413),
    ],
)  # fmt: skip
def test_a_body_at_fault_is_refused(server, body, status):
    assert problem(call(server, "/offers", body), status)


def test_shows_that_are_unknown_are_refused(server):
    for shows in ("RELATION", ["住民票コード"], [1]):
        assert problem(call(server, "/certificates", asked(number="1", shows=shows)), 400) == "invalid"


def test_other_addresses_and_methods(server):
    assert problem(call(server, "/", {}), 404) == "not_found"
    assert problem(call(server, "/offers", {}, method="GET"), 405) == "method_not_allowed"


def test_the_files_are_their_owners_alone(tmp_path, server):
    for path in (register.register_of(tmp_path, SHINJUKU), tmp_path / f"{SHINJUKU}.json"):
        assert path.stat().st_mode & 0o777 == 0o600


def test_the_command_serves_and_tells_where(tmp_path, rows):
    folder = tmp_path / "demo" / "town"
    register.write(folder, SHINJUKU, TOWN, rows)
    environ = {"JLIS_HOME": str(tmp_path), "SECRET_KEY": "x", "PATH": "/usr/bin:/bin", "JLIS_TODAY": "2026-11-21"}
    command = [sys.executable, "manage.py", "town_server", "--office", SHINJUKU]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, env=environ, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert "証明発行サーバ http://127.0.0.1:" in running.stdout.readline()
            known = register.announced(folder, SHINJUKU)
            request = urllib.request.Request(
                f"{known['url']}/offers", json.dumps(asked()).encode(), {"Authorization": f"Bearer {known['secret']}"}
            )
            with urllib.request.urlopen(request, timeout=10) as answered:
                assert json.load(answered)["household_size"] == 3
        finally:
            running.terminate()


def test_the_command_says_when_there_is_nothing_to_serve():
    with pytest.raises(CommandError, match="データがありません"):
        call_command("town_server", office="999999")
