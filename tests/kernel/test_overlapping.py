"""Work beside the caller's: in the same transaction and scope, one piece at a time, its errors the caller's."""

import threading
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection

from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, acting
from jlis.kernel.overlapping import Beside

pytestmark = pytest.mark.django_db


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def ask(statement: str):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def test_it_works_in_another_thread_of_the_same_transaction():
    threads = []
    with acting(SYSTEM), Beside() as beside:
        beside.start(lambda: threads.append(threading.current_thread()))
        beside.start(lambda: run("CREATE TEMPORARY TABLE made_beside AS SELECT 1 AS one"))
        beside.wait()
        assert ask("SELECT one FROM made_beside") == 1
    assert threads != [threading.current_thread()]


def test_it_acts_in_the_scope_that_starts_it():
    roles = []
    with acting(REGISTRY), Beside() as beside:
        beside.start(lambda: roles.append(ask("SELECT current_user")))
    assert roles == ["jlis_registry"]


def test_the_last_piece_is_waited_for():
    slow, done = threading.Event(), []
    with acting(SYSTEM), Beside() as beside:
        beside.start(lambda: done.append(slow.wait(10)))
        slow.set()
    assert done == [True]


def fail(waits: bool) -> None:
    with acting(SYSTEM):
        run("CREATE TEMPORARY TABLE never_kept AS SELECT 1")
        with Beside() as beside:
            beside.start(lambda: run("SELECT 1 FROM no_such_table"))
            if waits:
                beside.wait()


@pytest.mark.parametrize("waits", [True, False])
def test_what_it_raises_is_raised_and_rolls_back(waits):
    with pytest.raises(DatabaseError):
        fail(waits)
    assert ask("SELECT to_regclass('pg_temp.never_kept')") is None


def fail_first(work: Callable[[], None], begun: threading.Event) -> None:
    with acting(SYSTEM), Beside() as beside:
        beside.start(work)
        begun.wait(10)
        raise KeyError


def test_the_callers_error_comes_first_and_waits_for_what_runs():
    begun, ended = threading.Event(), []

    def work():
        begun.set()
        run("SELECT pg_sleep(0.05)")
        ended.append(True)
        run("SELECT 1 FROM no_such_table")

    with pytest.raises(KeyError):
        fail_first(work, begun)
    assert ended == [True]


def test_the_connection_is_the_callers_alone_afterwards():
    with acting(SYSTEM), Beside() as beside:
        beside.start(lambda: None)
    assert not connection.allow_thread_sharing


def test_whoever_asks_the_connection_meanwhile_waits():
    begun, seen = threading.Event(), []

    def work():
        begun.set()
        run("SELECT pg_sleep(0.05)")
        seen.append(ask("SELECT current_user"))

    with acting(REGISTRY), Beside() as beside:
        beside.start(work)
        begun.wait(10)
        with acting(SYSTEM):
            seen.append(ask("SELECT current_user"))
        seen.append(ask("SELECT current_user"))
    assert seen == ["jlis_registry", "jlis_system", "jlis_registry"]


def ask_meanwhile() -> None:
    with acting(SYSTEM), Beside() as beside:
        beside.start(lambda: run("SELECT 1 FROM no_such_table"))
        ask("SELECT 1")


def test_what_went_wrong_is_raised_where_the_caller_waits():
    with pytest.raises(DatabaseError, match="no_such_table"):
        ask_meanwhile()
