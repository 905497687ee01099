"""Work in the database beside work in Python: while the driver waits for the server, the interpreter is free.

For a load of many batches: one batch is written while the next is read and checked (bench/load.py). All of it stays
one transaction on the caller's connection, which does one thing at a time: a caller that asks it something after
`start` waits first until the piece has ended. Cursors are made anew, not kept over a `start`.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from types import TracebackType
from typing import Self

from django.db import DEFAULT_DB_ALIAS, connections


class Beside:
    """A thread that works for the running transaction, a piece at a time and in the scope that starts it."""

    def __init__(self) -> None:
        self._database = connections[DEFAULT_DB_ALIAS]
        self._running: Future[None] | None = None
        self._borrower: int | None = None

    def __enter__(self) -> Self:
        self._database.inc_thread_sharing()
        self._database.wait_for_turn = self._give_way  # type: ignore[attr-defined]  # our backend's own
        self._thread = ThreadPoolExecutor(1, "beside", self._lend)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            # A rollback must not meet a running statement; what it fails of then is not what went wrong first.
            self._thread.shutdown(wait=True)
            if error is None:
                self.wait()
        finally:
            self._database.wait_for_turn = None  # type: ignore[attr-defined]
            self._database.dec_thread_sharing()

    def start(self, work: Callable[[], None]) -> None:
        """Start a piece of work, once the one before has ended."""
        self.wait()
        self._running = self._thread.submit(copy_context().run, work)

    def wait(self) -> None:
        """Wait for the piece that runs; raises what it raised."""
        running, self._running = self._running, None
        if running is not None:
            running.result()

    def _lend(self) -> None:
        self._borrower = threading.get_ident()
        connections[DEFAULT_DB_ALIAS] = self._database

    def _give_way(self) -> None:
        if threading.get_ident() != self._borrower:
            self.wait()
