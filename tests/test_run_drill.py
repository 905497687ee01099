"""The whole of `make run`: from nothing to ready, killed, started again, stopped without a trace."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from jlis.kernel.embedded import processes
from jlis.kernel.embedded.home import PROJECT, Home
from tests.kernel.embedded_homes import plain_environ, take_down

pytestmark = [pytest.mark.drill, pytest.mark.slow]

READY_WITHIN = 300.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("closed")
    folder.chmod(0o700)
    yield Home.chosen(str(folder / "home"))
    take_down(folder / "home")


@contextmanager
def house(home: Home) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """A started house: its supervisor, its address, and what it said until it was ready."""
    port = processes.free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "jlis.run", "--residents=300"],
        cwd=PROJECT,
        env=plain_environ(JLIS_HOME=str(home.path), PORT=str(port)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as supervisor:
        said: list[str] = []
        try:
            begun = time.monotonic()
            for line in supervisor.stdout:
                said.append(line.rstrip())
                if line.startswith("ready: ") or time.monotonic() - begun > READY_WITHIN:
                    break
            assert said[-1] == f"ready: http://127.0.0.1:{port}/", "\n".join(said)
            yield supervisor, f"http://127.0.0.1:{port}/", said
        finally:
            with suppress(ProcessLookupError):
                supervisor.send_signal(signal.SIGINT)
            supervisor.communicate(timeout=90)


def status_of(address: str) -> int:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return int(answer.status)


def left_of(home: Home) -> list[str]:
    """Every live process that was started with this home."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            ours = process.environ().get("JLIS_HOME") == str(home.path) or str(home.path) in " ".join(process.cmdline())
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
    return found


def child(home: Home, name: str) -> int:
    return next(noted["pid"] for noted in home.remembered("children")["running"] if noted["name"] == name)


def test_from_nothing_to_ready_and_back_to_nothing(home):
    with house(home) as (supervisor, address, _):
        assert status_of(f"{address}readyz") == 200
        assert (home.path / "demo" / "credentials.json").stat().st_mode & 0o777 == 0o600
        supervisor.send_signal(signal.SIGINT)
        supervisor.wait(60)
        assert supervisor.returncode == 0
    assert left_of(home) == []


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_a_child_that_dies_is_started_again_with_a_word(home, name):
    with house(home) as (supervisor, address, _):
        before = child(home, name)
        os.killpg(before, signal.SIGKILL)
        line = next(line for line in supervisor.stdout if line.startswith(name))
        assert "再起動" in line
        assert processes.wait_until(lambda: running_anew(home, name, before), 30)
        assert processes.wait_until(lambda: answers(f"{address}readyz"), 60)
    assert left_of(home) == []


def test_servers_that_die_are_started_again(home):
    with house(home) as (supervisor, address, _):
        (postmaster,) = (int(line) for line in first_lines(home.path / "postgres" / "data" / "postmaster.pid"))
        os.kill(postmaster, signal.SIGKILL)
        next(line for line in supervisor.stdout if line.startswith("PostgreSQL"))
        assert processes.wait_until(lambda: answers(f"{address}readyz"), 60)
    assert left_of(home) == []


def test_after_a_kill_of_the_supervisor_the_next_start_ends_what_was_left(home):
    with house(home) as (supervisor, _, _):
        supervisor.kill()
        supervisor.wait()
    assert left_of(home)
    with house(home) as (_, address, said):
        assert any("前回の残り" in line for line in said)
        assert status_of(f"{address}readyz") == 200
    assert left_of(home) == []


def test_after_a_kill_of_everything_the_next_start_needs_no_help(home):
    with house(home) as (supervisor, _, _):
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get("JLIS_HOME") == str(home.path) or process.pid == supervisor.pid:
                    process.kill()
        for folder, program in ((home.path / "postgres" / "data", "postgres"), (home.path / "valkey", "valkey-server")):
            for process in list(processes.working_in(folder, program)):
                process.kill()
        supervisor.wait()
    with house(home) as (_, address, _):
        assert status_of(f"{address}readyz") == 200
    assert left_of(home) == []


def first_lines(place: Path) -> list[str]:
    return place.read_text().splitlines()[:1]


def answers(address: str) -> bool:
    with suppress(OSError):
        return status_of(address) == 200
    return False


def running_anew(home: Home, name: str, before: int) -> bool:
    with suppress(StopIteration):
        return child(home, name) != before
    return False
