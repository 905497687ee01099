"""A place of the express lane: one conditional update of the day's row.

Why not the ORM: the row must be made by whoever comes first and counted by one statement that the database decides;
however many ask at once, no place above the cap is given. Expected: one row, by its primary key.
"""

from datetime import date

from django.db import connection

_OPEN = "INSERT INTO mynacard_expressday (day, cap, taken) VALUES (%s, %s, 0) ON CONFLICT (day) DO NOTHING"
_TAKE = "UPDATE mynacard_expressday SET taken = taken + 1 WHERE day = %s AND taken < cap RETURNING taken"


def take(day: date, *, cap: int) -> int | None:
    """The number of the place that is taken, None when the day is full. It is given back by a rollback alone."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [day, cap])
        cursor.execute(_TAKE, [day])
        row = cursor.fetchone()
    return row[0] if row else None
