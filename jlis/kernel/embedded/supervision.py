"""Keeping processes running, and ending them together, grandchildren included.

Each child leads a session of its own, so that a Ctrl-C reaches the supervisor alone and the supervisor
decides the order. What runs is written down with the time of its start: after a kill -9 the next
supervisor finds what was left and ends it, and mistakes nobody else for it.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from jlis.kernel.embedded import processes
from jlis.kernel.embedded.home import Home

BACKOFF = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)  # seconds before each further start of a child that keeps ending
SETTLED = 60.0  # a child that has run so long begins at the first pause again
PATIENCE = 20.0  # seconds for a child to end its work in order
END = 5.0  # seconds more for what it started, before it is killed


class StepFailed(Exception):
    """A command on the way to a running house ended with an error."""


@dataclass
class Child:
    """A program to keep running, with its log."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0  # seconds since 1970, as the system tells it
    failures: int = 0
    due: float = field(default=0.0)  # on the monotonic clock


class Supervisor:
    """The children of one home; the caller holds the home's supervisor lock."""

    def __init__(self, home: Home, folder: Path, say: Callable[[str], None]) -> None:
        self.home = home
        self.folder = folder
        self.say = say
        self.children: list[Child] = []

    def end_leftovers(self) -> int:
        """End what a killed supervisor left running; how many programs that were."""
        left = 0
        for noted in self.home.remembered("children").get("running", []):
            leader, started = int(noted["pid"]), float(noted["started"])
            current = processes.running(leader)
            if current is not None and processes.running(leader, started) is None:
                continue  # the pid belongs to a stranger now, so nothing of that session is left
            members = processes.session_members(leader)
            left += bool(members)
            _end_all(members, first=signal.SIGTERM)
        self.home.remember("children", {"running": []})
        return left

    def step(self, name: str, command: Sequence[str], environ: Mapping[str, str]) -> None:
        """Run a command to its end, its output shown; raises StepFailed."""
        self.finish(self.begin(name, command, environ))

    def begin(self, name: str, command: Sequence[str], environ: Mapping[str, str]) -> Child:
        """Start a command that runs beside the next ones until `finish`."""
        child = Child(name, command, environ)
        self.children.append(child)
        self._launch(child, show=True)
        return child

    def finish(self, child: Child) -> None:
        """Wait for the end of a begun command; raises StepFailed."""
        assert child.process is not None
        code = child.process.wait()
        self.children.remove(child)
        self._write_down()
        if code != 0:
            raise StepFailed(f"{child.name} が失敗しました（終了コード {code}）。 / {child.name} failed ({code}).")

    def add(self, child: Child) -> None:
        """Start a child and keep it running from now on."""
        self.children.append(child)
        self._launch(child)

    def look_after(self) -> None:
        """Start again, after a pause, what has ended; call it again and again."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._note_end(child, child.process.returncode, now)
            elif child.process is None and now >= child.due:
                self._launch(child)

    def end(self) -> None:
        """End all children and whatever they started; nothing of them runs afterwards."""
        for child in self.children:
            if child.process is not None and child.process.poll() is None:
                with suppress(ProcessLookupError):
                    child.process.terminate()
        deadline = time.monotonic() + PATIENCE
        for child in self.children:
            if child.process is None:
                continue
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
            _end_all(processes.session_members(child.process.pid), first=signal.SIGTERM)
            child.process.wait()
        self.children.clear()
        self._write_down()

    def _note_end(self, child: Child, code: int, now: float) -> None:
        assert child.process is not None
        # A worker whose master has gone would go on beside the new one.
        _end_all(processes.session_members(child.process.pid), first=signal.SIGTERM)
        child.failures = 0 if time.time() - child.started > SETTLED else child.failures
        pause = BACKOFF[min(child.failures, len(BACKOFF) - 1)]
        child.failures += 1
        child.process, child.due = None, now + pause
        self.say(
            f"{child.name} が終了しました（{code}）。{pause:.0f} 秒後に再起動します。"
            f" / {child.name} ended ({code}); starting it again in {pause:.0f} s."
        )

    def _launch(self, child: Child, *, show: bool = False) -> None:
        with self.home.log(child.name) as log:
            child.process = subprocess.Popen(
                list(child.command),
                cwd=self.folder,
                env=dict(child.environ),
                stdin=subprocess.DEVNULL,
                stdout=None if show else log,
                stderr=None if show else log,
                start_new_session=True,
            )
        with suppress(psutil.NoSuchProcess):
            child.started = psutil.Process(child.process.pid).create_time()
        self._write_down()

    def _write_down(self) -> None:
        running = [
            {"name": child.name, "pid": child.process.pid, "started": child.started}
            for child in self.children
            if child.process is not None
        ]
        self.home.remember("children", {"running": running})


def _end_all(members: list[psutil.Process], *, first: signal.Signals) -> None:
    for kind, patience in ((first, END), (signal.SIGKILL, 5.0)):
        for member in members:
            with suppress(*processes.GONE):
                member.send_signal(kind)
        _, members = psutil.wait_procs(members, timeout=patience)
        members = [member for member in members if processes.running(member.pid) is not None]
        if not members:
            return
