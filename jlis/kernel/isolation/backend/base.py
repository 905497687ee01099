"""Django's PostgreSQL backend, assuming the current scope's role at each BEGIN.

Middleware cannot do this: a `SET LOCAL` sent before the transaction opens is lost, and Django opens
transactions in more places than a request (tasks, commands, `atomic()` after a rollback).
"""

from django.db.backends.postgresql import base

from jlis.kernel.isolation import scope


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions run under the role of `isolation.scope.current()`."""

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # the stubs leave it out
        wanted = scope.current()
        if not autocommit and wanted is not None:
            # Leaving autocommit is how Django begins a transaction; the driver sends BEGIN with this statement.
            with self.wrap_database_errors:
                self.connection.execute(scope._ASSUME, (wanted.role, wanted.org, wanted.purpose))
