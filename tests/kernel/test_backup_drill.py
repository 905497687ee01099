"""The server is killed and its folder removed: from the backup comes back whatever was confirmed."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from jlis.kernel.embedded import backups, processes, restoring
from jlis.kernel.embedded.backups import Backup, Following, Source
from jlis.kernel.embedded.home import PROJECT, Home
from jlis.kernel.embedded.servers import Servers
from tests.kernel.embedded_homes import command, embedded, plain_environ, take_down
from tests.kernel.test_embedded_drill import owner_url

pytestmark = pytest.mark.drill

WRITER = """
import os, psycopg
with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
    owner.execute("CREATE TABLE IF NOT EXISTS written (number bigint PRIMARY KEY)")
    last = owner.execute("SELECT coalesce(max(number), 0) FROM written").fetchone()[0]
    while True:
        last += 1
        owner.execute("INSERT INTO written VALUES (%s)", [last])
        print(last, flush=True)
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    yield Home.chosen(str(tmp_path / "home"))
    take_down(tmp_path / "home")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Home]:
    yield Home.chosen(str(tmp_path / "elsewhere"))
    take_down(tmp_path / "elsewhere")


@pytest.fixture
def writer(home) -> Iterator[subprocess.Popen[bytes]]:
    assert embedded(home.path, "up").returncode == 0
    with subprocess.Popen(
        command(home.path, "exec", "--", sys.executable, "-W", "ignore", "-c", WRITER),
        cwd=PROJECT, env=plain_environ(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
    ) as process:  # fmt: skip
        yield process
        for found in processes.session_members(process.pid):
            found.kill()


def told(writer: subprocess.Popen[bytes], lines: int) -> int:
    """The last of so many confirmed numbers."""
    return int([writer.stdout.readline() for _ in range(lines)][-1])


def backup_of(home: Home, folder: Path) -> tuple[Backup, Source, dict[str, Path]]:
    source = Source(Servers(home).postgres.superuser_url)
    return Backup(folder), source, {"secrets": home.path / "secrets"}


def followed(following: Following, source: Source) -> threading.Event:
    """Have the log followed beside the test, from when the server waits for it."""
    stop = threading.Event()
    threading.Thread(target=following.go_on, args=(stop.is_set,), daemon=True).start()
    assert processes.wait_until(lambda: setting(source, "synchronous_standby_names") == backups.RECEIVER, 20)
    return stop


def setting(source: Source, name: str) -> str:
    with source.connect() as server:
        return server.execute(f"SHOW {name}").fetchone()[0]


def lose(home: Home, writer: subprocess.Popen[bytes]) -> int:
    """Kill the server as it writes, and remove its folder; the last number that was confirmed."""
    server = Servers(home).postgres
    for found in list(processes.working_in(server.data, "postgres")):
        found.kill()
    last = int(writer.stdout.read().split(b"\n")[-2])
    shutil.rmtree(server.data)
    return last


def numbers_in(home: Home) -> tuple[int, int]:
    assert embedded(home.path, "up").returncode == 0
    with psycopg.connect(owner_url(Servers(home))) as owner:
        return owner.execute("SELECT count(*), max(number) FROM written").fetchone()


@pytest.mark.parametrize("lines", [30, 400])
def test_the_last_confirmed_commit_is_restored(home, elsewhere, writer, tmp_path, lines):
    told(writer, 10)
    backup, source, beside = backup_of(home, tmp_path / "backup")
    stop = followed(backups.take(backup, source, beside, print, follow=True), source)
    told(writer, lines)
    last = lose(home, writer)
    stop.set()
    restoring.restore(backup, elsewhere, print)
    count, highest = numbers_in(elsewhere)
    assert count == highest >= last
    with psycopg.connect(Servers(elsewhere).postgres.superuser_url) as server:
        assert server.execute("SHOW synchronous_standby_names").fetchone()[0] == ""
        assert server.execute("SHOW restore_command").fetchone()[0] == ""


@pytest.mark.parametrize("receiver_too", [True, False])
def test_a_follower_that_was_killed_is_followed_by_the_next_without_a_gap(
    home, elsewhere, writer, tmp_path, receiver_too
):
    backup, source, beside = backup_of(home, tmp_path / "backup")
    first = backups.take(backup, source, beside, print, follow=True)
    told(writer, 50)
    if receiver_too:
        first.receiver.kill()
        first.receiver.wait()
    told(writer, 200)
    stop = followed(backups.resume(backup, source, beside, print), source)
    first.receiver.wait(20)
    told(writer, 50)
    last = lose(home, writer)
    stop.set()
    restoring.restore(backup, elsewhere, print)
    count, highest = numbers_in(elsewhere)
    assert count == highest >= last


def test_a_receiver_that_is_lost_stops_nobody_and_comes_back(home, writer, tmp_path):
    backup, source, beside = backup_of(home, tmp_path / "backup")
    following = backups.take(backup, source, beside, print, follow=True)
    stop = followed(following, source)
    told(writer, 10)
    following.receiver.kill()
    told(writer, 300)
    assert processes.wait_until(lambda: setting(source, "synchronous_standby_names") == backups.RECEIVER, 20)
    stop.set()
    assert processes.wait_until(lambda: setting(source, "synchronous_standby_names") == "", 20)
    with source.connect() as server:
        assert processes.wait_until(
            lambda: server.execute("SELECT count(*) FROM pg_replication_slots").fetchone()[0] == 0, 20
        )


def test_after_a_kill_of_server_and_follower_the_next_start_waits_for_nobody(home, writer, tmp_path):
    backup, source, beside = backup_of(home, tmp_path / "backup")
    following = backups.take(backup, source, beside, print, follow=True)
    following._promise(True)
    told(writer, 10)
    following.receiver.kill()
    following.receiver.wait()
    for found in list(processes.working_in(Servers(home).postgres.data, "postgres")):
        found.kill()
    count, highest = numbers_in(home)
    assert count == highest
    with psycopg.connect(owner_url(Servers(home)), autocommit=True) as owner:
        owner.execute("SET statement_timeout = '5s'")
        owner.execute("INSERT INTO written VALUES (0)")


def test_a_base_backup_alone_is_restored_as_it_was(home, elsewhere, writer, tmp_path):
    last = told(writer, 40)
    backup, source, beside = backup_of(home, tmp_path / "backup")
    assert backups.take(backup, source, beside, print, follow=False) is None
    lose(home, writer)
    restoring.restore(backup, elsewhere, print)
    count, highest = numbers_in(elsewhere)
    assert count == highest >= last
