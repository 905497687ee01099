"""A resident's household in the copy of a town, and why nothing of it is given, where nothing is."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bcl.domain.giving import Bar, bar_on
from bcl.selectors import copies, participation
from bcl.selectors.copies import Held
from juki.models import Resident
from juki.selectors import protections


@dataclass(frozen=True)
class Found:
    """The requester's own row, the household's present rows, and the ground on which a kiosk gives nothing."""

    own: Held | None
    members: list[Held]
    bar: Bar | None


def find(resident: UUID, office: str, today: date) -> Found:
    """The household as the copy has it, under the copies' scope."""
    if not participation.serves(office):
        return Found(None, [], Bar.NOT_SERVED)
    own, members = copies.household_of(resident, office)
    bar = bar_on(own.row if own else None, [held.row for held in members], today)
    if own and protections.covered([resident, *(held.resident for held in members if held.resident)]):
        # The town's flag may be late; the register's own table is asked at the moment of issue, and outranks.
        bar = Bar.PROTECTED
    return Found(own, members, bar or _register_differs(resident, office, today))


def _register_differs(resident: UUID, office: str, today: date) -> Bar | None:
    """A difference may be late: whom the network knows elsewhere, or as removed, gets nothing from here."""
    here = Resident.objects.filter(Resident.present_on(today), pk=resident, office=office).exists()
    return None if here else Bar.REGISTER_DIFFERS
