"""Django's PostgreSQL backend, assuming the current scope's role at each BEGIN.

Middleware cannot do this: a `SET LOCAL` sent before the transaction opens is lost, and Django opens
transactions in more places than a request (tasks, commands, `atomic()` after a rollback).
"""

import select
from collections.abc import Callable

from django.db.backends.postgresql import base

from jlis.kernel.isolation import scope


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions run under the role of `isolation.scope.current()`."""

    # Called before each use: whoever shares the connection with another thread waits here for its turn.
    wait_for_turn: Callable[[], None] | None = None

    def ensure_connection(self) -> None:
        """Connect where nobody has, once the connection is this thread's to use."""
        if self.wait_for_turn is not None:
            self.wait_for_turn()
        super().ensure_connection()

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # the stubs leave it out
        wanted = scope.current()
        if not autocommit and wanted is not None:
            # Leaving autocommit is how Django begins a transaction; the driver sends BEGIN with this statement.
            scope.assume(self, wanted)

    def is_usable(self) -> bool:
        """Whether the server is still there. One that went away has closed the socket, which costs no question."""
        if self.connection is not None and not self.connection.closed and not _has_word(self.connection.fileno()):
            return True
        return super().is_usable()


def _has_word(socket: int) -> bool:
    return bool(select.select([socket], [], [], 0)[0])
