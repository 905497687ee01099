"""A real web server and a real worker over the test's own database, logged in as the application, not as the owner."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from jlis import web_server

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


def _environment(port: int) -> dict[str, str]:
    """The environment of a server process: the application's login role on the present test database."""
    app = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(app._replace(path="/" + connection.settings_dict["NAME"]))
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    return environment | {
        "JLIS_CONNECT_AS": "app",
        "DATABASE_URL": database,
        "REDIS_URL": broker_url(),
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "jlis.settings",
        "DEBUG": "false",
    }


def broker_url() -> str:
    """A broker database for each test worker, so that no worker takes another's tasks."""
    number = int("".join(filter(str.isdigit, os.environ.get("PYTEST_XDIST_WORKER", "0"))) or 0) + 1
    return os.environ["REDIS_URL"].rsplit("/", 1)[0] + f"/{number}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def running(*commands: list[str], environment: dict[str, str]) -> Iterator[list[subprocess.Popen]]:
    """Processes for the length of a block; what they say goes into the test's files."""
    logs = Path(settings.JLIS_HOME)
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / "processes.log").open("ab") as log:
        processes = [
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
            for command in commands
        ]
        try:
            yield processes
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def worker_command() -> list[str]:
    """A worker with its beat, so that a lost wake is made good."""
    beat = Path(settings.JLIS_HOME) / "beat"
    return [
        sys.executable, "-m", "celery", "-A", "jlis.celery", "worker", "--beat", f"--schedule={beat}",
        "--concurrency=1", "--queues=counter,kiosk,batch,kernel", "--loglevel=warning",
    ]  # fmt: skip


@contextmanager
def house() -> Iterator[str]:
    """The web server and the worker; yields the address once it is ready."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = _environment(port)
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], cwd=ROOT, env=environment, check=True
    )
    with running(web_server.command(port, workers=1), worker_command(), environment=environment) as processes:
        wait_until(lambda: _is_ready(address), "the web server", processes)
        yield address


def wait_until(condition, what: str, processes: list[subprocess.Popen] | None = None) -> float:
    """Wait for a condition; returns the seconds it took, fails after a minute."""
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE:
        if condition():
            return time.monotonic() - started
        if processes and any(process.poll() is not None for process in processes):
            break
        time.sleep(0.2)
    log = (Path(settings.JLIS_HOME) / "processes.log").read_text(errors="replace")[-3000:]
    raise AssertionError(f"{what} did not come within {PATIENCE:.0f} seconds\n{log}")


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
            return answer.status == 200
    except (HTTPError, URLError, OSError):
        return False
