"""PostgreSQL and Valkey from wheels: up, down, borrowed, in a folder that only its owner may enter."""

import json
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from jlis.kernel.embedded import postgres, unprivileged
from jlis.kernel.embedded.home import PROJECT, Home
from jlis.kernel.embedded.postgres import Postgres, programs
from jlis.kernel.embedded.servers import Servers
from tests.kernel.embedded_homes import command, embedded, plain_environ, take_down

SHOW = "import json, os; print(json.dumps({n: v for n, v in os.environ.items() if n.endswith('_URL')}))"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("closed") / "my home"
    folder.mkdir(mode=0o700)
    yield folder
    take_down(folder)


@pytest.fixture
def up(home: Path) -> Servers:
    done = embedded(home, "up")
    assert done.returncode == 0, done.stderr
    return Servers(Home.chosen(str(home)))


@pytest.fixture
def down(home: Path) -> Servers:
    take_down(home)
    return Servers(Home.chosen(str(home)))


def status(home: Path) -> tuple[int, dict]:
    done = embedded(home, "status")
    return done.returncode, json.loads(done.stdout)


def durability(servers: Servers) -> tuple[str, str]:
    with psycopg.connect(servers.postgres.superuser_url) as connection:
        (fsync,) = connection.execute("SHOW fsync").fetchone()
    with redis.Redis.from_url(servers.valkey.url) as client:
        return fsync, client.config_get("appendonly")["appendonly"]


def test_up_and_down(home, down):
    assert status(home)[0] == 3
    assert embedded(home, "up").returncode == 0
    code, found = status(home)
    assert code == 0
    assert found["postgres"]["answers"]
    assert found["valkey"]["answers"]
    assert embedded(home, "down").returncode == 0
    assert status(home)[0] == 3


def test_a_second_start_finds_the_servers_and_the_ports_of_the_first(home, up):
    before = status(home)[1]
    assert embedded(home, "up").returncode == 0
    assert status(home)[1] == before


def test_the_server_does_not_run_as_root_by_its_own_account_of_itself(up):
    process = up.postgres.process()
    mapped = Path(f"/proc/{process.pid}/uid_map").read_text().split()
    assert process.uids().real != 0 or mapped[0] != "0"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("max_connections", "200"),
        ("shared_buffers", "256MB"),
        ("TimeZone", "UTC"),
        ("log_error_verbosity", "terse"),
    ],
)
def test_a_house_that_runs_is_durable_closed_and_discreet(up, setting, value):
    with psycopg.connect(up.postgres.superuser_url) as connection:
        assert connection.execute(f"SHOW {setting}").fetchone() == (value,)


def test_texts_sort_by_code_point_and_a_prefix_search_may_use_a_plain_index(up):
    addresses = json.loads(embedded(up.home.path, "exec", "--", sys.executable, "-c", SHOW).stdout)
    with psycopg.connect(addresses["DATABASE_OWNER_URL"]) as connection:
        found = connection.execute(
            "SELECT datlocprovider::text, datlocale, pg_encoding_to_char(encoding)"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert found == ("b", "C.UTF-8", "UTF8")


def test_a_wrong_password_and_none_are_refused(up):
    for user in ("postgres", "jlis_app"):
        for password in ("wrong", ""):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(up.postgres.url(user, password, "jlis"))
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=up.valkey.port).ping()


def test_no_password_is_shown_in_the_list_of_processes(up):
    secrets = {place.read_text() for place in (up.home.path / "secrets").iterdir()}
    for server in (up.postgres, up.valkey):
        shown = " ".join(server.process().cmdline()) + " ".join(server.process().environ().values())
        assert not any(secret in shown for secret in secrets)


def test_valkey_keeps_what_it_is_given(up):
    with redis.Redis.from_url(up.valkey.url) as client:
        found = client.config_get("appendonly", "maxmemory-policy")
    assert found == {"appendonly": "yes", "maxmemory-policy": "noeviction"}


