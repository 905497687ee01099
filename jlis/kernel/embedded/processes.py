"""Finding and ending processes without mistaking one for another.

A bare pid proves nothing: after a kill and a restart it may belong to a stranger. A process is known
here by its program and the folder it works in, or by its pid together with the time of its start.
"""

import atexit
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

GONE = (psutil.NoSuchProcess, psutil.ZombieProcess)


_held: list[subprocess.Popen[bytes]] = []


def hold(child: subprocess.Popen[bytes]) -> None:
    """Keep the handle of a child that outlives whoever started it, so that its end can be taken note of."""
    _held.append(child)


def _take_note() -> None:
    _held[:] = [child for child in _held if child.poll() is None]


@atexit.register
def _let_go() -> None:
    """What still runs at our own end outlives us on purpose: nobody is to call it a forgotten child."""
    _take_note()
    for child in _held:
        child.returncode = 0


def running(pid: int, started: float | None = None) -> psutil.Process | None:
    """The live process of this pid (and of this start, in seconds since 1970), or None."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        if started is not None and abs(process.create_time() - started) > 1:
            return None
    except GONE:
        return None
    return process


def working_in(folder: Path, program: str) -> Iterator[psutil.Process]:
    """The live processes of this program whose working directory is `folder`."""
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == program and works_in(process, folder):
            yield process


def works_in(process: psutil.Process, folder: Path, *, if_hidden: bool = False) -> bool:
    """Is `folder` the process's working directory? `if_hidden` answers where we may not look."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == folder.resolve()
    except psutil.AccessDenied:
        return if_hidden
    except GONE:
        return False


def end(process: psutil.Process, *steps: tuple[signal.Signals, float]) -> bool:
    """Send each signal in turn and wait its seconds; True once the process is gone."""
    for kind, patience in steps:
        try:
            process.send_signal(kind)
        except GONE:
            return True
        if wait_until(lambda: running(process.pid) is None or not process.is_running(), patience):
            _reap(process.pid)
            return True
    return False


def _reap(pid: int) -> None:
    _take_note()
    # Where it is not our child, its parent or the system takes note of its end.
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def wait_until(done: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """Ask again and again until `done` or the time is up."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Could a server listen on this port of 127.0.0.1 now?"""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def session_members(leader: int) -> list[psutil.Process]:
    """The live processes of the session that `leader` opened, the leader included."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (ProcessLookupError, PermissionError, *GONE):
            continue
    return found
