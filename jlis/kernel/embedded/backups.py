"""A backup of a PostgreSQL: the cluster as it was, and its log ever since, in a folder of its own (J15).

    base/    the cluster, with its manifest        log/     the log, segment by segment, while it is followed
    keys/ files/ secrets/ demo/   what stands beside the database, copied with its modes
    backup.json                   written last: a folder without it holds no backup

While the log is followed the server confirms a commit only once the receiver has it on disk: whatever was confirmed is
in the backup. When the receiver is lost, service goes on without that promise, and that is said aloud.
"""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psutil
import psycopg

from jlis.kernel.embedded import manifests, processes
from jlis.kernel.embedded.postgres import programs
from jlis.kernel.embedded.unprivileged import CannotRun

RECEIVER = "jlis_backup"
CONNECTS_WITHIN = 30.0  # seconds
COPIED_EVERY = 60.0
_PAUSE = 2.0
_STREAMING = "SELECT count(*) FROM pg_stat_replication WHERE application_name = %s AND state = 'streaming'"
_SLOT = "SELECT count(*) FROM pg_replication_slots WHERE slot_name = %s"
Say = Callable[[str], None]


class BackupFailed(Exception):
    """The backup was not made; the message says why."""


@dataclass(frozen=True)
class Backup:
    """The folder of one backup."""

    path: Path

    @property
    def base(self) -> Path:
        return self.path / "base"

    @property
    def log(self) -> Path:
        return self.path / "log"

    def note(self) -> dict[str, Any]:
        """What was written down when the backup was whole; nothing before."""
        try:
            found: dict[str, Any] = json.loads((self.path / "backup.json").read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return found


@dataclass(frozen=True)
class Source:
    """The server that is backed up, by an administrator's address."""

    url: str
    folder: Path = field(default_factory=lambda: tools())

    def connect(self) -> psycopg.Connection:
        """A connection as the administrator."""
        return psycopg.connect(self.url, autocommit=True, connect_timeout=5)

    def command(self, program: str, *arguments: str) -> dict[str, Any]:
        """A client program on this server, for subprocess; the password is not among the arguments."""
        parts = urlsplit(self.url)
        place = {"host": parts.hostname, "port": parts.port, "user": unquote(parts.username or "")}
        address = " ".join(f"{name}={value}" for name, value in place.items() if value)
        return {
            "args": [str(self.folder / program), "-d", f"{address} application_name={RECEIVER}", "-w", *arguments],
            "env": {**os.environ, "PGPASSWORD": unquote(parts.password or ""), "LC_ALL": "C"},
        }


def tools() -> Path:
    """The folder of pg_basebackup and its sisters: the wheel's, else the system's."""
    try:
        return programs()
    except CannotRun:
        found = shutil.which("pg_basebackup")
        if found is None:
            raise BackupFailed("pg_basebackup がありません。 / There is no pg_basebackup.") from None
        return Path(found).resolve().parent


def take(backup: Backup, source: Source, beside: Mapping[str, Path], say: Say, *, follow: bool) -> "Following | None":
    """Take a base backup into a new folder; with `follow`, the log has been received since before it began."""
    if backup.path.exists() and any(backup.path.iterdir()):
        raise BackupFailed(f"{backup.path} は空ではありません。 / {backup.path} is not empty.")
    backup.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    backup.path.chmod(0o700)
    following = Following(backup, source, beside, say) if follow else None
    if following:
        following.begin()
    try:
        say("データベースを写しています … / base backup")
        _run(source, "pg_basebackup", "-D", str(backup.base), "--checkpoint=fast", "--wal-method=stream",
             "--manifest-checksums=SHA256")  # fmt: skip
        verify(backup, source.folder)
        copy_beside(backup, beside, say)
        with source.connect() as server:
            system = server.execute("SELECT system_identifier::text FROM pg_control_system()").fetchone()
        note = {"taken_at": datetime.now(UTC).isoformat(), "system": system and system[0], "beside": sorted(beside)}
        draft = backup.path / "backup.json.new"
        draft.write_text(json.dumps(note), "utf-8")
        draft.replace(backup.path / "backup.json")
    except BaseException:
        if following:
            following.end(forget=True)
        raise
    return following


def resume(backup: Backup, source: Source, beside: Mapping[str, Path], say: Say) -> "Following":
    """Go on following the log of a backup whose follower was killed; the server has kept what was missed."""
    with source.connect() as server:
        kept = server.execute(_SLOT, [RECEIVER]).fetchone()
    if not backup.note() or not kept or not kept[0]:
        raise BackupFailed(
            f"{backup.path} の続きは受け取れません。新しいフォルダーに取り直してください。\n"
            f"The log after {backup.path} is not kept: take a new backup into another folder."
        )
    following = Following(backup, source, beside, say)
    following.begin()
    return following


def verify(backup: Backup, folder: Path) -> None:
    """Hold the base backup against its manifest. Raises BackupFailed."""
    done = subprocess.run(
        [str(folder / "pg_verifybackup"), "--quiet", "--exit-on-error", str(backup.base)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    crashed = done.returncode < 0
    said = next(manifests.faults(backup.base), "") if crashed else done.stderr.strip()
    if said or done.returncode > 0:
        raise BackupFailed(f"バックアップが壊れています。 / The backup is damaged.\n{said}")


def copy_beside(backup: Backup, beside: Mapping[str, Path], say: Say = lambda _: None) -> None:
    """Copy the folders that stand beside the database, modes and all; a key is never taken out of the copy."""
    for name, place in beside.items():
        if place.is_dir():
            _mirror(place, backup.path / name, forget=name == "files")
            say(f"{place} を {backup.path / name} に写しました。 / copied")


@dataclass
class Following:
    """The log of a server as it is received; the server waits for it while it comes."""

    backup: Backup
    source: Source
    beside: Mapping[str, Path]
    say: Say
    receiver: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Receive the log from now on. Raises BackupFailed."""
        self.backup.log.mkdir(mode=0o700, exist_ok=True)
        self._end_leftover()
        _run(self.source, "pg_receivewal", "--slot", RECEIVER, "--create-slot", "--if-not-exists")
        self._start()
        if not processes.wait_until(self._streams, CONNECTS_WITHIN):
            self.end(forget=False)
            raise BackupFailed("ログを受け取れません。 / The log does not come.")

    def go_on(self, stopped: Callable[[], bool]) -> None:
        """Keep receiving until `stopped`; what stands beside is copied again every minute."""
        copied, lost = 0.0, False
        while not stopped():
            if self._alive() or self._came_back():
                self._promise(True)
                lost = False
                while not stopped() and self._alive():
                    if time.monotonic() - copied > COPIED_EVERY:
                        copy_beside(self.backup, self.beside)
                        copied = time.monotonic()
                    time.sleep(0.2)
                self._promise(False)
            if not stopped():
                if not lost:
                    self.say("ログが途切れました。つなぎ直しています。 / The log was cut off; connecting again.")
                lost = True
                time.sleep(_PAUSE)
        self.end(forget=True)

    def end(self, *, forget: bool) -> None:
        """Stop receiving; with `forget` the server keeps nothing for us any more."""
        self._promise(False)
        if self.receiver is not None and self.receiver.poll() is None:
            self.receiver.terminate()
            self.receiver.wait(30)
        if forget:
            with suppress(BackupFailed):
                _run(self.source, "pg_receivewal", "--slot", RECEIVER, "--drop-slot")

    def _start(self) -> None:
        wanted = self.source.command(
            "pg_receivewal", "-D", str(self.backup.log), "--slot", RECEIVER, "--synchronous", "--no-loop"
        )
        self.receiver = subprocess.Popen(
            wanted["args"], env=wanted["env"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

        started = psutil.Process(self.receiver.pid).create_time()
        self._leftover.write_text(json.dumps({"pid": self.receiver.pid, "started": started}), "utf-8")

    @property
    def _leftover(self) -> Path:
        return self.backup.path / "receiver.json"

    def _end_leftover(self) -> None:
        """A follower that was killed leaves its receiver, which holds the server's only place for one."""
        with suppress(FileNotFoundError, ValueError):
            noted = json.loads(self._leftover.read_text("utf-8"))
            if found := processes.running(int(noted["pid"]), float(noted["started"])):
                processes.end(found, (signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))

    def _came_back(self) -> bool:
        self._start()
        return processes.wait_until(lambda: self._streams() or not self._alive(), CONNECTS_WITHIN) and self._alive()

    def _alive(self) -> bool:
        return self.receiver is not None and self.receiver.poll() is None

    def _streams(self) -> bool:
        with suppress(psycopg.Error), self.source.connect() as server:
            found = server.execute(_STREAMING, [RECEIVER]).fetchone()
            return bool(found and found[0])
        return False

    def _promise(self, wanted: bool) -> None:
        """Let the server confirm a commit only when the receiver has it, or no longer so."""
        with suppress(psycopg.Error), self.source.connect() as server:
            setting = f"= '{RECEIVER}'" if wanted else "= ''"
            server.execute(f"ALTER SYSTEM SET synchronous_standby_names {setting}")
            server.execute("SELECT pg_reload_conf()")
            if wanted:
                self.say("ログを受け取っています。確定した処理は失われません。 / following the log")


def _mirror(place: Path, copy: Path, *, forget: bool) -> None:
    copy.mkdir(mode=0o700, exist_ok=True)
    shutil.copystat(place, copy)
    names = set()
    for each in place.iterdir():
        names.add(each.name)
        target = copy / each.name
        if each.is_dir():
            _mirror(each, target, forget=forget)
        elif each.is_file() and not _is_same(each, target):
            with suppress(FileNotFoundError):  # gone since it was listed
                shutil.copy2(each, target)
    for each in [found for found in copy.iterdir() if forget and found.name not in names]:
        shutil.rmtree(each) if each.is_dir() else each.unlink()


def _is_same(one: Path, other: Path) -> bool:
    if not other.exists():
        return False
    ours, theirs = one.stat(), other.stat()
    return (ours.st_size, ours.st_mtime_ns) == (theirs.st_size, theirs.st_mtime_ns)


def _run(source: Source, program: str, *arguments: str) -> None:
    done = subprocess.run(**source.command(program, *arguments), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupFailed(f"{program} が失敗しました。 / {program} failed.\n{done.stderr.strip()}")
