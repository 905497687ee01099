"""Hot statements, planned once for each connection and role: Django binds values itself and prepares nothing.

A plan over the 47 partitions of the register takes ten times as long to make as to run (bench/query.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from jlis.kernel.isolation import scope
from jlis.kernel.isolation.preparing import PreparingCursor

Parameters = Mapping[str, Any] | Sequence[Any]


def rows(statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    """Ask under the present scope; the rows."""
    with _executed(statement, parameters) as cursor:
        return cursor.fetchall()


def run(statement: str, parameters: Parameters) -> None:
    """Run a statement that gives no rows."""
    with _executed(statement, parameters):
        pass


@contextmanager
def _executed(statement: str, parameters: Parameters) -> Iterator[PreparingCursor]:
    wanted = scope.current()
    # A plan under row-level security belongs to a role: with the role in its text each role has a plan of its own.
    named = f"{statement} -- {wanted.role if wanted else ''}"
    connection.ensure_connection()
    assert connection.connection is not None
    with connection.wrap_database_errors, PreparingCursor(connection.connection) as cursor:
        yield cursor.execute(named, parameters)
