"""Applying a notification to the register, holding what contradicts it, and then whatever had waited for it (J1)."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

from jlis.kernel.actors import Actor
from jlis.kernel.audit.services import Act
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import FieldError, Unprocessable
from jlis.kernel.isolation.scope import REGISTRY, scope
from jlis.kernel.organisations.selectors.municipalities import Tenant
from jlis.kernel.outbox.events import Event
from jlis.kernel.time import Moment
from juki.choices import DiscrepancyKind, DiscrepancyState, NotificationStatus, RecordState
from juki.domain.changes import ChangeClass, ChangeReason
from juki.domain.contradictions import Contradiction, Standing, Verdict, contradiction
from juki.domain.items import CERTIFIED_ITEMS
from juki.domain.notices import Notice
from juki.events import ResidentChanged, ResidentMovedIn, ResidentRegistered, ResidentRemoved
from juki.models import Discrepancy, IdentityRecord, Notification, Resident, ResidentCode, SenderSequence
from juki.services import (
    codes,
    departing,
    identity_bases,
    numbers,
    protection_copies,
    retelling,
    versions,
    waiting,
)
from juki.services.ledger import Ledger

CODE_CHANGES = (ChangeReason.CODE_CHANGE_REQUESTED, ChangeReason.CODE_ENTERED)
NUMBER_CHANGES = (ChangeReason.NUMBER_CHANGE_REQUESTED, ChangeReason.NUMBER_CORRECTED)


def apply_held(*, notification: Notification, by: Actor, at: Moment) -> Verdict | None:
    """Try once more to apply a notification that was held; returns why not, or None when it is applied."""
    with scope(REGISTRY):
        ledger = Ledger()
        notice = Notice.from_body(notification.body)
        lock_residents([notice])
        verdict = _apply(notification, notice, at, ledger)
        if verdict is None:
            _release(notification, notice, at, ledger)
        ledger.write(by, at)
    return verdict


def take_effect(notification: Notification, notice: Notice, at: Moment, ledger: Ledger) -> Verdict | None:
    """Apply a notification whose turn has come, or hold it as a discrepancy; then those that waited for their turn."""
    verdict = _take_turn(notification, notice, at, ledger)
    while following := _following(notice):
        notice = Notice.from_body(following.body)
        advance(notice, 1)
        _take_turn(following, notice, at, ledger)
    return verdict


def _take_turn(notification: Notification, notice: Notice, at: Moment, ledger: Ledger) -> Verdict | None:
    verdict = _apply(notification, notice, at, ledger)
    if verdict is None:
        _release(notification, notice, at, ledger)
        return None
    return None if _fits_in_the_past(notification, at, ledger) else verdict


def _fits_in_the_past(notification: Notification, at: Moment, ledger: Ledger) -> bool:
    """Whether what came late has found its place; then whatever waited for it as well."""
    resident = Resident.objects.select_for_update().filter(resident_code=notification.resident_code).first()
    if resident is None:
        return False
    placed = retelling.tell_into_place(resident, notification, at, ledger)
    for each in placed:
        _release(each, Notice.from_body(each.body), at, ledger)
    if placed:
        notification.refresh_from_db(fields=["status", "resident", "applied_at"])
    return bool(placed)


def lock_residents(notices: Sequence[Notice]) -> None:
    """Lock all at once and in one order, so that two calls about the same people wait and do not deadlock."""
    wanted = sorted({notice.resident_code for notice in notices if notice.resident_code})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(code, 5012))"
            " FROM (SELECT code FROM unnest(%s::text[]) AS code ORDER BY code) AS wanted",
            [wanted],
        )


def advance(notice: Notice, row: int) -> bool:
    """Move the sender's order forward; False when a number before this one has not come yet."""
    if notice.sequence is None:
        return True
    order, _ = SenderSequence.objects.select_for_update().get_or_create(
        office=notice.municipality, resident_code=notice.resident_code, defaults={"last": 0}
    )
    if notice.sequence <= order.last:
        raise _sequence_used(f"この順序番号は処理済みです（最終 {order.last}）。", row)
    if notice.sequence > order.last + 1:
        if _held(notice).filter(sequence=notice.sequence).exists():
            raise _sequence_used("この順序番号の通知は別の通知キーで届いています。", row)
        return False
    order.last = notice.sequence
    order.save(update_fields=["last"])
    return True


