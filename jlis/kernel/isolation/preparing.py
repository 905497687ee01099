"""A cursor whose statements are planned once for their connection, and remembered by it; those of no other cursor are.

The driver would count every statement that it runs, to prepare those that come often, and keep the last hundred whole,
with the values in them: twenty MB in a load of a million rows (bench/load.py).
"""

from typing import Any, Self

from psycopg import Cursor


class PreparingCursor(Cursor[tuple[Any, ...]]):
    """Prepares each statement the first time it is executed; the connection's `prepare_threshold` is None."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        self.connection.prepare_threshold = 0
        try:
            return super().execute(query, params, **options)
        finally:
            self.connection.prepare_threshold = None
