"""The extract's one statement, as COPY.

Why not the ORM: half a million rows leave at the speed of COPY, or at a fifth of it through objects (measured in
bench/extract.py). Rows expected: up to a prefecture's register. Index: the prefecture's partition is chosen by the
equality on `prefecture`; within it a period or a base date is a scan of the partition, a list of offices uses
`identity_by_change`.
"""

from psycopg import sql

# The resident's id stands first on each line, and then whether they are covered by a 支援措置: both are for the audit
# chain and the report, not for the file. What tells where a covered person is leaves the database by law alone.
STATEMENT = sql.SQL("COPY ({parts}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)")
PART = sql.SQL(
    "(SELECT {items} FROM juki_identityrecord version"
    " LEFT JOIN juki_protectedresident covered ON covered.resident = version.resident"
    " WHERE {conditions} ORDER BY {order})"
)
IN_ORDER = sql.SQL("office, kana_key, version.resident, version.version")
# Among the rows of an office a covered person's would tell their town: without the address they stand after all of
# them. They are a part of their own, since to sort everybody by it would cost half of the extract again
# (bench/extract.py); parts follow one another as long as no two workers draw them at once.
ONE_AFTER_ANOTHER = "SET LOCAL max_parallel_workers_per_gather = 0"
THE_REST = sql.SQL("covered.resident IS NULL")
COVERED_ONES = sql.SQL("covered.resident IS NOT NULL")
WITHOUT_OFFICE = sql.SQL("kana_key, version.resident, version.version")
# In a file of some towns, even the presence of a row tells one of them.
COVERED = sql.SQL("EXISTS (SELECT FROM juki_protectedresident p WHERE p.resident = version.resident)")
NOT_COVERED = sql.SQL("NOT ") + COVERED
COUNT = sql.SQL("SELECT count(*) FROM juki_identityrecord version WHERE {conditions}")
ROW = (
    sql.SQL("version.resident"),
    sql.SQL("CASE WHEN covered.resident IS NULL THEN '0' ELSE '1' END"),
)
UNLESS_COVERED = sql.SQL("CASE WHEN covered.resident IS NULL THEN {column} ELSE '' END")
COLUMNS = {
    "municipality": "office",
    "address": "address",
    "resident_code": "resident_code",
    "name": "name",
    "name_kana": "name_kana",
    "former_surname": "former_surname",
    "former_surname_kana": "former_surname_kana",
    "birth_date": "birth_date",
    "sex": "sex",
    "resident_class": "resident_class",
    "change_reason": "change_reason",
    "changed_on": "changed_on",
}
