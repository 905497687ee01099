"""Which register answers for a person, and the news when that changes: within the registry's running transaction."""

from datetime import date

from jlis.kernel.outbox.events import Event
from juki.choices import RecordState
from juki.domain.changes import ChangeClass, ChangeReason
from juki.domain.letters import same_letters
from juki.domain.notices import Notice
from juki.domain.supplementary import ITEMS, REMOVALS, Base, base_of
from juki.domain.supplementary import Notice as SupplementaryNotice
from juki.events import AbroadItemsChanged, IdentityBaseMoved
from juki.models import Resident, SupplementaryRecord
from juki.selectors import supplementary


def after_move(resident: Resident, notice: Notice, *, former_removal: str) -> list[Event]:
    """Somebody left Japan whom a 附票 keeps, or came back: the base passes from the one register to the other."""
    left = notice.reason is ChangeReason.MOVE_OUT_ABROAD
    returned = notice.facts.kind is ChangeClass.ENTRY and former_removal == ChangeReason.MOVE_OUT_ABROAD
    if not left and not returned:
        return []
    kept = supplementary.latest_of(resident.pk)
    if kept is None or kept.state != RecordState.CURRENT:
        return []
    base, office = (Base.SUPPLEMENTARY, kept.office) if left else (Base.RESIDENCE, resident.office)
    return [_moved(resident, base, office, notice.changed_on)]


def after_supplementary(resident: Resident, notice: SupplementaryNotice, *, was_kept: bool) -> list[Event]:
    """A 附票 began or ceased to keep somebody who is abroad."""
    before, after = _base(resident, was_kept), _base(resident, notice.reason not in REMOVALS)
    if before is after:
        return []
    return [_moved(resident, after, notice.municipality, notice.changed_on, notice.reason.value)]


def after_items(
    resident: Resident, notice: SupplementaryNotice, former: SupplementaryRecord | None, version: int
) -> list[Event]:
    """The 附票 tells other items of somebody who left Japan, or has told of it: their 住民票 is changed no more."""
    if former is None or resident.removal_reason != ChangeReason.MOVE_OUT_ABROAD:
        return []
    now = {item: getattr(former, item) for item in ITEMS} | notice.items()
    if now["birth_date"] == former.birth_date and now["sex"] == former.sex and same_letters(former.name, now["name"]):
        return []
    told = AbroadItemsChanged(
        subject=resident.pk,
        office=notice.municipality,
        changed_on=notice.changed_on,
        reason=notice.reason.value,
        version=version,
    )
    return [told]


def after_transfer(resident: Resident, office: str, on: date) -> list[Event]:
    """Another 本籍地 keeps the 附票 of somebody: of those abroad it answers from now on."""
    base = _base(resident, True)
    return [_moved(resident, base, office, on)] if base is Base.SUPPLEMENTARY else []


def _base(resident: Resident, is_kept: bool) -> Base:
    return base_of(
        lives_here=resident.state == RecordState.CURRENT,
        left_japan=resident.removal_reason == ChangeReason.MOVE_OUT_ABROAD,
        has_supplementary=is_kept,
    )


def _moved(resident: Resident, base: Base, office: str, changed_on: date, reason: str = "") -> Event:
    return IdentityBaseMoved(subject=resident.pk, base=base.value, office=office, changed_on=changed_on, reason=reason)
