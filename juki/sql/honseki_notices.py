"""What a call's changes have to tell the 本籍地, and what waits for one: a statement each (J6).

Why not the ORM: a call has a thousand notices, and each needs its version, the one before it and the 附票 that keeps
the person. Rows expected: the call's. Indexes: `identity_of_resident`, `supplementary_one_latest`. A statement names
its prefecture as a constant, as in `register`.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from jlis.kernel import prepared
from jlis.kernel.arrays import array, columns

COLUMNS = (
    "notification", "resident", "prefecture", "municipality", "office", "resident_code", "name", "birth_date",
    "address", "resident_class", "change_reason", "changed_on",
)  # fmt: skip
_WHERE = "SELECT prefecture, id FROM juki_notification WHERE id = ANY(%s) ORDER BY prefecture"
_CHANGED = f"""
    SELECT {", ".join(f"v.{column}" for column in COLUMNS)}, f.address, f.resident_code, s.office
    FROM juki_notification n
    JOIN juki_identityrecord v ON v.resident = n.resident AND v.notification = n.id AND v.superseded_at IS NULL
        AND v.prefecture = {{prefecture}}
    LEFT JOIN juki_identityrecord f ON f.resident = v.resident AND f.version = v.version - 1 AND f.office = v.office
        AND f.superseded_at IS NULL AND f.prefecture = {{prefecture}}
    LEFT JOIN juki_supplementaryrecord s ON s.resident = v.resident AND s.state = 'CURRENT' AND s.valid_to IS NULL
        AND s.superseded_at IS NULL
    WHERE n.id = ANY(%s)
    ORDER BY v.resident, v.version
"""  # noqa: S608 - own constants
_LIST = """
    INSERT INTO juki_unaddressednotice
        (notification, resident, prefecture, municipality, office, reason, changed_on, noted_at, outcome, settled_by,
         note)
    SELECT told.*, %s, 'OPEN', '', ''
    FROM unnest(%s::uuid[], %s::uuid[], %s::smallint[], %s::text[], %s::text[], %s::text[], %s::date[]) AS told
    ON CONFLICT (notification) DO NOTHING
"""
_LISTED = ("notification", "resident", "prefecture", "municipality", "office", "change_reason", "changed_on")


def changed_by(notifications: Sequence[UUID]) -> list[tuple[dict[str, Any], dict[str, str] | None, str]]:
    """The version in force that each notification made, what stood before it in the same office (address and code),
    and the office that keeps the person's 附票: empty where none is known."""
    found = []
    told = prepared.rows(_WHERE, [array(notifications)])
    for prefecture, some in groupby(told, lambda row: row[0]):
        statement = _CHANGED.format(prefecture=int(prefecture))
        for row in prepared.rows(statement, [array([one[1] for one in some])]):
            *values, address, code, honseki = row
            former = None if code is None else {"address": address, "resident_code": code}
            found.append((dict(zip(COLUMNS, values, strict=True)), former, honseki or ""))
    return found


def put_on_list(rows: Sequence[dict[str, Any]], at: datetime) -> None:
    """Lay these changes on the list of their towns; one that lies there stays as it is."""
    if rows:
        prepared.run(_LIST, [at, *columns([row[name] for name in _LISTED] for row in rows)])
