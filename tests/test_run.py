"""What `make run` tells, and to whom it gives which address. The whole of it is in test_run_drill.py."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jlis import run
from jlis.kernel.embedded.home import PROJECT, Home
from jlis.kernel.embedded.supervision import Supervisor


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.chosen(str(tmp_path))


def test_the_port_is_8000_unless_the_environment_says_otherwise():
    assert run._port({}) == run._port({"PORT": ""}) == 8000
    assert run._port({"PORT": "8123"}) == 8123


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80 80"])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(run.CannotServe, match="PORT"):
        run._port({"PORT": port})


def test_the_accounts_are_shown_in_columns_whatever_the_width_of_their_signs(home, capsys):
    (home.path / "demo").mkdir()
    people = [
        {"username": "a", "password": "long password", "duty": "窓口職員", "organisation": "川崎市川崎区"},
        {"username": "b.long", "password": "p", "duty": "監査", "organisation": "J-LIS"},
    ]
    (home.path / "demo" / "credentials.json").write_text(json.dumps({"staff": people}), encoding="utf-8")
    run._show_accounts(home)
    first, second = capsys.readouterr().out.splitlines()[-3:-1]
    assert run._width(first.split("川崎市")[0]) == run._width(second.split("J-LIS")[0])
    assert "long password" in first


def test_without_a_demonstration_no_accounts_are_shown(home, capsys):
    run._show_accounts(home)
    assert capsys.readouterr().out == ""


def test_web_worker_and_beat_are_not_given_the_addresses_of_owner_and_administrator(home, monkeypatch):
    given = {}
    monkeypatch.setattr(Supervisor, "add", lambda self, child: given.update({child.name: child.environ}))
    environ = dict.fromkeys(("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ADMIN_URL"), "postgresql://…")
    run._start_children(Supervisor(home, PROJECT, print), environ, 8000)
    assert set(given) == {"web", "worker", "beat"}
    assert all(set(child) == {"DATABASE_URL"} for child in given.values())


def test_a_second_start_names_the_address_of_the_first(home):
    home.remember("supervisor", {"address": "http://127.0.0.1:8123/"})
    with home.locked("supervisor"):
        done = subprocess.run(
            [sys.executable, "-m", "jlis.run"],
            cwd=PROJECT,
            env={**os.environ, "JLIS_HOME": str(home.path)},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    assert "http://127.0.0.1:8123/" in done.stdout
