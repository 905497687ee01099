"""Kill -9 in the middle: what was committed is there afterwards, and the next start needs no help."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from jlis.kernel.embedded import processes
from jlis.kernel.embedded.home import PROJECT, Home
from jlis.kernel.embedded.servers import Servers
from tests.kernel.embedded_homes import command, embedded, plain_environ, take_down

pytestmark = pytest.mark.drill

WRITER = """
import os, psycopg, redis
client = redis.Redis.from_url(os.environ["REDIS_URL"])
with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
    owner.execute("CREATE TABLE IF NOT EXISTS written (number bigint PRIMARY KEY)")
    last = owner.execute("SELECT coalesce(max(number), 0) FROM written").fetchone()[0]
    while True:
        last += 1
        owner.execute("INSERT INTO written VALUES (%s)", [last])
        client.rpush("written", last)
        print(last, flush=True)
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    folder = tmp_path / "home"
    yield Home.chosen(str(folder))
    take_down(folder)


def writer(home: Home) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command(home.path, "exec", "--", sys.executable, "-W", "ignore", "-c", WRITER),
        cwd=PROJECT,
        env=plain_environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def last_line(written: bytes) -> int:
    """The last number that was told in full."""
    return int(written.split(b"\n")[-2])


def server_processes(home: Home) -> list[psutil.Process]:
    servers = Servers(home)
    found = [*processes.working_in(servers.postgres.data, "postgres")]
    found += processes.working_in(servers.valkey.folder, "valkey-server")
    return found


def owner_url(servers: Servers) -> str:
    return servers.postgres.url("jlis_owner", servers.home.secret("postgres_owner"), "jlis")


@pytest.mark.parametrize("round_", [1, 2, 3])
def test_when_everything_is_killed_in_the_middle_nothing_committed_is_lost(home, round_):
    with writer(home) as process:
        told = [process.stdout.readline() for _ in range(37 * round_)]
        for found in [*processes.session_members(process.pid), *server_processes(home)]:
            found.kill()
        written = b"".join(told) + process.stdout.read()
    assert last_line(written) >= 37 * round_
    done = embedded(home.path, "up")
    assert done.returncode == 0, done.stderr
    servers = Servers(home)
    with psycopg.connect(owner_url(servers)) as owner:
        count, last = owner.execute("SELECT count(*), max(number) FROM written").fetchone()
    assert count == last >= last_line(written)
    with redis.Redis.from_url(servers.valkey.url) as client:
        # The log of Valkey is on the disk of the system at once, and on the disk's plate within a second.
        assert client.llen("written") >= last_line(written) - 1


def test_when_the_postmaster_alone_is_killed_its_orphans_do_not_hinder_the_next(home):
    with writer(home) as process:
        process.stdout.readline()
        Servers(home).postgres.process().kill()
        process.wait(60)
    begun = time.monotonic()
    done = embedded(home.path, "up")
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - begun < 30


def test_servers_whose_exec_was_killed_are_used_again_and_stopped_by_the_next(home):
    with writer(home) as process:
        process.stdout.readline()
        before = Servers(home).postgres.process().pid
        for found in processes.session_members(process.pid):
            found.kill()
    assert Servers(home).postgres.process().pid == before, "they outlive it"
    show = (
        "import os, psycopg\n"
        "with psycopg.connect(os.environ['DATABASE_OWNER_URL']) as owner:\n"
        "    print(owner.execute('TABLE written').fetchone())"
    )
    done = embedded(home.path, "exec", "--", sys.executable, "-W", "ignore", "-c", show)
    assert done.stdout == "(1,)\n", done.stderr
    assert server_processes(home) == []


def test_a_command_whose_exec_alone_was_killed_keeps_its_servers(home):
    with writer(home) as process:
        process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        assert embedded(home.path, "exec", "--", "true").returncode == 0
        assert len(server_processes(home)) > 1, "the command still works with them"
        for found in processes.session_members(process.pid):
            found.kill()
    assert embedded(home.path, "exec", "--", "true").returncode == 0
    assert server_processes(home) == []


def test_starts_at_the_same_moment_after_a_kill_do_not_hinder_each_other(home):
    with writer(home) as process:
        process.stdout.readline()
        for found in [*processes.session_members(process.pid), *server_processes(home)]:
            found.kill()
    started = [
        subprocess.Popen(command(home.path, "exec", "--", "sleep", "1"), cwd=PROJECT, env=plain_environ())
        for _ in range(4)
    ]
    assert [process.wait(120) for process in started] == [0, 0, 0, 0]
    assert server_processes(home) == []
    assert json.loads(embedded(home.path, "status").stdout)["in_use"] is False
