"""Serial numbers: small, rising, one sequence for each authority through all its generations.

Why not the ORM: sequences. Cost: one index-free statement for any number of serials.
"""

from django.db import connection

_RESERVE = "SELECT nextval(%s::regclass) FROM generate_series(1, %s)"


def reserve(authority: str, count: int) -> list[int]:
    """The next serial numbers of an authority. A rolled-back reservation leaves a gap, never a number used twice."""
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, [f"jpki_serial_{authority}", count])
        return [serial for (serial,) in cursor.fetchall()]
