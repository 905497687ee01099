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
    "(SELECT version.resident, {covered}, {items} FROM juki_identityrecord version WHERE {conditions} ORDER BY {order})"
)
IN_ORDER = sql.SQL("office, kana_key, version.resident, version.version")
# Among the rows of an office a covered person's would tell their town: without the address they stand after all of
# them. They are a part of their own, since to sort everybody by it, or to look at each cell for it, would cost half of
# the extract again (bench/extract.py).
#
# A second process sorts half of the rows, while nobody waits for what this one could do meanwhile. The parts still
# follow one another: of two sorted parts none is drawn by two workers at once unless Append itself is parallel.
SETTINGS = """
    SET LOCAL max_parallel_workers_per_gather = 1; SET LOCAL enable_parallel_append = off;
    SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0
"""
WITHOUT_OFFICE = sql.SQL("kana_key, version.resident, version.version")
COVERED = sql.SQL("EXISTS (SELECT FROM juki_protectedresident p WHERE p.resident = version.resident)")
# In a file of some towns, even the presence of a row tells one of them.
NOT_COVERED = sql.SQL("NOT ") + COVERED
WHETHER_COVERED = sql.SQL("CASE WHEN {} THEN '1' ELSE '0' END").format(COVERED)
YES, NO, NOTHING = sql.SQL("'1'"), sql.SQL("'0'"), sql.SQL("''")
COUNT = sql.SQL("SELECT count(*) FROM juki_identityrecord version WHERE {conditions}")
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
