"""転籍 (法19条3項): the old 本籍地 tells the new one what its 附票 says, and the new one takes it over (J6, J7).

Until then the old one keeps it, so that somebody abroad is never without a register that answers for them; with it
the one record ends and the other begins, in one transaction.
"""

from datetime import date
from typing import Any
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.audit.services import Act
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.outbox.publishing import publish_many
from jlis.kernel.time import Moment
from juki.choices import RecordState
from juki.domain.supplementary import ITEMS, Notice, Reason
from juki.domain.town_messages import MOVES, OPEN, Kind, Side, State, allows
from juki.models import Resident, SupplementaryRecord, TownMessage
from juki.selectors import supplementary as register
from juki.selectors import town_messages as selectors
from juki.services import identity_bases, posting, protection_copies, supplementary, town_notices
from juki.services.posting import Letter, Posted

PURPOSE = "JUKI-COUNTER"
_LONGEST = 400


def send(
    *, resident: UUID, receiver: str, honseki: str, koseki_head: str, moved_on: date, by: Actor, at: Moment
) -> Posted:
    """Tell the new 本籍地 what the own 附票 says of somebody: every address with its days, the new 戸籍の表示.

    Raises Forbidden, NotFound for another 本籍地's, Invalid by field, Conflict while one is on its way.
    """
    by.must("juki.notify_supplementary")
    faults = _faults(honseki, koseki_head, moved_on, at) + town_notices.receiver_faults(receiver, by, at)
    if faults:
        raise Invalid.of(faults)
    with acting(by.scope):
        versions = _own(resident)
    body = _body(versions) | {
        "honseki": honseki.strip(), "koseki_head": koseki_head.strip(), "transferred_on": moved_on.isoformat()
    }  # fmt: skip
    office = versions[-1].office
    with acting(REGISTRY):
        Resident.objects.select_for_update().get(pk=resident)
        if _on_its_way(resident, office):
            raise Conflict("already_sent", "転籍による附票の通知を、すでに送っています。")
        letter = Letter(
            Kind.SUPPLEMENTARY_TRANSFER, office, receiver, f"transfer-{uuid7(at.instant)}", body, resident, "SCREEN"
        )
        (posted,) = posting.post([letter], by=by, at=at)
    return posted


def take_over(*, message: UUID, by: Actor, at: Moment) -> TownMessage:
    """Enter in the own 附票 whom the old 本籍地 has told of; the old one's record ends with it.

    Raises Forbidden for another side or duty, NotFound, Conflict where it is settled or the old 附票 has changed hands.
    """
    by.must("juki.notify_supplementary")
    with acting(by.scope):
        found = selectors.get(message)
        if found.kind != Kind.SUPPLEMENTARY_TRANSFER:
            raise NotFound("town_message_not_found", "該当する通知がありません。")
        if Side.RECEIVER not in selectors.sides_of(found, by):
            raise Forbidden("not_this_side", "附票への記載は新本籍地の市区町村が行います。")
        told = selectors.contents(found)["REQUEST"]
    with acting(REGISTRY):
        locked = TownMessage.objects.select_for_update().get(pk=found.pk)
        if not allows(MOVES["enter"], Kind(locked.kind), State(locked.state)):
            raise Conflict("state_does_not_allow", "この通知は処理済みです。")
        acts = _change_hands(locked, date.fromisoformat(told["transferred_on"]), by, at)
        audit.record_many(acts, by=by, purpose=PURPOSE)
        return posting.move(MOVES["enter"], locked, by=by, at=at)


def _change_hands(message: TownMessage, moved_on: date, by: Actor, at: Moment) -> list[Act]:
    """End the record at the old 本籍地 and begin it at the new one, with the items as they are now."""
    assert message.resident is not None, "a 転籍 is about somebody of the register"
    resident = Resident.objects.select_for_update().get(pk=message.resident)
    former = register.latest_of(resident.pk)
    if former is None or former.state != RecordState.CURRENT or former.office != message.sender:
        raise Conflict("not_kept_by_sender", "原籍地の附票に現存しません。「返送」で原籍地に知らせてください。")
    # Somebody may have moved after the 転籍 and before this: the record goes on from its last change.
    day = max(moved_on, former.changed_on)
    acts: list[Act] = []
    for reason, office in ((Reason.MOVED_HONSEKI_AWAY, message.sender), (Reason.MOVED_HONSEKI_HERE, message.receiver)):
        notice = Notice(f"transfer-{message.pk}", reason, day, office, resident.resident_code)
        _, _, act = supplementary.enter(notice, resident, former, by=by, at=at, channel="TOWN")
        acts.append(act)
        former = register.latest_of(resident.pk)
    told = protection_copies.honseki_moved(resident.pk, message.sender, message.receiver, at=at)
    publish_many(identity_bases.after_transfer(resident, message.receiver, day))
    return acts + told.acts


def _own(resident: UUID) -> list[SupplementaryRecord]:
    """Every version of the own 附票, oldest first; the law has all of it told, a covered person's address too."""
    versions = list(SupplementaryRecord.objects.filter(resident=resident, superseded_at=None).order_by("version"))
    if not versions or versions[-1].state != RecordState.CURRENT:
        raise NotFound("record_not_found", "該当する附票がありません。")
    return versions


def _body(versions: list[SupplementaryRecord]) -> dict[str, Any]:
    latest = versions[-1]
    told: dict[str, Any] = {"resident_code": latest.resident_code} | {item: getattr(latest, item) for item in ITEMS}
    if latest.abroad_since:
        told["abroad_since"] = latest.abroad_since.isoformat()
    changes = [row for former, row in zip([None, *versions], versions, strict=False) if _is_new(former, row)]
    told["addresses"] = [{"address": row.address, "address_since": row.valid_from.isoformat()} for row in changes]
    return told


def _is_new(former: SupplementaryRecord | None, row: SupplementaryRecord) -> bool:
    return row.state == RecordState.CURRENT and (former is None or former.address != row.address)


def _on_its_way(resident: UUID, office: str) -> bool:
    return TownMessage.objects.filter(
        resident=resident, sender=office, kind=Kind.SUPPLEMENTARY_TRANSFER, state__in=[state.value for state in OPEN]
    ).exists()


def _faults(honseki: str, koseki_head: str, moved_on: date, at: Moment) -> list[FieldError]:
    faults = [
        FieldError(name, "required", f"{label}は{_LONGEST}字までで入力してください。")
        for name, label, value in (("honseki", "新しい本籍", honseki), ("koseki_head", "筆頭者", koseki_head))
        if not value.strip() or len(value) > _LONGEST
    ]
    if moved_on > at.day:
        faults.append(FieldError("moved_on", "in_the_future", "転籍の年月日に未来の日付は使えません。"))
    return faults