def _sequence_used(why: str, row: int) -> Unprocessable:
    fault = FieldError("sequence", "sequence_passed", why, row)
    return Unprocessable("sequence_passed", "使用済みの順序番号です。", errors=[fault])


def _apply(notification: Notification, notice: Notice, at: Moment, ledger: Ledger) -> Verdict | None:
    resident = Resident.objects.select_for_update().filter(resident_code=notice.resident_code).first()
    former = versions.latest(resident.pk) if resident else None
    verdict = contradiction(notice, _standing(notice, resident, former))
    if verdict is not None:
        _hold_as_discrepancy(notification, verdict, at, ledger)
        return verdict
    tenant = Tenant(notification.prefecture, notification.municipality, notification.office)
    event: Event
    if resident is None:
        resident, event = _register(notification, notice, tenant, at)
    else:
        assert former is not None
        event = _change(resident, former, notification, notice, tenant, at, ledger)
    notification.status = NotificationStatus.APPLIED
    notification.resident = resident.pk
    notification.applied_at = at.instant
    notification.save(update_fields=["status", "resident", "applied_at"])
    detail = {"notification": str(notification.pk), "reason": notice.reason.value, "version": resident.version}
    ledger.acts.append(Act("juki.notification_applied", resident.pk, None, detail))
    ledger.events.append(event)
    if notice.facts.kind is ChangeClass.ENTRY and former is not None:
        # Whoever was covered where they lived is covered where they live now, from the same transaction on.
        ledger.acts += protection_copies.follow(resident.pk, tenant.office, at=at).acts
    return None


def _standing(notice: Notice, resident: Resident | None, latest: IdentityRecord | None) -> Standing | None:
    if resident is None or latest is None:
        return None
    # Asked only of an arrival before the last change: every other rule does without it.
    is_early = notice.facts.kind is ChangeClass.ENTRY and notice.changed_on < resident.changed_on
    began = versions.entered_on(resident.pk, until=latest.version) if is_early else None
    return Standing(
        resident.office,
        resident.state == RecordState.CURRENT,
        resident.removal_reason,
        resident.changed_on,
        latest.birth_from,
        began,
    )


def _register(
    notification: Notification, notice: Notice, tenant: Tenant, at: Moment
) -> tuple[Resident, ResidentRegistered]:
    resident = Resident.objects.create(
        id=uuid7(at.instant),
        prefecture=tenant.prefecture,
        municipality=tenant.municipality,
        office=tenant.office,
        resident_code=notice.resident_code,
        state=RecordState.CURRENT,
        version=1,
        changed_on=notice.changed_on,
        registered_at=at.instant,
    )
    ResidentCode.objects.create(code=notice.resident_code, resident=resident.pk, valid_from=notice.changed_on)
    numbers.number_residents([resident.pk], at=at)
    _append(resident, notification, notice, tenant, None, at)
    return resident, ResidentRegistered(subject=resident.pk, **_common(resident, notice))


def _change(
    resident: Resident,
    former: IdentityRecord,
    notification: Notification,
    notice: Notice,
    tenant: Tenant,
    at: Moment,
    ledger: Ledger,
) -> Event:
    former_office, former_removal = resident.office, resident.removal_reason
    reason = notice.facts
    removed = reason.kind is ChangeClass.REMOVAL
    resident.version += 1
    resident.changed_on = notice.changed_on
    resident.prefecture, resident.municipality, resident.office = tenant
    resident.state = RecordState.REMOVED if removed else RecordState.CURRENT
    resident.removal_reason = notice.reason.value if removed else ""
    if notice.reason in CODE_CHANGES:
        _change_code(resident, tenant, notice, at)
    if notice.reason in NUMBER_CHANGES:
        numbers.change_number(resident.pk, at=at)
    row = _append(resident, notification, notice, tenant, former, at)
    resident.save()
    common = _common(resident, notice)
    ledger.events += identity_bases.after_move(resident, notice, former_removal=former_removal)
    if notice.reason is ChangeReason.MOVE_OUT:
        departing.leaves(resident, notice, tenant, at)
    if removed:
        return ResidentRemoved(
            subject=resident.pk,
            **common,
            signature_certificate_affected=reason.ends_signature_certificate,
            authentication_certificate_affected=reason.ends_authentication_certificate,
        )
    if reason.kind is ChangeClass.ENTRY:
        departing.arrives(resident, notice, row["address"], at)
        letter = departing.move_in_notice(row, former_office, at)
        ledger.letters += [letter] if letter else []
        return ResidentMovedIn(subject=resident.pk, **common, former_office=former_office)
    changed = any(row[item] != getattr(former, item) for item in CERTIFIED_ITEMS)
    return ResidentChanged(
        subject=resident.pk,
        **common,
        signature_certificate_affected=reason.ends_signature_certificate and changed,
    )


