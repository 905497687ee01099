"""Lines of COPY in batches; a reader that stops, or a statement that fails, leaves the connection fit for the next."""

import pytest
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from jlis.kernel import copying

pytestmark = pytest.mark.django_db


def numbers(to: int, value: str = "n") -> sql.SQL:
    return sql.SQL(f"COPY (SELECT {value} FROM generate_series(1, {to}) AS n) TO STDOUT (FORMAT csv, FORCE_QUOTE *)")


def answers() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 42")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("rows", [0, 1, 999, 1000, 1001, 50_000])
def test_every_line_comes_once_and_in_order(rows):
    batches = list(copying.batches(numbers(rows), 1000))
    assert [line for batch in batches for line in batch] == [b'"%d"\n' % n for n in range(1, rows + 1)]
    assert all(len(batch) == 1000 for batch in batches[:-1])
    assert answers() == 42


def test_a_reader_that_stops_breaks_the_statement_off():
    with transaction.atomic():
        reading = copying.batches(numbers(50_000_000), 10)
        assert len(next(reading)) == 10
        reading.close()
        with pytest.raises(DatabaseError):
            answers()  # nothing more is done in that transaction
        transaction.set_rollback(True)
    assert answers() == 42


def test_a_fault_in_the_middle_is_told():
    with pytest.raises(DatabaseError, match="division by zero"), transaction.atomic():
        list(copying.batches(numbers(20_000, "1 / (n - 15000)"), 100))
    assert answers() == 42


def test_a_faulty_statement_is_told():
    with pytest.raises(DatabaseError), transaction.atomic():
        list(copying.batches(sql.SQL("COPY (SELECT nothing) TO STDOUT"), 100))
    assert answers() == 42
