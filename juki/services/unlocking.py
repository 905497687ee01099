"""Seeing a covered person's address all the same: a deliberate act of an entitled duty, or of two people (J11).

The address is opened for one member of staff and a quarter of an hour, and each look is written into the chain.
"""

from datetime import timedelta
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, scope
from jlis.kernel.time import Moment
from juki.models import AddressUnlock, IdentityRecord
from juki.selectors import affairs, protections, residents

LASTS = timedelta(minutes=15)


def ask(*, resident: UUID, reason: str, purpose: str, by: Actor, at: Moment) -> AddressUnlock:
    """Ask to see the address of somebody covered in sight; somebody else of the office allows it."""
    by.must("juki.unlock_address")
    affairs.require(purpose, organisation=by.organisation, day=at.day)
    if not reason.strip():
        raise Invalid.of([FieldError("reason", "required", "住所を見る理由を入力してください。")])
    with scope(by.scope.for_purpose(purpose)):
        seen = residents.latest_of(resident)
    if seen is None or not seen.is_protected:
        raise NotFound("resident_not_found", "該当する支援措置対象者がいません。")
    with scope(REGISTRY):
        made = AddressUnlock.objects.create(
            id=uuid7(at.instant),
            prefecture=seen.prefecture,
            municipality=seen.municipality,
            office=seen.office,
            resident=resident,
            purpose=purpose,
            reason=reason.strip(),
            asked_by=by.id,
            asked_label=by.label,
            asked_at=at.instant,
        )
        _record("juki.unlock_asked", made, by)
    return made


def decide(*, unlock: UUID, allow: bool, by: Actor, at: Moment) -> AddressUnlock:
    """Allow a look as the second person, or send the wish back."""
    by.must("juki.approve_unlock")
    with scope(by.scope):
        known = AddressUnlock.objects.filter(pk=unlock).exists()
    if not known:
        raise NotFound("unlock_not_found", "該当する申請がありません。")
    with scope(REGISTRY):
        found = AddressUnlock.objects.select_for_update().get(pk=unlock)
        if found.asked_by == by.id:
            raise Forbidden("own_request", "自分の申請は承認できません。ほかの承認者に依頼してください。")
        if found.approved_at or found.refused_at:
            raise Conflict("already_decided", "この申請は処理済みです。")
        if allow:
            found.approved_by, found.approved_label, found.approved_at = by.id, by.label, at.instant
            found.open_until = at.instant + LASTS
        else:
            found.refused_at = at.instant
        found.save()
        _record("juki.unlock_allowed" if allow else "juki.unlock_refused", found, by)
    return found


def is_open(*, resident: UUID, purpose: str, by: Actor, at: Moment) -> bool:
    """Whether the actor may see the address now: by duty, or because somebody else has allowed it."""
    if by.may("juki.see_protected_address"):
        return True
    with scope(by.scope.for_purpose(purpose)):
        return AddressUnlock.objects.filter(resident=resident, asked_by=by.id, open_until__gt=at.instant).exists()


def show_addresses(*, resident: UUID, purpose: str, by: Actor, at: Moment) -> list[IdentityRecord]:
    """Every version in sight with its address, newest first; one look, written down as a look at somebody covered."""
    by.must("juki.search")
    affairs.require(purpose, organisation=by.organisation, day=at.day)
    must_be_open(resident=resident, purpose=purpose, by=by, at=at)
    with scope(by.scope.for_purpose(purpose)):
        versions = residents.history(resident, with_protected_address=True)
        if not versions:
            raise NotFound("resident_not_found", "該当する住民がいません。")
        detail = {"fields": ["address"], "versions": len(versions)}
        audit.record(action="juki.protected_address_seen", by=by, purpose=purpose, subject=resident, detail=detail)
    return versions


def must_be_open(*, resident: UUID, purpose: str, by: Actor, at: Moment) -> None:
    """Raise `Forbidden` where somebody is covered and the actor may not see where they are."""
    if protections.covered([resident]) and not is_open(resident=resident, purpose=purpose, by=by, at=at):
        message = "支援措置の対象者です。住所の表示を申請し、ほかの職員の承認を受けてください。"
        raise Forbidden("protected", message)


def _record(action: str, unlock: AddressUnlock, by: Actor) -> None:
    detail = {"unlock": str(unlock.pk)}
    audit.record(action=action, by=by, purpose=unlock.purpose, subject=unlock.resident, detail=detail)
