"""What a notification means for 転出 and 転出確定 (施行令13条): within the registry's running transaction."""

from typing import Any

from jlis.kernel.domain.folding import address_key
from jlis.kernel.organisations.selectors.municipalities import Tenant
from jlis.kernel.time import Moment
from juki.choices import MoveOutState
from juki.domain.changes import ChangeReason
from juki.domain.notices import Notice
from juki.domain.town_messages import Kind
from juki.models import MoveOut, Resident
from juki.services import posting
from juki.services.posting import Letter


def leaves(resident: Resident, notice: Notice, tenant: Tenant, at: Moment) -> None:
    """Somebody has told of a move-out: the 転入通知 of another town is awaited from now on."""
    MoveOut.objects.create(
        prefecture=tenant.prefecture,
        municipality=tenant.municipality,
        office=tenant.office,
        resident=resident.pk,
        version=resident.version,
        state=MoveOutState.OPEN,
        intended_on=notice.changed_on,
        told_at=at.instant,
    )


def arrives(resident: Resident, notice: Notice, address: str, at: Moment) -> None:
    """Somebody was entered: the move-out that waited is confirmed, and its destination put right (施行令13条2項)."""
    waiting = MoveOut.objects.select_for_update().filter(resident=resident.pk, state=MoveOutState.OPEN).first()
    if waiting is None:
        return
    if notice.reason is ChangeReason.ENTRY_REMOVAL_CANCELLED:
        waiting.state = MoveOutState.CANCELLED
    else:
        told = waiting.destination
        waiting.state = MoveOutState.CONFIRMED
        waiting.arrived_office, waiting.arrived_on = resident.office, notice.changed_on
        waiting.confirmed_at = at.instant
        waiting.destination = address
        waiting.destination_corrected = bool(told) and address_key(told) != address_key(address)
    waiting.save()


def move_in_notice(
    resident: Resident, former_office: str, notice: Notice, row: dict[str, Any], at: Moment
) -> Letter | None:
    """The 転入通知 for the former town (法9条1項); None where nobody moved between towns."""
    if notice.reason is not ChangeReason.MOVE_IN:
        return None
    receiver = posting.addressee(former_office, at.day)
    if receiver == resident.office:
        return None
    told = {item: row[item] for item in ("resident_code", "name", "name_kana", "birth_date", "sex", "address")}
    told |= {"moved_on": notice.changed_on.isoformat(), "entered_on": at.day.isoformat()}
    key = f"move-in-{row['notification']}"
    return Letter(Kind.MOVE_IN_NOTICE, resident.office, receiver, key, told, resident.pk)
