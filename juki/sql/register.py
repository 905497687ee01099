"""What a call of notifications reads of the register, and what it writes: one statement a table (J1).

Why not the ORM: a call has a thousand notices, and it would make a statement for each (bench/ingest.py). Rows
expected: the call's. Indexes: `identity_one_latest`, `identity_of_resident`. A statement names its prefecture as a
constant, since the planner leaves out the other 46 partitions only for one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from psycopg.types.json import Jsonb

from jlis.kernel import prepared
from jlis.kernel.arrays import array, columns
from juki.models import IdentityRecord, Notification, NumberNotice, Resident, ResidentCode, SenderSequence

_RECORD = [field.attname for field in IdentityRecord._meta.concrete_fields]
_VERSION_TYPES = {
    "prefecture": "smallint", "municipality": "text", "office": "text", "resident": "uuid", "version": "int",
    "state": "text", "resident_code": "text", "name": "text", "name_kana": "text", "kana_source": "text",
    "former_surname": "text", "former_surname_kana": "text", "alias": "text", "address": "text", "birth_date": "text",
    "birth_from": "date", "sex": "text", "resident_class": "text", "change_reason": "text", "changed_on": "date",
    "valid_from": "date", "valid_to": "date", "recorded_at": "timestamptz", "notification": "uuid",
    "name_key": "text", "kana_key": "text", "address_key": "text",
}  # fmt: skip
VERSION_COLUMNS = tuple(_VERSION_TYPES)
_NOTIFICATION_TYPES = {
    "id": "uuid", "prefecture": "smallint", "municipality": "text", "office": "text", "key": "text",
    "sequence": "bigint", "reason": "text", "changed_on": "date", "resident_code": "text", "body": "jsonb",
    "digest": "text", "status": "text", "resident": "uuid", "received_at": "timestamptz", "applied_at": "timestamptz",
    "channel": "text", "sender": "text",
}  # fmt: skip
_RESIDENT_TYPES = {
    "id": "uuid", "prefecture": "smallint", "municipality": "text", "office": "text", "resident_code": "text",
    "state": "text", "removal_reason": "text", "version": "int", "changed_on": "date", "registered_at": "timestamptz",
}  # fmt: skip
_NUMBER_NOTICE_TYPES = {
    "prefecture": "smallint", "municipality": "text", "office": "text", "resident": "uuid", "kind": "text",
    "given_on": "date", "noted_at": "timestamptz", "notification": "uuid",
}  # fmt: skip
_CODE_TYPES = {"code": "text", "resident": "uuid", "valid_from": "date"}


def _insert(table: str, types: Mapping[str, str]) -> str:
    arrays = ", ".join(f"%s::{kind}[]" for kind in types.values())
    return f"INSERT INTO {table} ({', '.join(types)}) SELECT * FROM unnest({arrays})"  # noqa: S608 - own constants


_ADD_VERSIONS = _insert("juki_identityrecord", _VERSION_TYPES)
_ADD_NOTIFICATIONS = _insert("juki_notification", _NOTIFICATION_TYPES)
_ADD_RESIDENTS = _insert("juki_resident", _RESIDENT_TYPES)
_ADD_CODES = _insert("juki_residentcode", _CODE_TYPES)
_ADD_NUMBER_NOTICES = _insert("juki_numbernotice", _NUMBER_NOTICE_TYPES)
_CHANGED = ("prefecture", "municipality", "office", "resident_code", "state", "removal_reason", "version", "changed_on")
_CHANGE_RESIDENTS = f"""
    UPDATE juki_resident SET {", ".join(f"{column} = told.{column}" for column in _CHANGED)}
    FROM unnest(%s::uuid[], {", ".join(f"%s::{_RESIDENT_TYPES[column]}[]" for column in _CHANGED)})
         AS told(id, {", ".join(_CHANGED)})
    WHERE juki_resident.id = told.id
"""  # noqa: S608 - own constants
_ADVANCE = """
    INSERT INTO juki_sendersequence (office, resident_code, last)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[])
    ON CONFLICT (office, resident_code) DO UPDATE SET last = EXCLUDED.last
"""


_BEARERS = """
    SELECT code, resident FROM juki_residentcode
    WHERE resident IN (SELECT resident FROM juki_residentcode WHERE code = ANY(%s))
    ORDER BY resident, valid_from, valid_to
