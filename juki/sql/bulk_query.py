"""The join that answers a bulk query.

Why not the ORM: a file asks about up to millions of persons, and is answered by one join for each way of asking, never
row by row (bench/bulk_query.py). Rows expected: the file's. COPY fills a temporary table under the asking body's own
role; what it sees of the register is what its policies and its declared affair let it. Indexes, where a file is small:
`identity_by_code`, `identity_of_resident`, `identity_by_birth`; for a large one each partition is hashed once.
"""

from collections.abc import Sequence

from psycopg import sql

from juki.domain.bulk_queries import Way
from juki.domain.presence import present
from juki.sql import bulk_abroad

STAGING = """
    CREATE TEMPORARY TABLE asked (
        line integer, key text, fault text, way text, resident_code text, number_index bytea, name_key text,
        kana_key text, sex text, address_key text, births text[], starts date[], born_from date, born_to date
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE numbered (line integer, resident uuid) ON COMMIT DROP;
    CREATE TEMPORARY TABLE found (
        line integer, resident uuid, prefecture smallint, record bigint, present boolean, abroad boolean
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE answered (
        line integer, result text, resident uuid, prefecture smallint, record bigint, abroad boolean
    ) ON COMMIT DROP;
    GRANT SELECT ON asked TO jlis_numbers;
    GRANT INSERT ON numbered TO jlis_numbers;
    GRANT SELECT, DELETE ON found TO jlis_registry;
"""
COPY_IN = (
    "COPY asked (line, key, fault, way, resident_code, number_index, name_key, kana_key, sex, address_key, births,"
    " starts, born_from, born_to) FROM STDIN"
)
# Under the numbers' own role, which sees no other table; the index over the number is unique.
NUMBERED = """
    INSERT INTO numbered SELECT a.line, n.resident FROM asked a
    JOIN juki_individualnumber n ON n.index = a.number_index AND n.valid_to IS NULL
    WHERE a.way = 'NUMBER'
"""
# Whatever else the row tells must agree. The address of a covered person is neither confirmed nor denied.
_AGREES = """
    r.valid_to IS NULL AND r.superseded_at IS NULL
    AND (a.name_key = '' OR r.name_key = a.name_key)
    AND (a.kana_key = '' OR r.kana_key = a.kana_key)
    AND (a.sex = '' OR r.sex = a.sex)
    AND (cardinality(a.births) = 0 OR r.birth_date = ANY (a.births))
    AND (a.born_from IS NULL OR r.birth_from BETWEEN a.born_from AND a.born_to)
    AND (a.address_key = '' OR starts_with(r.address_key, a.address_key)
         OR EXISTS (SELECT FROM juki_protectedresident p WHERE p.resident = r.resident))
"""
_PRESENT = present(state="r.state", since="r.valid_from", day="%(present_on)s")
_FOUND = f"""
    INSERT INTO found
    SELECT a.line, r.resident, r.prefecture, r.id, {_PRESENT}, false
    FROM asked a {{joined}} WHERE a.way = '{{way}}' AND {_AGREES}
"""  # noqa: S608 - own constants
_BORN = (
    "CROSS JOIN LATERAL unnest(a.births, a.starts) AS born(birth_date, birth_from) JOIN juki_identityrecord r"
    " ON r.birth_from = born.birth_from AND r.birth_date = born.birth_date AND r.{key} = a.{key}"
)
_JOINED = {
    Way.NUMBER: "JOIN numbered USING (line) JOIN juki_identityrecord r ON r.resident = numbered.resident",
    Way.CODE: "JOIN juki_identityrecord r ON r.resident_code = a.resident_code",
    Way.KANA: _BORN.format(key="kana_key"),
    Way.NAME: _BORN.format(key="name_key"),
    Way.KANA_PART: "JOIN juki_identityrecord r ON r.kana_key = a.kana_key",
    Way.NAME_PART: "JOIN juki_identityrecord r ON r.name_key = a.name_key",
}
FOUND = {way: _FOUND.format(joined=joined, way=way.value) for way, joined in _JOINED.items()}
ANSWERED = """
    INSERT INTO answered
    SELECT a.line,
           CASE WHEN a.fault <> '' THEN 'FAULTY'
                WHEN f.present > 1 THEN 'SEVERAL'
                WHEN f.present = 1 AND p.resident IS NOT NULL THEN 'PROTECTED'
                WHEN f.present = 1 THEN 'MATCHED'
                WHEN f.removed > 0 THEN 'REMOVED'
                ELSE 'NOT_FOUND' END,
           CASE WHEN f.present = 1 THEN f.resident END, f.prefecture, f.record, f.abroad
    FROM asked a
    LEFT JOIN (
        SELECT line, count(*) FILTER (WHERE present) AS present, count(*) FILTER (WHERE NOT present) AS removed,
               (array_agg(resident) FILTER (WHERE present))[1] AS resident,
               (array_agg(prefecture) FILTER (WHERE present))[1] AS prefecture,
               (array_agg(record) FILTER (WHERE present))[1] AS record,
               coalesce(bool_or(abroad), false) AS abroad
        FROM found GROUP BY line
    ) f USING (line)
    LEFT JOIN juki_protectedresident p ON p.resident = f.resident
"""
COUNTS = "SELECT result, count(*) FROM answered GROUP BY result"
# Whoever was told of: delivered, or known to be removed.
SUBJECTS = sql.SQL(
    "COPY (SELECT resident FROM answered WHERE result IN ('MATCHED', 'PROTECTED')"
    " UNION SELECT f.resident FROM found f JOIN answered USING (line) WHERE result = 'REMOVED') TO STDOUT"
)
# One line for each row asked, in the file's order; the resident's id first, zeros where nobody is delivered, and then
# whether they are covered.
ANSWERS = sql.SQL(
    "COPY (SELECT coalesce(d.resident, '00000000-0000-0000-0000-000000000000'),"
    " CASE WHEN d.result = 'PROTECTED' THEN '1' ELSE '0' END, a.line, a.key, d.result, a.fault,"
    " {items} FROM asked a JOIN answered d USING (line)"
    " LEFT JOIN juki_identityrecord r ON r.prefecture = d.prefecture AND r.id = d.record AND d.resident IS NOT NULL"
    " AND NOT d.abroad"
    " LEFT JOIN juki_supplementaryrecord s ON s.id = d.record AND d.resident IS NOT NULL AND d.abroad"
    " ORDER BY a.line) TO STDOUT (FORMAT csv, FORCE_QUOTE *)"
)
_PLAIN = "coalesce(r.{column}::text, {abroad}, '')"
# What tells where a covered person is: the address, and the town.
_PLACES = frozenset({"address", "office"})
_WITHHELD = "CASE WHEN d.result = 'PROTECTED' THEN '' ELSE coalesce(r.{column}, {abroad}, '') END"


def items(columns: Sequence[str], *, marker: str, by_law: bool) -> sql.Composable:
    """The columns of the answer: no place of a covered person unless by law, a marker where the 個人番号 will be."""
    return sql.SQL(", ").join(_item(column, marker, by_law=by_law) for column in columns)


def _item(column: str, marker: str, *, by_law: bool) -> sql.Composable:
    if column == "individual_number":
        return sql.Literal(marker)
    cell = _WITHHELD if column in _PLACES and not by_law else _PLAIN
    return sql.SQL(cell.format(column=column, abroad=bulk_abroad.COLUMNS.get(column, "NULL")))
