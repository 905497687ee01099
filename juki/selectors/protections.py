"""Who is covered by a 支援措置. Asked before every way out of an address, so it never answers from a narrow view."""

from collections.abc import Iterable
from uuid import UUID

from jlis.kernel.isolation.scope import REGISTRY, scope
from juki.models import ProtectedResident


def covered(residents: Iterable[UUID]) -> set[UUID]:
    """Those of the given residents whom a live measure covers.

    The question is put as the registry, whatever the running scope sees: a role to which no row is visible would
    otherwise hear "nobody", and print the address.
    """
    asked = set(residents)
    if not asked:
        return set()
    with scope(REGISTRY):
        return set(ProtectedResident.objects.filter(resident__in=asked).values_list("resident", flat=True))
