"""Reading what COPY … TO STDOUT sends, a batch of lines at a time.

The driver's own loop takes a wait, two generators and a call for each line: with hundreds of thousands of lines, a
third of an extract's time (bench/extract.py). This one asks libpq for the lines that have come, and waits only when
there are none.
"""

import select
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.db import connection
from psycopg import OperationalError, errors, pq
from psycopg.sql import Composable

_DONE, _WAIT = -1, 0


def batches(statement: Composable, lines_at_once: int) -> Iterator[list[bytes]]:
    """The lines of a COPY … TO STDOUT without parameters, under the running transaction."""
    connection.ensure_connection()
    assert connection.connection is not None
    server = connection.connection.pgconn
    with connection.wrap_database_errors:
        server.send_query(statement.as_bytes(connection.connection))
        is_over = True
        try:
            while server.is_busy():
                _wait(server)
            _check(server.get_result(), pq.ExecStatus.COPY_OUT)
            is_over = False
            while not is_over:
                batch, is_over = _next(server, lines_at_once)
                if batch:
                    yield batch
            _check(server.get_result(), pq.ExecStatus.COMMAND_OK)
        finally:
            if not is_over:
                _break_off(server)
            while server.get_result():
                pass


def batches_by_file(statement: Composable, lines_at_once: int, folder: Path) -> Iterator[list[bytes]]:
    """The same by way of a file in a folder: the connection is free for other questions between the batches."""
    raw = folder / "rows.tmp"
    with raw.open("wb") as file:
        for batch in batches(statement, lines_at_once):
            file.writelines(batch)
    with raw.open("rb") as file:
        while batch := list(islice(file, lines_at_once)):
            yield batch
    raw.unlink()


def _next(server: pq.abc.PGconn, wanted: int) -> tuple[list[bytes], bool]:
    """Up to so many lines, and whether they are the last."""
    batch: list[bytes] = []
    take, keep = server.get_copy_data, batch.append
    while len(batch) < wanted:
        size, line = take(1)
        if size > 0:
            keep(bytes(line))
        elif size == _WAIT:
            _wait(server)
        elif size == _DONE:
            return batch, True
        else:
            raise OperationalError("the connection was lost while lines were read")
    return batch, False


def _wait(server: pq.abc.PGconn) -> None:
    select.select([server.socket], [], [])
    server.consume_input()


def _break_off(server: pq.abc.PGconn) -> None:
    """Nobody wants the rest: tell the server, and pass over what is under way."""
    server.get_cancel().cancel()
    while server.get_copy_data(0)[0] > 0:
        pass


def _check(result: pq.abc.PGresult | None, wanted: pq.ExecStatus) -> None:
    if result is None or result.status != wanted:
        raise errors.error_from_result(result) if result else OperationalError("no answer from the database")
