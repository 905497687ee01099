"""The supervisor keeps its children running and leaves nobody behind."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jlis.kernel.embedded import processes, supervision
from jlis.kernel.embedded.home import PROJECT, Home
from jlis.kernel.embedded.supervision import Child, StepFailed, Supervisor
from tests.kernel.embedded_homes import plain_environ

FAMILY = [sys.executable, "-c", "import subprocess, time; subprocess.Popen(['sleep', '61']); time.sleep(62)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open('stubborn', 'w'); time.sleep(60)",
]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    made = Supervisor(Home.chosen(str(tmp_path / "home")), tmp_path, said.append)
    yield made
    made.end()


def child(name: str, command: list[str]) -> Child:
    return Child(name, command, plain_environ())


def test_a_child_that_ends_is_started_again_after_growing_pauses(supervisor, said, monkeypatch):
    monkeypatch.setattr(supervision, "BACKOFF", (0.1, 0.2, 0.4))
    supervisor.add(child("web", [sys.executable, "-c", "import sys; print('tried'); sys.exit(3)"]))

    def seen_three_times() -> bool:
        supervisor.look_after()
        return len(said) >= 3

    assert processes.wait_until(seen_three_times, 20)
    assert all("web" in line and "3" in line for line in said)
    assert supervisor.home.log_tail("web").count("tried") >= 3
    assert supervisor.children[0].failures == len(said)


def test_at_the_end_children_and_grandchildren_are_gone(supervisor):
    supervisor.add(child("worker", FAMILY))
    leader = supervisor.children[0].process.pid
    assert processes.wait_until(lambda: len(processes.session_members(leader)) == 2, 10)
    supervisor.end()
    assert processes.session_members(leader) == []
    assert supervisor.home.remembered("children") == {"running": []}


def test_a_child_that_will_not_end_is_killed(supervisor, tmp_path, monkeypatch):
    monkeypatch.setattr(supervision, "PATIENCE", 0.3)
    monkeypatch.setattr(supervision, "END", 0.3)
    supervisor.add(child("worker", STUBBORN))
    assert processes.wait_until((tmp_path / "stubborn").exists, 10)
    leader = supervisor.children[0].process.pid
    supervisor.end()
    assert processes.session_members(leader) == []


def test_grandchildren_of_a_dead_child_do_not_live_beside_the_new_one(supervisor):
    supervisor.add(child("worker", FAMILY))
    process = supervisor.children[0].process
    assert processes.wait_until(lambda: len(processes.session_members(process.pid)) == 2, 10)
    process.kill()
    process.wait()
    supervisor.look_after()
    assert processes.session_members(process.pid) == []


def test_a_step_shows_its_failure(supervisor):
    supervisor.step("migrate", [sys.executable, "-c", ""], plain_environ())
    with pytest.raises(StepFailed, match="migrate"):
        supervisor.step("migrate", [sys.executable, "-c", "raise SystemExit(4)"], plain_environ())


def test_what_a_killed_supervisor_left_is_found_and_ended(tmp_path, said):
    script = f"""
import os, sys, time
from pathlib import Path
from jlis.kernel.embedded.home import Home
from jlis.kernel.embedded.supervision import Child, Supervisor
supervisor = Supervisor(Home.chosen({str(tmp_path)!r}), Path({str(tmp_path)!r}), print)
supervisor.add(Child("worker", {FAMILY!r}, dict(os.environ)))
print(supervisor.children[0].process.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=PROJECT, env=plain_environ(), stdout=subprocess.PIPE, text=True
    ) as killed:
        leader = int(killed.stdout.readline())
        assert processes.wait_until(lambda: len(processes.session_members(leader)) == 2, 10)
        killed.kill()
    assert len(processes.session_members(leader)) == 2, "they outlive their supervisor"
    following = Supervisor(Home.chosen(str(tmp_path)), tmp_path, said.append)
    assert following.end_leftovers() == 1
    assert processes.session_members(leader) == []
    assert following.end_leftovers() == 0


def test_a_stranger_with_the_pid_of_a_former_child_is_left_alone(supervisor):
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as stranger:
        supervisor.home.remember(
            "children", {"running": [{"name": "web", "pid": stranger.pid, "started": time.time() - 1000}]}
        )
        assert supervisor.end_leftovers() == 0
        assert stranger.poll() is None
        stranger.kill()