def _change_code(resident: Resident, tenant: Tenant, notice: Notice, at: Moment) -> None:
    """A new code from the municipality's lot, at the resident's request and without a reason (法30条の4)."""
    fresh = codes.draw(office=tenant.office, count=1)[0]
    ResidentCode.objects.filter(code=resident.resident_code).update(valid_to=notice.changed_on)
    ResidentCode.objects.create(code=fresh, resident=resident.pk, valid_from=notice.changed_on)
    resident.resident_code = fresh


def _append(
    resident: Resident,
    notification: Notification,
    notice: Notice,
    tenant: Tenant,
    former: IdentityRecord | None,
    at: Moment,
) -> dict[str, Any]:
    return versions.append(
        resident=resident.pk,
        resident_code=resident.resident_code,
        version=resident.version,
        tenant=tenant,
        notice=notice,
        notification=notification.pk,
        former=former,
        at=at,
    )


def _common(resident: Resident, notice: Notice) -> dict[str, Any]:
    return {
        "prefecture": resident.prefecture,
        "municipality": resident.municipality,
        "office": resident.office,
        "reason": notice.reason.value,
        "changed_on": notice.changed_on,
        "version": resident.version,
    }


def _hold_as_discrepancy(notification: Notification, verdict: Verdict, at: Moment, ledger: Ledger) -> None:
    if notification.status == NotificationStatus.DISCREPANT:
        return
    notification.status = NotificationStatus.DISCREPANT
    notification.save(update_fields=["status"])
    Discrepancy.objects.create(
        notification=notification,
        prefecture=notification.prefecture,
        municipality=notification.municipality,
        office=notification.office,
        kind=DiscrepancyKind(verdict.kind.value),
        state=DiscrepancyState.OPEN,
        opened_at=at.instant,
    )
    detail = {"notification": str(notification.pk), "kind": verdict.kind.value}
    ledger.acts.append(Act("juki.discrepancy_opened", None, None, detail))


def _held(notice: Notice) -> QuerySet[Notification]:
    return Notification.objects.filter(
        resident_code=notice.resident_code, office=notice.municipality, status=NotificationStatus.HELD
    )


def _following(notice: Notice) -> Notification | None:
    if notice.sequence is None:
        return None
    return _held(notice).filter(sequence=notice.sequence + 1).first()


def _release(notification: Notification, notice: Notice, at: Moment, ledger: Ledger) -> None:
    """Settle what contradicted only because this had not come: another town's entry, and what was told after one."""
    if notice.facts.kind is ChangeClass.REMOVAL:
        held_back = waiting.open_of(notice.resident_code, Contradiction.TWO_MUNICIPALITIES)[:1]
        note = "前の市区町村の消除の通知が届いたため、反映しました。"
    elif notice.facts.kind is ChangeClass.ENTRY:
        told_after = waiting.open_of(notice.resident_code, Contradiction.UNKNOWN_RESIDENT).filter(
            office=notice.municipality, received_at__gte=notification.received_at
        )
        held_back = told_after.order_by(F("sequence").asc(nulls_last=True), "received_at", "changed_on")
        note = "先に届いていた記載の通知が反映されたため、反映しました。"
    else:
        return
    for held in list(held_back):
        # One that was released before it may have released it too.
        if not waiting.is_open(held):
            continue
        own = Notice.from_body(held.body)
        if _apply(held, own, at, ledger) is None:
            waiting.settle(held, at, note)
            _release(held, own, at, ledger)
