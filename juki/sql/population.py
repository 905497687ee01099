"""The counting of the register by office, age, sex and class.

Why not the ORM: one statement over up to 125 million rows, aggregated where they lie. Rows expected: some 200 for each
office. Index: none, each partition is scanned once; the day's figures take the place of an earlier count of the day.
"""

from datetime import date

from django.db import connection

_FORGET = "DELETE FROM juki_populationcount WHERE day = %(on)s"
# In force on the day by the law's dates, as we know it now. An unknown day or month of birth counts as the earliest.
_COUNT = """
    INSERT INTO juki_populationcount (day, prefecture, municipality, office, age, sex, resident_class, people)
    SELECT %(on)s, prefecture, municipality, office, extract(year FROM age(%(on)s::date, birth_from))::smallint, sex,
           resident_class, count(*)
    FROM juki_identityrecord
    WHERE state = 'CURRENT' AND superseded_at IS NULL AND valid_from <= %(on)s
      AND (valid_to IS NULL OR valid_to > %(on)s)
    GROUP BY 2, 3, 4, 5, 6, 7
"""


def count(on: date) -> int:
    """Count the day anew; returns how many rows were written."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"on": on})
        cursor.execute(_COUNT, {"on": on})
        return cursor.rowcount
