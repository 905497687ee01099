"""Who is covered by a 支援措置, and who receives covered persons' addresses all the same.

Why not the ORM: asked before every way out of an address, so it is prepared (`jlis.kernel.prepared`). Rows expected:
at most as many as are asked about. Indexes: the primary key, `protected_address_once`.
"""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from jlis.kernel import arrays, prepared

_COVERED = "SELECT resident FROM juki_protectedresident WHERE resident = ANY(%s::uuid[])"
_BY_LAW = """
    SELECT EXISTS (
        SELECT FROM juki_protectedaddressentitlement
        WHERE affair_code = %(affair)s AND organisation_id = %(organisation)s
          AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s))
"""


def covered(residents: Collection[UUID]) -> set[UUID]:
    """Those of the residents whom a live measure covers, as far as the running scope sees."""
    return {row[0] for row in prepared.rows(_COVERED, [arrays.array(list(residents))])}


def gives_by_law(affair: str, organisation: str, day: date) -> bool:
    """Whether an entry of the organisation under the affair is in force on the day."""
    return bool(prepared.rows(_BY_LAW, {"affair": affair, "organisation": organisation, "day": day})[0][0])