def test_exec_gives_the_addresses_answers_with_the_code_and_stops_what_it_started(home, down):
    script = f"{SHOW}; raise SystemExit(7)"
    done = embedded(home, "exec", "--", sys.executable, "-c", script)
    assert done.returncode == 7, done.stderr
    addresses = json.loads(done.stdout)
    assert {"DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ADMIN_URL", "REDIS_URL"} <= set(addresses)
    assert addresses["DATABASE_URL"].startswith("postgresql://jlis_app:")
    assert addresses["DATABASE_OWNER_URL"].startswith("postgresql://jlis_owner:")
    assert status(home)[0] == 3


def test_exec_leaves_running_what_up_has_started(home, up):
    assert embedded(home, "exec", "--", "true").returncode == 0
    assert status(home)[0] == 0


def test_exec_of_an_unknown_command_says_so(home, down):
    done = embedded(home, "exec", "--", "no-such-command")
    assert done.returncode == 127
    assert "no-such-command" in done.stderr
    assert status(home)[0] == 3


def test_several_at_once_share_the_servers_and_the_last_one_stops_them(home, down):
    script = (
        "import os, sys, time, psycopg; time.sleep(float(sys.argv[1]));"
        "print(psycopg.connect(os.environ['DATABASE_URL']).execute('SELECT pg_postmaster_start_time()').fetchone())"
    )
    started = [
        subprocess.Popen(
            command(home, "exec", "--", sys.executable, "-W", "ignore", "-c", script, pause),
            cwd=PROJECT,
            env=plain_environ(),
            stdout=subprocess.PIPE,
            text=True,
        )
        for pause in ("0", "0.5", "1.5")
    ]
    outputs = {process.communicate(timeout=60)[0] for process in started}
    assert [process.returncode for process in started] == [0, 0, 0]
    assert len(outputs) == 1
    assert status(home)[0] == 3


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_exec_passes_a_signal_on_and_still_stops_the_servers(home, down, number):
    script = (
        "import signal, sys, time\n"
        f"signal.signal({int(number)}, lambda *_: sys.exit(9))\n"
        "print('up', flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        command(home, "exec", "--", sys.executable, "-c", script),
        cwd=PROJECT,
        env=plain_environ(),
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout.readline() == b"up\n"
        process.send_signal(number)
        assert process.wait(30) == 9
    assert status(home)[0] == 3


def test_a_port_taken_by_a_stranger_is_given_up_for_another(home, down):
    assert embedded(home, "exec", "--", "true").returncode == 0
    remembered = down.postgres.port
    with socket.create_server(("127.0.0.1", remembered)):
        done = embedded(home, "exec", "--", sys.executable, "-c", SHOW)
    assert done.returncode == 0, done.stderr
    assert f":{remembered}/" not in json.loads(done.stdout)["DATABASE_URL"]


def test_servers_left_running_are_not_called_forgotten(home, down):
    done = embedded(home, "up", "--fast", PYTHONWARNINGS="default")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_fast_server_is_not_given_to_one_that_must_keep_its_data(home, down):
    assert embedded(home, "up", "--fast").returncode == 0
    assert durability(down) == ("off", "no")
    assert embedded(home, "up").returncode == 0
    assert durability(down) == ("on", "yes")
    assert embedded(home, "up", "--fast").returncode == 0
    assert durability(down) == ("on", "yes"), "a test may use a durable one"


def test_with_the_servers_of_somebody_else_nothing_is_started(up, tmp_path):
    given = json.loads(embedded(up.home.path, "exec", "--", sys.executable, "-c", SHOW).stdout)
    done = embedded(tmp_path / "other", "exec", "--", sys.executable, "-c", SHOW, **given)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == given
    assert status(tmp_path / "other")[0] == 3
    assert not (tmp_path / "other" / "postgres").exists()
    assert not (tmp_path / "other" / "valkey").exists()


def test_one_of_the_two_addresses_of_a_database_is_not_enough(tmp_path):
    done = embedded(tmp_path, "exec", "--", "true", DATABASE_URL="postgresql://app@127.0.0.1/jlis")
    assert done.returncode == 1
    assert "DATABASE_OWNER_URL" in done.stderr


def test_what_the_caller_has_set_for_libpq_and_locale_does_not_matter(tmp_path):
    try:
        done = embedded(
            tmp_path,
            "exec",
            "--fast",
            "--",
            "true",
            PGPORT="1",
            PGHOST="nowhere",
            LC_ALL="xx_YY",
            LANG="xx",
            PGDATA="/",
        )
        assert done.returncode == 0, done.stderr
    finally:
        take_down(tmp_path)


def test_a_start_that_was_killed_while_it_made_the_cluster_is_made_anew(tmp_path):
    (tmp_path / "postgres" / "new" / "base").mkdir(parents=True)
    try:
        done = embedded(tmp_path, "exec", "--fast", "--", "true")
        assert done.returncode == 0, done.stderr
        assert not (tmp_path / "postgres" / "new").exists()
    finally:
        take_down(tmp_path)


@pytest.mark.parametrize("stranger", ["self", "dead"])
def test_a_note_of_a_killed_server_does_not_keep_the_next_from_starting(home, down, stranger):
    assert embedded(home, "exec", "--", "true").returncode == 0
    with subprocess.Popen(["sleep", "0"]) as dead:
        dead.wait()
    note = down.postgres.data / "postmaster.pid"
    pid = os.getpid() if stranger == "self" else dead.pid
    note.write_text(f"{pid}\n{down.postgres.data}\n{int(time.time())}\n5432\n\n127.0.0.1\n")
    done = embedded(home, "exec", "--", "true")
    assert done.returncode == 0, done.stderr
    assert psutil.pid_exists(os.getpid())


def test_where_the_shared_memory_is_closed_or_tiny_files_take_its_place(tmp_path, monkeypatch):
    home = Home.chosen(str(tmp_path))
    monkeypatch.setattr(postgres, "SHARED_MEMORY", tmp_path / "none")
    server = Postgres(home)
    try:
        with home.locked():
            server.start(fast=True)
            with psycopg.connect(server.superuser_url) as connection:
                assert connection.execute("SHOW dynamic_shared_memory_type").fetchone() == ("mmap",)
    finally:
        server.stop()


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")


@needs_root
def test_root_without_user_namespaces_runs_it_as_an_ordinary_user(tmp_path, monkeypatch):
    """In many containers `unshare` is refused; the data then move to where that user can reach them."""
    refusing = tmp_path / "bin"
    refusing.mkdir()
    (refusing / "unshare").write_text("#!/bin/sh\nexit 1\n")
    (refusing / "unshare").chmod(0o755)
    monkeypatch.setenv("PATH", f"{refusing}:{os.environ['PATH']}")
    monkeypatch.setattr(unprivileged, "OUTSIDE", Path("/var/tmp") / f"jlis-{os.getpid()}")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = Home.chosen(str(closed / "var"))
    server = Postgres(home)
    try:
        with home.locked():
            assert server.start(fast=True)
            ordinary = pwd.getpwnam("nobody").pw_uid
            assert server.process().uids().real == ordinary
            assert (home.path / "postgres").stat().st_uid == ordinary
            assert not Postgres(home).start(fast=True)
            server.stop()
            assert server.start(fast=True), "what it left is found again"
    finally:
        server.stop()
        subprocess.run(["rm", "-rf", str(unprivileged.OUTSIDE)], check=True)
    assert closed.stat().st_mode & 0o777 == 0o700


@needs_root
def test_data_of_root_are_kept_when_user_namespaces_are_no_longer_to_be_had(tmp_path, monkeypatch):
    folder = tmp_path / "postgres"
    monkeypatch.setattr(unprivileged, "OUTSIDE", Path("/var/tmp") / f"jlis-moved-{os.getpid()}")
    way = unprivileged.choose(folder, programs())
    if not way.prefix:
        pytest.skip("this machine refuses user namespaces to root already")
    (folder / "kept").write_text("data")
    refused = unprivileged.Way.works
    monkeypatch.setattr(unprivileged.Way, "works", lambda way: not way.prefix and refused(way))
    try:
        way = unprivileged.choose(folder, programs())
        assert way.user
        assert (way.folder / "kept").read_text() == "data"
        assert (folder / "kept").read_text() == "data", "the old place leads to the new one"
    finally:
        subprocess.run(["rm", "-rf", str(unprivileged.OUTSIDE)], check=True)


def test_a_folder_of_another_user_is_refused_with_a_word(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    monkeypatch.setattr(unprivileged.Way, "works", lambda way: False)
    with pytest.raises(unprivileged.CannotRun, match="JLIS_HOME"):
        unprivileged.choose(tmp_path / "postgres", programs())
