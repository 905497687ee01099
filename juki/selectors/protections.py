"""Who is covered by a 支援措置. Asked before every way out of an address, so it never answers from a narrow view."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from jlis.kernel.isolation.scope import REGISTRY, scope
from juki.models import AddressUnlock, IdentityRecord, SupplementaryRecord
from juki.sql import protections as sql

Row = TypeVar("Row", IdentityRecord, SupplementaryRecord)


def covered(residents: Iterable[UUID]) -> set[UUID]:
    """Those of the given residents whom a live measure covers.

    The question is put as the registry, whatever the running scope sees: a role to which no row is visible would
    otherwise hear "nobody", and print the address.
    """
    asked = set(residents)
    if not asked:
        return set()
    with scope(REGISTRY):
        return sql.covered(asked)


def withheld(rows: Sequence[Row], *, with_address: bool = False) -> list[Row]:
    """The rows, those of covered persons marked and without their address (every version's, the old ones too)."""
    among = covered(row.resident for row in rows)
    for row in rows:
        if row.resident in among:
            row.is_protected = True
            if not with_address:
                row.address = ""
                if isinstance(row, IdentityRecord):
                    row.address_key = ""
    return list(rows)


def gives_by_law(affair_code: str, *, organisation: str, day: date) -> bool:
    """Whether the organisation receives covered persons' addresses under the affair all the same, on the day."""
    return sql.gives_by_law(affair_code, organisation, day)


def waiting_unlocks() -> list[AddressUnlock]:
    """The wishes in sight to see an address that nobody has answered, the oldest first."""
    return list(AddressUnlock.objects.filter(approved_at=None, refused_at=None).order_by("asked_at"))
