"""The extract's one statement, as COPY.

Why not the ORM: half a million rows leave at the speed of COPY, or at a fifth of it through objects (measured in
bench/extract.py). Rows expected: up to a prefecture's register. Index: the prefecture's partition is chosen by the
equality on `prefecture`; within it a period or a base date is a scan of the partition, a list of offices uses
`identity_by_change`.
"""

from psycopg import sql

# The resident's id stands first on each line: whom the extract concerned goes into the audit chain, not into the file.
STATEMENT = sql.SQL(
    "COPY (SELECT {items} FROM juki_identityrecord WHERE {conditions} ORDER BY office, kana_key, resident, version)"
    " TO STDOUT (FORMAT csv, FORCE_QUOTE *)"
)
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
