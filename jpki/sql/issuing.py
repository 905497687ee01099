"""Writing issued certificates in bulk.

Why not the ORM: thousands of rows with 1.5 kB each; one statement from arrays takes a tenth of the time of
``bulk_create``, and ON CONFLICT tells which residents won a race. Expected: up to 500 rows a call, by primary keys.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from jlis.kernel import prepared as prepared_statements
from jlis.kernel.arrays import array

_STATUSES = """
    INSERT INTO jpki_certificatestatus
        (generation_id, serial, kind, partition_id, state, cause, not_before, not_after, prepared_at, version)
    SELECT %(generation)s, serial, %(kind)s, partition, 'PREPARED', '', not_before, not_after, now(), 1
    FROM unnest(%(serials)s::bigint[], %(partitions)s::bigint[], %(not_befores)s::timestamptz[],
                %(not_afters)s::timestamptz[])
         AS wanted(serial, partition, not_before, not_after)
    RETURNING serial, id
"""
_CERTIFICATES = """
    INSERT INTO jpki_certificate
        (status_id, resident_id, kind, profile_id, prefecture, municipality, office, to_be_signed, predecessor_id,
         issue_information, record_version, exemptions)
    SELECT id, resident, %(kind)s, %(profile)s, prefecture, municipality, office, to_be_signed, predecessor,
           information, version, exemptions
    FROM unnest(%(ids)s::bigint[], %(residents)s::uuid[], %(prefectures)s::smallint[], %(municipalities)s::text[],
                %(offices)s::text[], %(to_be_signed)s::bytea[], %(predecessors)s::bigint[], %(information)s::jsonb[],
                %(versions)s::int[], %(exemptions)s::jsonb[])
         AS wanted(id, resident, prefecture, municipality, office, to_be_signed, predecessor, information, version,
                   exemptions)
"""
_EXPIRED = """
    DELETE FROM jpki_holding h USING jpki_certificatestatus s
    WHERE s.id = h.status_id AND h.resident = ANY(%s::uuid[]) AND h.kind = %s AND s.not_after < %s
"""
_HELD = """
    SELECT h.resident, h.status_id, s.state, s.not_after
    FROM jpki_holding h JOIN jpki_certificatestatus s ON s.id = h.status_id
    WHERE h.resident = ANY(%s::uuid[]) AND h.kind = %s
"""
# Sorted, so that two who issue to the same residents wait for each other and do not deadlock.
_HOLD = """
    INSERT INTO jpki_holding (resident, kind, status_id)
    SELECT resident, %s, id FROM unnest(%s::uuid[], %s::bigint[]) AS wanted(resident, id) ORDER BY resident
    ON CONFLICT (resident, kind) DO NOTHING
    RETURNING status_id
"""
# The tally's row stands with the issue itself (`jpki.models.tallies`).
_SIGN = """
    WITH issued AS (
        UPDATE jpki_certificatestatus s
        SET state = 'VALID', signature = signed.signature, issued_at = s.not_before, version = s.version + 1
        FROM unnest(%s::bigint[], %s::bytea[]) AS signed(id, signature)
        WHERE s.id = signed.id
        RETURNING (s.issued_at AT TIME ZONE 'Asia/Tokyo')::date AS day, s.partition_id, s.kind
    )
    INSERT INTO jpki_certificatetally (day, partition_id, kind, what, cause, number, is_whole)
    SELECT day, partition_id, kind, 'ISSUED', '', count(*), false FROM issued GROUP BY 1, 2, 3
"""
_NEW_PLACES = """
    SELECT DISTINCT partition FROM unnest(%s::bigint[]) AS used(partition)
    WHERE NOT EXISTS (SELECT 1 FROM jpki_crlseries WHERE generation_id = %s AND partition_id = partition)
"""


class Prepared(NamedTuple):
    """One certificate whose content is fixed."""

    serial: int
    partition: int
    not_before: datetime
    not_after: datetime
    resident: UUID
    prefecture: int
    municipality: str
    office: str
    to_be_signed: bytes
    predecessor: int | None
    information: dict[str, str | int] | None
    record_version: int
    exemptions: list[str]


class Held(NamedTuple):
    """The certificate of a kind that a resident holds."""

    status: int
    state: str
    not_after: datetime


def held(residents: Sequence[UUID], kind: str) -> dict[UUID, Held]:
    """What the residents hold of a kind."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [array(residents), kind])
        return {resident: Held(*rest) for resident, *rest in cursor.fetchall()}


def let_expired_go(residents: Sequence[UUID], kind: str, at: datetime) -> None:
    """Note that what has expired is held no longer."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRED, [array(residents), kind, at])


def store(prepared: Sequence[Prepared], *, generation: int, profile: int, kind: str) -> list[int]:
    """Write what is to be signed, with its serials; returns the status ids in the order given,
    which is that of the residents' codes: the register locks them so as well."""
    columns = list(zip(*prepared, strict=True))
    serials, partitions, not_befores, not_afters, residents, *tenant, content, predecessors, told, versions, lifted = (
        map(list, columns)
    )
    statuses = {
        "generation": generation, "kind": kind, "serials": array(serials), "partitions": array(partitions),
        "not_befores": array(not_befores), "not_afters": array(not_afters),
    }  # fmt: skip
    by_serial: dict[int, int] = dict(prepared_statements.rows(_STATUSES, statuses))
    ids = [by_serial[serial] for serial in serials]
    certificates = {
        "kind": kind, "profile": profile, "ids": array(ids), "residents": array(residents),
        "prefectures": array(tenant[0]), "municipalities": array(tenant[1]), "offices": array(tenant[2]),
        "to_be_signed": array(content), "predecessors": array(predecessors),
        "information": array([Jsonb(each) if each else None for each in told]),
        "versions": array(versions), "exemptions": array([Jsonb(each) for each in lifted]),
    }  # fmt: skip
    prepared_statements.run(_CERTIFICATES, certificates)
    # The residents' rows are locked by this, before anybody takes the turn to tell of them: so does the register.
    connection.check_constraints()
    return ids


def hold(residents: Sequence[UUID], ids: Sequence[int], kind: str) -> set[int]:
    """Let residents hold certificates; returns those that they hold now. Who holds another one already keeps that."""
    return {status for (status,) in prepared_statements.rows(_HOLD, [kind, array(residents), array(ids)])}


def sign(ids: Sequence[int], signatures: Sequence[bytes]) -> None:
    """Record signatures over locked, prepared certificates: they are issued now."""
    prepared_statements.run(_SIGN, [array(ids), array(signatures)])


def places_without_list(partitions: Sequence[int], generation: int) -> list[tuple[int, int]]:
    """(generation, partition) pairs for which no list was ever published."""
    with connection.cursor() as cursor:
        cursor.execute(_NEW_PLACES, [sorted(set(partitions)), generation])
        return [(generation, partition) for (partition,) in cursor.fetchall()]
