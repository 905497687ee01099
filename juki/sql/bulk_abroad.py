"""The bulk query's second base: whoever left Japan is found among the 附票 (法30条の44の3).

Why not the ORM: as in `sql/bulk_query`, of whose temporary tables this is a part. Rows expected: of the file's lines
those whose person lives nowhere in Japan. Indexes: `supplementary_by_code`, `supplementary_by_birth`,
`supplementary_one_latest`.
"""

from juki.domain.bulk_queries import Way

# As the immediate query: the 附票 are asked where the register has found nobody present.
_FOUND = """
    INSERT INTO found SELECT a.line, s.resident, s.prefecture, s.id, true, true
    FROM asked a {joined} WHERE a.way = '{way}' AND s.state = 'CURRENT'
    AND s.valid_to IS NULL AND s.superseded_at IS NULL
    AND NOT EXISTS (SELECT FROM found f WHERE f.line = a.line AND f.present)
    AND (a.name_key = '' OR s.name_key = a.name_key)
    AND (a.kana_key = '' OR s.kana_key = a.kana_key)
    AND (a.sex = '' OR s.sex = a.sex)
    AND (cardinality(a.births) = 0 OR s.birth_date = ANY (a.births))
    AND (a.born_from IS NULL OR s.birth_from BETWEEN a.born_from AND a.born_to)
"""
_BORN = (
    "CROSS JOIN LATERAL unnest(a.births, a.starts) AS born(birth_date, birth_from) JOIN juki_supplementaryrecord s"
    " ON s.birth_from = born.birth_from AND s.birth_date = born.birth_date AND s.{key} = a.{key}"
)
_JOINED = {
    Way.NUMBER: "JOIN numbered USING (line) JOIN juki_supplementaryrecord s ON s.resident = numbered.resident",
    Way.CODE: "JOIN juki_supplementaryrecord s ON s.resident_code = a.resident_code",
    Way.KANA: _BORN.format(key="kana_key"),
    Way.NAME: _BORN.format(key="name_key"),
    Way.KANA_PART: "JOIN juki_supplementaryrecord s ON s.kana_key = a.kana_key",
    Way.NAME_PART: "JOIN juki_supplementaryrecord s ON s.name_key = a.name_key",
}
FOUND = {way: _FOUND.format(joined=joined, way=way.value) for way, joined in _JOINED.items()}
# As the registry, since the anchor of who left is in nobody else's sight: all others are not the 附票's to answer for.
STAYED = """
    DELETE FROM found WHERE abroad AND NOT EXISTS (
        SELECT FROM juki_resident r WHERE r.id = found.resident AND r.state = 'REMOVED' AND r.removal_reason = 'D02'
        AND r.changed_on <= %(day)s
    )
"""
# A 附票 keeps no folded address; that of a covered person is neither confirmed nor denied.
ADDRESSES = """
    SELECT f.line, f.resident, a.address_key, s.address FROM found f JOIN asked a USING (line)
    JOIN juki_supplementaryrecord s ON s.id = f.record
    WHERE f.abroad AND a.address_key <> ''
    AND NOT EXISTS (SELECT FROM juki_protectedresident p WHERE p.resident = f.resident)
"""
ELSEWHERE = """
    DELETE FROM found USING unnest(%s::integer[], %s::uuid[]) AS wrong(line, resident)
    WHERE found.abroad AND found.line = wrong.line AND found.resident = wrong.resident
"""
# The columns of an answer, as the immediate query gives them; those that a 附票 does not have stay empty.
COLUMNS = {
    **{
        column: f"s.{column}"
        for column in ("office", "address", "resident_code", "name", "name_kana", "birth_date", "sex")
    },
    "resident_class": "CASE WHEN d.abroad THEN 'JAPANESE' END",
    "change_reason": "CASE WHEN d.abroad THEN 'D02' END",
    "changed_on": "coalesce(s.abroad_since, s.changed_on)::text",
}
