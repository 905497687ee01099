"""Drawing from the room's national sequences; they never go back, so no number is given twice."""

from django.db import connection

_DRAW = "SELECT nextval(%s::regclass) FROM generate_series(1, %s)"


def draw(sequence: str, count: int) -> list[int]:
    """The next numbers of `card`, `form`, `lot` or `sitting`."""
    with connection.cursor() as cursor:
        cursor.execute(_DRAW, [f"mynacard_{sequence}_seq", count])
        return [row[0] for row in cursor.fetchall()]
