"""Hot statements are planned once for a connection; no other statement is kept by it."""

import pytest
from django.db import connection

from jlis.kernel import prepared
from jlis.kernel.isolation.scope import SYSTEM, acting

pytestmark = pytest.mark.django_db


def kept(words: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE %s", [f"SELECT %{words}%"])
        return [row[0] for row in cursor.fetchall()]


def test_a_hot_statement_is_kept_once_whatever_its_values():
    with acting(SYSTEM):
        assert [prepared.rows("SELECT %s::int AS hot_one", [value]) for value in (1, 2)] == [[(1,)], [(2,)]]
        assert len(kept("hot_one")) == 1


def test_one_that_comes_often_is_not_kept_for_that():
    with acting(SYSTEM):
        for _ in range(10):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 AS often_one")
        assert kept("often_one") == []
        assert connection.connection.prepare_threshold is None, "and its text, with the values in it, is not counted"
