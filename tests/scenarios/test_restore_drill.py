"""J15 by its commands: a town notifies, the database is killed and removed, the last confirmed notice is back."""

import json
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress

import psutil
import pytest

from jlis.kernel.embedded import processes
from jlis.kernel.embedded.home import PROJECT, Home
from tests.kernel.embedded_homes import embedded, plain_environ, take_down
from tests.scenarios.test_kill_drill import Sender, connected, count
from tests.test_run_drill import house

pytestmark = [pytest.mark.drill, pytest.mark.slow]


# The town that keeps no copy in the cloud: nothing else would have to be told of its residents' moves.
TOWN = "131041"
_CODES = """
    SELECT resident_code FROM juki_resident
    WHERE office = %s AND state = 'CURRENT' AND changed_on < '2026-01-01' ORDER BY 1 LIMIT 200
"""


@pytest.fixture
def homes(tmp_path):
    """A house, and an empty place for the backup site's."""
    names = ("home", "elsewhere")
    yield [Home.chosen(str(tmp_path / name)) for name in names]
    for name in names:
        take_down(tmp_path / name)


def residents_of(home: Home, office: str) -> list[str]:
    with connected(home) as database:
        database.execute("SELECT set_config('role', 'jlis_registry', false)")
        # Nobody whose last change is later than the one that will be told.
        rows = database.execute(_CODES, (office,)).fetchall()
        return [code for (code,) in rows]


def sender_of(town: str, address: str, home: Home) -> Sender:
    sender = Sender(address, home)
    clients = json.loads((home.path / "demo" / "credentials.json").read_text())["clients"]
    sender.client = next(client for client in clients if client["organisation"] == town)
    return sender


def manage(home: Home, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments], cwd=PROJECT, env=plain_environ(JLIS_HOME=str(home.path)),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def kill_the_house(home: Home, spared: int) -> None:
    """Everything that works in the home, at once; but not who follows the log from outside."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            inside = process.cwd().startswith(str(home.path)) or process.environ().get("JLIS_HOME") == str(home.path)
            receives = "pg_receivewal" in " ".join(process.cmdline()[:1])
            if inside and not receives and process.pid != spared:
                process.kill()


def test_after_the_loss_of_the_database_the_last_confirmed_notification_is_there(homes, tmp_path):
    home, elsewhere = homes
    folder, confirmed = tmp_path / "backup", []
    with house(home) as (supervisor, address, _):
        threading.Thread(target=supervisor.stdout.read, daemon=True).start()
        following = manage(home, "backup", str(folder), "--follow")
        assert any("ログを受け取っています" in line for line in following.stdout)
        codes, sender = residents_of(home, TOWN), sender_of("新宿区", address, home)

        def send_all() -> None:
            for number, code in enumerate(codes):
                notice = {"key": f"drill-{number}", "reason": "M01", "changed_on": "2026-11-20", "resident_code": code,
                          "address": f"東京都新宿区西新宿一丁目{number + 1}番地"}  # fmt: skip
                with suppress(AssertionError):
                    assert sender.send(notice) == "applied"
                    confirmed.append(number)

        threading.Thread(target=send_all, daemon=True).start()
        assert processes.wait_until(lambda: len(confirmed) >= 25, 120)
        kill_the_house(home, spared=following.pid)
        supervisor.wait(30)
    last = len(confirmed)
    shutil.rmtree(home.path / "postgres")
    following.send_signal(signal.SIGTERM)
    following.communicate(timeout=60)
    assert following.returncode == 0

    restoring = manage(elsewhere, "restore", str(folder), "--json")
    said, _ = restoring.communicate(timeout=300)
    assert restoring.returncode == 0, said
    assert json.loads(said.splitlines()[-1])["home"] == str(elsewhere.path)
    assert (elsewhere.path / "keys" / "numbers.key").stat().st_mode & 0o777 == 0o600
    assert embedded(elsewhere.path, "up").returncode == 0
    applied = "SELECT count(*) FROM juki_notification WHERE status = 'APPLIED' AND key LIKE 'drill-%%'"
    assert count(elsewhere, "jlis_registry", applied) >= last
    for number in (0, last - 1):
        assert count(elsewhere, "jlis_registry", f"{applied} AND key = 'drill-{number}'") == 1
    again = manage(elsewhere, "restore", str(folder))
    assert "空ではありません" in again.communicate(timeout=60)[0]