"""


# Two calls about one person wait for each other whichever of the person's codes they name.
_LOCK = """
    SELECT pg_advisory_xact_lock(hashtextextended(code, 5012))
    FROM (
        SELECT DISTINCT coalesce(
            (
                SELECT borne.code FROM juki_residentcode AS told JOIN juki_residentcode AS borne USING (resident)
                WHERE told.code = asked.code ORDER BY borne.valid_from, borne.valid_to LIMIT 1
            ),
            asked.code
        ) AS code
        FROM unnest(%s::text[]) AS asked(code) ORDER BY code
    ) AS wanted
"""


def lock(codes: Sequence[str]) -> None:
    """Lock the bearers of codes, each by the first code that they bore, all at once and in one order."""
    prepared.run(_LOCK, [array(codes)])


def codes_of_bearers(codes: Sequence[str]) -> list[tuple[str, UUID]]:
    """Every code of whoever bears or bore one of these, with the bearer; each one's in the order of bearing."""
    return prepared.rows(_BEARERS, [array(codes)])


def latest_of(residents: Iterable[Resident]) -> list[IdentityRecord]:
    """The versions in force."""
    found = []
    for prefecture, some in groupby(sorted(residents, key=_prefecture), _prefecture):
        statement = (
            f"SELECT {', '.join(_RECORD)} FROM juki_identityrecord WHERE prefecture = {prefecture:d}"  # noqa: S608
            " AND resident = ANY(%s) AND valid_to IS NULL AND superseded_at IS NULL"
        )
        rows = prepared.rows(statement, [array([resident.pk for resident in some])])
        found += [IdentityRecord.from_db(DEFAULT_DB_ALIAS, _RECORD, row) for row in rows]
    return found


def close_versions(ended: Mapping[tuple[int, UUID, int], date]) -> None:
    """End versions, known by prefecture, resident and number, on a day."""
    for prefecture, some in groupby(sorted(ended), lambda known: known[0]):
        known = list(some)
        statement = (
            "UPDATE juki_identityrecord SET valid_to = told.day"  # noqa: S608 - a number and our own words
            " FROM unnest(%s::uuid[], %s::int[], %s::date[]) AS told(resident, version, day)"
            f" WHERE prefecture = {prefecture:d} AND juki_identityrecord.resident = told.resident"
            " AND juki_identityrecord.version = told.version AND valid_to IS NULL AND superseded_at IS NULL"
        )
        prepared.run(statement, columns((*one[1:], ended[one]) for one in known))


def add_versions(rows: Sequence[Mapping[str, Any]]) -> None:
    """New versions."""
    prepared.run(_ADD_VERSIONS, [array([row[column] for row in rows]) for column in VERSION_COLUMNS])


def add_notifications(notifications: Sequence[Notification]) -> None:
    """Notifications as they came."""
    told = {column: [getattr(each, column) for each in notifications] for column in _NOTIFICATION_TYPES}
    told["body"] = [Jsonb(body) for body in told["body"]]
    prepared.run(_ADD_NOTIFICATIONS, [array(values) for values in told.values()])


def add_residents(residents: Sequence[Resident]) -> None:
    """Anchors of persons who were not known."""
    prepared.run(_ADD_RESIDENTS, _columns(residents, _RESIDENT_TYPES))


def add_codes(codes: Sequence[ResidentCode]) -> None:
    """Who bears a code."""
    prepared.run(_ADD_CODES, _columns(codes, _CODE_TYPES))


def add_number_notices(notices: Sequence[NumberNotice]) -> None:
    """That towns are to be told numbers."""
    prepared.run(_ADD_NUMBER_NOTICES, _columns(notices, _NUMBER_NOTICE_TYPES))


def change_residents(residents: Sequence[Resident]) -> None:
    """Anchors as they stand now."""
    prepared.run(_CHANGE_RESIDENTS, _columns(residents, ("id", *_CHANGED)))


def advance(orders: Sequence[SenderSequence]) -> None:
    """How far the senders' numbers have come."""
    prepared.run(_ADVANCE, _columns(orders, ("office", "resident_code", "last")))


def _columns(rows: Sequence[Any], names: Iterable[str]) -> list[str]:
    return [array([getattr(row, name) for row in rows]) for name in names]


def _prefecture(resident: Resident) -> int:
    assert resident.prefecture is not None, "an anchor keeps the prefecture that last held the person"
    return resident.prefecture
