"""C5 under kill -9: worker, broker and database die in the middle of a town's moves; nothing is lost, nothing twice."""

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from urllib.error import URLError
from urllib.parse import urlencode

import psutil
import psycopg
import pytest

from jlis.kernel.embedded import processes
from jlis.kernel.embedded.home import PROJECT, Home
from jlis.kernel.embedded.servers import Need, Servers
from tests.kernel.embedded_homes import plain_environ, take_down
from tests.test_run_drill import answers, child, first_lines, house

pytestmark = [pytest.mark.drill, pytest.mark.slow]

# The town with a server of its own: a copy in the cloud would have to be told of the moves as well.
TOWN = "131041"
MOVES = 200
_CERTIFIED = """
    SELECT r.resident_code FROM juki_identityrecord r JOIN jpki_certificate c ON c.resident_id = r.resident
    JOIN jpki_certificatestatus s ON s.id = c.status_id
    WHERE r.valid_to IS NULL AND r.superseded_at IS NULL AND r.state = 'CURRENT' AND c.kind = 'SIGN_CARD'
      AND s.state = 'VALID' ORDER BY r.resident_code LIMIT %s
"""


@pytest.fixture
def home(tmp_path):
    """A home of one's own, so that its servers may be killed."""
    yield Home.chosen(str(tmp_path / "home"))
    take_down(tmp_path / "home")


class Sender:
    """A town's system: sends every notice until it is answered, with the same key, as a careful sender does."""

    def __init__(self, address: str, home: Home):
        self.address = address
        clients = json.loads((home.path / "demo" / "credentials.json").read_text())["clients"]
        self.client = next(client for client in clients if client["organisation"] == "新宿区")
        self.headers: dict[str, str] = {}

    def send(self, notice: dict) -> str:
        """The status that the notice got in the end."""
        for _ in range(240):
            with suppress(URLError, OSError, KeyError, ValueError):
                if not self.headers:
                    self._sign_in()
                return self._post("/api/v1/juki/notifications", json.dumps(notice).encode())["results"][0]["status"]
            time.sleep(0.5)
        raise AssertionError(f"no answer for {notice['key']}")

    def _sign_in(self) -> None:
        basic = base64.b64encode(f"{self.client['client_id']}:{self.client['client_secret']}".encode()).decode()
        self.headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            token = self._post("/oauth/token/", urlencode({"grant_type": "client_credentials"}).encode())
        except (URLError, OSError):
            self.headers = {}
            raise
        self.headers = {"Authorization": f"Bearer {token['access_token']}", "Content-Type": "application/json"}

    def _post(self, path: str, body: bytes) -> dict:
        request = urllib.request.Request(self.address.rstrip("/") + path, body, self.headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)


def test_nothing_is_lost_and_nothing_is_done_twice(home):
    with house(home) as (supervisor, address, _):
        # What the supervisor says must be read, or it would wait for us at a full pipe.
        threading.Thread(target=supervisor.stdout.read, daemon=True).start()
        codes = certified(home)
        sender, statuses = Sender(address, home), []

        def send_all() -> None:
            for number, code in enumerate(codes):
                notice = {"key": f"drill-{number}", "reason": "M01", "changed_on": "2026-11-20", "resident_code": code,
                          "address": f"東京都新宿区西新宿一丁目{number + 1}番地"}  # fmt: skip
                statuses.append(sender.send(notice))

        sending = threading.Thread(target=send_all)
        sending.start()
        for wait, kill in ((2, kill_worker), (4, kill_broker), (4, kill_database)):
            time.sleep(wait)
            kill(home)
        sending.join(240)
        assert not sending.is_alive()
        assert statuses == ["applied"] * len(codes)
        assert processes.wait_until(lambda: answers(f"{address}readyz"), 90)
        assert processes.wait_until(
            lambda: count(home, "jlis_system", "SELECT count(*) FROM kernel_outboxpending") == 0, 90
        )
        assert count(home, "jlis_registry", "SELECT count(*) FROM juki_notification WHERE key LIKE 'drill-%%'") == len(
            codes
        )
        assert certified(home, limit=len(codes) * 50) == [
            code for code in certified(home, limit=len(codes) * 50) if code not in set(codes)
        ], "each mover lost the signature certificate"
        for command in ("reconcile", "audit_verify"):
            checked = subprocess.run(
                [sys.executable, "manage.py", command], cwd=PROJECT, env=plain_environ(JLIS_HOME=str(home.path)),
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert checked.returncode == 0, checked.stdout + checked.stderr


def certified(home: Home, limit: int = MOVES) -> list[str]:
    """Codes of the town's residents who hold a valid signature certificate."""
    with connected(home) as database:
        database.execute("SELECT set_config('role', 'jlis_jpki', false)")
        rows = database.execute(_CERTIFIED.replace("WHERE", f"WHERE r.office = '{TOWN}' AND", 1), (limit,))
        return [row[0] for row in rows.fetchall()]


def count(home: Home, role: str, statement: str) -> int:
    with suppress(psycopg.Error), connected(home) as database:
        database.execute("SELECT set_config('role', %s, false)", (role,))
        return database.execute(statement.replace("%%", "%")).fetchone()[0]
    return -1


def connected(home: Home) -> psycopg.Connection:
    """A connection as the application's login role."""
    url = Servers(home).addresses(Need(postgres=True, valkey=False))["DATABASE_URL"]
    return psycopg.connect(url, autocommit=True)


def kill_worker(home: Home) -> None:
    os.killpg(child(home, "worker"), signal.SIGKILL)


def kill_broker(home: Home) -> None:
    (broker,) = processes_of(home, "valkey-server")
    os.kill(broker, signal.SIGKILL)


def kill_database(home: Home) -> None:
    (postmaster,) = (int(line) for line in first_lines(home.path / "postgres" / "data" / "postmaster.pid"))
    os.kill(postmaster, signal.SIGKILL)


def processes_of(home: Home, name: str) -> list[int]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if name in " ".join(process.cmdline()[:1]) and process.cwd().startswith(str(home.path)):
                found.append(process.pid)
    return found
