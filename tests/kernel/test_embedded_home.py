"""The folder of a running house: secrets, remembered values, locks."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jlis.kernel.embedded import home as homes
from jlis.kernel.embedded.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.chosen(str(tmp_path / "a home with spaces"))


def test_the_home_is_the_one_named_by_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("JLIS_HOME", str(tmp_path / "named"))
    assert Home.chosen().path == tmp_path / "named"


def test_a_secret_is_random_stays_the_same_and_is_read_by_its_owner_alone(home):
    secret = home.secret("postgres_app")
    place = home.path / "secrets" / "postgres_app"
    assert len(secret) >= 50
    assert home.secret("postgres_app") == secret != home.secret("postgres_owner")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


def test_two_that_ask_for_a_secret_at_once_are_given_the_same(home):
    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(lambda _: home.secret("valkey"), range(40)))
    assert len(secrets) == 1
    assert [place.name for place in (home.path / "secrets").iterdir()] == ["valkey"]


def test_what_is_remembered_is_found_again(home):
    home.remember("postgres", {"port": 1234})
    assert home.remembered("postgres") == {"port": 1234}


@pytest.mark.parametrize("content", ["", '{"port": 12', "[1, 2]", "\x00"])
def test_a_broken_note_counts_as_none(home, content):
    (home.path / "run" / "postgres.json").write_text(content)
    assert home.remembered("postgres") == {}


def test_a_lock_is_held_by_one(home):
    with home.locked("supervisor", wait=False):
        with pytest.raises(BlockingIOError), home.locked("supervisor", wait=False):
            pytest.fail("the lock was given twice")
        with home.locked("servers", wait=False):
            pass
    with home.locked("supervisor", wait=False):
        pass


def test_servers_are_in_use_while_anybody_holds_a_lease(home):
    assert not home.in_use()
    first, second = home.lease(), home.lease()
    first.close()
    assert home.in_use()
    second.close()
    assert not home.in_use()


def test_a_long_log_is_put_aside(home, monkeypatch):
    monkeypatch.setattr(homes, "LOG_LIMIT", 10)
    for line in (b"first, and longer than the limit\n", b"second\n"):
        with home.log("web") as log:
            log.write(line)
    assert home.log_tail("web") == "second"
    assert (home.path / "log" / "web.log.1").read_bytes().startswith(b"first")
