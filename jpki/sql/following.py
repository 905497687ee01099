"""The certificates of the residents that a batch of the register's events names.

Why not the ORM: up to 500 residents a batch, read and moved in two statements. Indexes: the holdings' primary key,
``status_unfinished``, the certificates' foreign key to the resident.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection

# Held ones by the narrow table's key; those between storing and signing by the few rows of the partial index.
_IN_FORCE = """
    SELECT h.resident, s.id, s.kind, c.record_version,
           coalesce((c.issue_information ->> 'supplementary_version')::int, 0)
    FROM jpki_holding h JOIN jpki_certificatestatus s ON s.id = h.status_id
    JOIN jpki_certificate c ON c.status_id = h.status_id
    WHERE h.resident = ANY(%(residents)s)
    UNION
    SELECT c.resident_id, s.id, s.kind, c.record_version,
           coalesce((c.issue_information ->> 'supplementary_version')::int, 0)
    FROM jpki_certificatestatus s JOIN jpki_certificate c ON c.status_id = s.id
    WHERE s.state = 'PREPARED' AND c.resident_id = ANY(%(residents)s)
"""
_MOVE = """
    WITH moved AS (
        SELECT * FROM unnest(%s::uuid[], %s::smallint[], %s::text[], %s::text[])
             AS told(resident, prefecture, municipality, office)
    ), telephones AS (
        UPDATE jpki_mobiledevice d
        SET prefecture = moved.prefecture, municipality = moved.municipality, office = moved.office
        FROM moved WHERE d.resident_id = moved.resident
          AND (d.prefecture, d.municipality, d.office) <> (moved.prefecture, moved.municipality, moved.office)
    )
    UPDATE jpki_certificate c
    SET prefecture = moved.prefecture, municipality = moved.municipality, office = moved.office
    FROM moved WHERE c.resident_id = moved.resident
      AND (c.prefecture, c.municipality, c.office) <> (moved.prefecture, moved.municipality, moved.office)
"""


class InForce(NamedTuple):
    """A certificate that a resident holds or is about to, and the register's version that it was made of; of one that
    was issued abroad the 附票's as well."""

    id: int
    kind: str
    record_version: int
    supplementary_version: int


class Tenant(NamedTuple):
    """Prefecture number, municipality code, office code."""

    prefecture: int
    municipality: str
    office: str


def in_force(residents: Sequence[UUID]) -> dict[UUID, list[InForce]]:
    """What the residents hold or are about to, by resident."""
    found: dict[UUID, list[InForce]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, {"residents": list(set(residents))})
        for resident, *rest in cursor.fetchall():
            found[resident].append(InForce(*rest))
    return found


def move_with(tenants: Mapping[UUID, Tenant]) -> None:
    """Let the certificates and telephones follow their holders to another town."""
    if not tenants:
        return
    rows = list(tenants.values())
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE,
            [
                list(tenants),
                [row.prefecture for row in rows],
                [row.municipality for row in rows],
                [row.office for row in rows],
            ],
        )
