"""What a notification means for 転出 and 転出確定 (施行令13条): within the registry's running transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


def leaves(resident: Resident, notice: Notice, tenant: Tenant, at: Moment) -> MoveOut:
    """Somebody has told of a move-out: the 転入通知 of another town is awaited from now on."""
    return MoveOut(
        prefecture=tenant.prefecture,
        municipality=tenant.municipality,
        office=tenant.office,
        resident=resident.pk,
        version=resident.version,
        state=MoveOutState.OPEN,
        intended_on=notice.changed_on,
        told_at=at.instant,
    )


def arrives(waiting: MoveOut, row: Mapping[str, Any], at: Moment) -> None:
    """Somebody was entered: the move-out that waited is confirmed, and its destination put right (施行令13条2項)."""
    if row["change_reason"] == ChangeReason.ENTRY_REMOVAL_CANCELLED:
        waiting.state = MoveOutState.CANCELLED
        return
    told, address = waiting.destination, row["address"]
    waiting.state = MoveOutState.CONFIRMED
    waiting.arrived_office, waiting.arrived_on = row["office"], row["changed_on"]
    waiting.confirmed_at = at.instant
    waiting.destination = address
    waiting.destination_corrected = bool(told) and address_key(told) != address_key(address)


def move_in_notice(row: Mapping[str, Any], former_office: str, at: Moment) -> Letter | None:
    """The 転入通知 of a version for the former town; None where nobody moved between towns.

    The law has that town told who was recorded and by whom (法9条1項), so that it confirms the 転出 and puts its
    destination right (施行令13条2項), for the covered as for others: its list names the new town to its clerks.
    What else says where they live is withheld when the message is opened.
    """
    if row["change_reason"] != ChangeReason.MOVE_IN:
        return None
    receiver = posting.addressee(former_office, at.day)
    if receiver == row["office"]:
        return None
    told = {item: row[item] for item in ("resident_code", "name", "name_kana", "birth_date", "sex", "address")}
    told |= {"moved_on": row["changed_on"].isoformat(), "entered_on": at.day.isoformat()}
    key = f"move-in-{row['notification']}"
    return Letter(Kind.MOVE_IN_NOTICE, row["office"], receiver, key, told, row["resident"])


@dataclass(frozen=True)
class Retold:
    """A step of a person's line that was told anew: its version, where the one before it was registered, and what
    these were until now; nothing of one that came late."""

    row: Mapping[str, Any]
    came_from: str
    former_version: int | None = None
    came_from_until_now: str = ""


def catch_up(steps: Sequence[Retold], at: Moment) -> list[Letter]:
    """Move-outs and 転入通知 after a late telling: what is new is noted and told, what went wrong is put right."""
    following = [*steps[1:], None]
    # From the latest back: a version's new number may be the former one of another.
    for step, arrival in reversed(list(zip(steps, following, strict=True))):
        if step.row["change_reason"] == ChangeReason.MOVE_OUT:
            _left(step, arrival, at)
    # Who was thought to have come back to the town that they had left owes the other town a 転入通知 now.
    untold = [step for step in steps if step.came_from_until_now in ("", step.row["office"])]
    letters = [move_in_notice(step.row, step.came_from, at) for step in untold]
    return [letter for letter in letters if letter is not None]


def _left(step: Retold, arrival: Retold | None, at: Moment) -> None:
    row = step.row
    facts: dict[str, Any] = {"version": row["version"]}
    if arrival is not None and arrival.row["change_reason"] != ChangeReason.ENTRY_REMOVAL_CANCELLED:
        facts |= {
            "state": MoveOutState.CONFIRMED, "confirmed_at": at.instant, "arrived_office": arrival.row["office"],
            "arrived_on": arrival.row["changed_on"], "destination": arrival.row["address"],
        }  # fmt: skip
    if step.former_version is not None:
        MoveOut.objects.filter(resident=row["resident"], version=step.former_version).update(**facts)
        return
    tenant = {name: row[name] for name in ("prefecture", "municipality", "office", "resident")}
    told = {"state": MoveOutState.OPEN, "intended_on": row["changed_on"], "told_at": at.instant}
    MoveOut.objects.create(**tenant, **told | facts)
