"""Applying a notification to the register, holding what contradicts it, and then whatever had waited for it (J1)."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F, QuerySet

from jlis.kernel.actors import Actor
from jlis.kernel.audit.services import Act
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Unprocessable
from jlis.kernel.isolation.scope import REGISTRY, scope
from jlis.kernel.organisations.selectors.municipalities import Tenant
from jlis.kernel.outbox.events import Event
from jlis.kernel.time import Moment
from juki.choices import DiscrepancyKind, DiscrepancyState, NotificationStatus, RecordState
from juki.domain.changes import CODE_CHANGES, ChangeClass, ChangeReason
from juki.domain.contradictions import Contradiction, Standing, Verdict, contradiction, misused_code
from juki.domain.items import CERTIFIED_ITEMS
from juki.domain.notices import Notice
from juki.domain.number_notices import NUMBER_CHANGES
from juki.events import ResidentChanged, ResidentMovedIn, ResidentRegistered, ResidentRemoved
from juki.models import Discrepancy, Notification, Resident, ResidentCode
from juki.services import codes, departing, identity_bases, numbers, retelling, versions, waiting
from juki.services.register import Register, lock

_HELD, _DROPPED = NotificationStatus.HELD, NotificationStatus.WITHDRAWN


def apply_held(*, notification: Notification, by: Actor, at: Moment) -> Verdict | None:
    """Try once more to apply a notification that was held; returns why not, or None when it is applied."""
    with scope(REGISTRY):
        notice = Notice.from_body(notification.body)
        lock([notice])
        register = Register.of([notice], at)
        verdict = _apply(notification, notice, register)
        if verdict is None:
            _release(notification, notice, register)
        register.write(by)
    return verdict


def apply_past_gap(*, notification: Notification, by: Actor, at: Moment) -> Verdict | None:
    """Apply one that waits for numbers that will not come, and what waited for it; returns why not, or None.

    Raises `Conflict` for one that is not the first that waits: what waits before it is settled first.
    """
    with scope(REGISTRY):
        notice = Notice.from_body(notification.body)
        lock([notice])
        register = Register.of([notice], at)
        earlier = _held(notice, register).filter(sequence__lt=notice.sequence).order_by("sequence").first()
        if earlier is not None:
            why = f"先に待っている通知（通知順序 {earlier.sequence}）から処理してください。"
            raise Conflict("earlier_one_waits", why)
        order = register.order(notice)
        register.advance(order, max(order.last, notice.sequence or 0))
        verdict = take_effect(notification, notice, register)
        register.write(by)
    return verdict


def take_effect(notification: Notification, notice: Notice, register: Register) -> Verdict | None:
    """Apply a notification whose turn has come, or hold it as a discrepancy; then those that waited for their turn."""
    verdict = _take_turn(notification, notice, register)
    while following := _following(notice, register):
        notice = Notice.from_body(following.body)
        advance(notice, 1, register)
        _take_turn(following, notice, register)
    return verdict


def advance(notice: Notice, row: int, register: Register) -> bool:
    """Move the sender's order forward; False when a number before this one has not come yet."""
    if notice.sequence is None:
        return True
    order = register.order(notice)
    if notice.sequence <= order.last:
        raise _sequence_used(f"この順序番号は処理済みです（最終 {order.last}）。", row)
    if notice.sequence > order.last + 1:
        if _held(notice, register).filter(sequence=notice.sequence).exists():
            raise _sequence_used("この順序番号の通知は別の通知キーで届いています。", row)
        return False
    register.advance(order, notice.sequence)
    return True


def _take_turn(notification: Notification, notice: Notice, register: Register) -> Verdict | None:
    verdict = _apply(notification, notice, register)
    if verdict is None:
        _release(notification, notice, register)
        return None
    return None if _fits_in_the_past(notification, notice, register) else verdict


def _fits_in_the_past(notification: Notification, notice: Notice, register: Register) -> bool:
    """Whether what came late has found its place; then whatever waited for it as well."""
    # A stay elsewhere was told under the code of its days, which may have been changed since.
    resident = register.bearer(notice.resident_code)
    if resident is None or notice.changed_on > resident.changed_on:
        return False
    register.store()
    codes_borne = register.codes(notice.resident_code)
    placed = retelling.tell_into_place(resident, codes_borne, notification, register.at, register.ledger)
    if not placed:
        return False
    register.forget(resident)
    for each in placed:
        _release(each, Notice.from_body(each.body), register)
    notification.refresh_from_db(fields=["status", "resident", "applied_at"])
    return True


def _sequence_used(why: str, row: int) -> Unprocessable:
    fault = FieldError("sequence", "sequence_passed", why, row)
    return Unprocessable("sequence_passed", "使用済みの順序番号です。", errors=[fault])


def _apply(notification: Notification, notice: Notice, register: Register) -> Verdict | None:
    resident = register.resident(notice.resident_code)
    verdict = _verdict(notice, resident, register)
    if verdict is not None:
        _hold_as_discrepancy(notification, verdict, register)
        return verdict
    tenant = Tenant(notification.prefecture, notification.municipality, notification.office)
    event: Event
    if resident is None:
        resident, event = _enter(notification, notice, tenant, register)
    else:
        event = _change(resident, notification, notice, tenant, register)
    register.apply(notification, resident)
    detail = {"notification": str(notification.pk), "reason": notice.reason.value, "version": resident.version}
    register.ledger.acts.append(Act("juki.notification_applied", resident.pk, None, detail))
    register.ledger.events.append(event)
    return None


def _verdict(notice: Notice, resident: Resident | None, register: Register) -> Verdict | None:
    if resident is None:
        misused = misused_code(
            notice,
            was_borne=register.was_borne(notice.resident_code),
            is_of_the_office=lambda: register.has_allotted(notice.municipality, notice.resident_code),
        )
        return misused or contradiction(notice, None)
    return contradiction(notice, _standing(notice, resident, register))


def _standing(notice: Notice, resident: Resident, register: Register) -> Standing | None:
    latest = register.latest(resident)
    if latest is None:
        return None
    began = None
    # Asked only of an arrival before the last change: every other rule does without it.
    if notice.facts.kind is ChangeClass.ENTRY and notice.changed_on < resident.changed_on:
        register.store()
        began = versions.entered_on(resident.pk, until=latest.version)
    return Standing(
        resident.office,
        resident.state == RecordState.CURRENT,
        resident.removal_reason,
        resident.changed_on,
        latest.birth_from,
        began,
        versions.held(latest),
    )


def _enter(
    notification: Notification, notice: Notice, tenant: Tenant, register: Register
) -> tuple[Resident, ResidentRegistered]:
    resident = Resident(
        id=uuid7(register.at.instant),
        prefecture=tenant.prefecture,
        municipality=tenant.municipality,
        office=tenant.office,
        resident_code=notice.resident_code,
        state=RecordState.CURRENT,
        version=1,
        changed_on=notice.changed_on,
        registered_at=register.at.instant,
    )
    code = ResidentCode(code=notice.resident_code, resident=resident.pk, valid_from=notice.changed_on)
    register.enter(resident, code)
    register.append(resident, notice, notification, tenant)
    return resident, ResidentRegistered(subject=resident.pk, **_common(resident, notice))


def _change(
    resident: Resident, notification: Notification, notice: Notice, tenant: Tenant, register: Register
) -> Event:
    former = register.latest(resident)
    former_office, former_removal = resident.office, resident.removal_reason
    removed = notice.facts.kind is ChangeClass.REMOVAL
    resident.version += 1
    resident.changed_on = notice.changed_on
    resident.prefecture, resident.municipality, resident.office = tenant
    resident.state = RecordState.REMOVED if removed else RecordState.CURRENT
    resident.removal_reason = notice.reason.value if removed else ""
    if notice.reason in CODE_CHANGES:
        _change_code(resident, tenant, notice, register)
    if notice.reason in NUMBER_CHANGES:
        register.store()
        numbers.change_number(resident.pk, at=register.at)
    row = register.append(resident, notice, notification, tenant)
    register.change(resident)
    register.ledger.events += identity_bases.after_move(resident, notice, former_removal=former_removal)
    if removed:
        return _leave(resident, notice, tenant, register)
    if notice.facts.kind is ChangeClass.ENTRY:
        return _arrive(resident, notice, row, former_office, register)
    # By what changed, not by what the reason says of itself; `another_name_called_minor` sees to a 軽微な修正.
    changed = any(row[item] != getattr(former, item) for item in CERTIFIED_ITEMS)
    is_minor = notice.reason is ChangeReason.MINOR_CORRECTION
    return ResidentChanged(
        subject=resident.pk,
        **_common(resident, notice),
        signature_certificate_affected=changed and not is_minor,
    )


def _leave(resident: Resident, notice: Notice, tenant: Tenant, register: Register) -> ResidentRemoved:
    if notice.reason is ChangeReason.MOVE_OUT:
        register.leave(departing.leaves(resident, notice, tenant, register.at))
    return ResidentRemoved(
        subject=resident.pk,
        **_common(resident, notice),
        signature_certificate_affected=notice.facts.ends_signature_certificate,
        authentication_certificate_affected=notice.facts.ends_authentication_certificate,
        lies_ahead=notice.changed_on > register.at.day,
    )


def _arrive(
    resident: Resident, notice: Notice, row: Mapping[str, Any], former_office: str, register: Register
) -> ResidentMovedIn:
    register.arrive(resident)
    if waiting := register.open_move_out(resident):
        departing.arrives(waiting, row, register.at)
        register.close_move_out(waiting)
    if letter := departing.move_in_notice(row, former_office, register.at):
        register.ledger.letters.append(letter)
    return ResidentMovedIn(subject=resident.pk, **_common(resident, notice), former_office=former_office)


def _change_code(resident: Resident, tenant: Tenant, notice: Notice, register: Register) -> None:
    """A new code from the municipality's lot, at the resident's request and without a reason (法30条の4)."""
    register.store()
    former, fresh = resident.resident_code, codes.draw(office=tenant.office, count=1)[0]
    ResidentCode.objects.filter(code=former).update(valid_to=notice.changed_on)
    ResidentCode.objects.create(code=fresh, resident=resident.pk, valid_from=notice.changed_on)
    resident.resident_code = fresh
    register.recode(resident, former)


def _common(resident: Resident, notice: Notice) -> dict[str, Any]:
    return {
        "prefecture": resident.prefecture,
        "municipality": resident.municipality,
        "office": resident.office,
        "reason": notice.reason.value,
        "changed_on": notice.changed_on,
        "version": resident.version,
    }


def _hold_as_discrepancy(notification: Notification, verdict: Verdict, register: Register) -> None:
    if notification.status == NotificationStatus.DISCREPANT:
        return
    notification.status = NotificationStatus.DISCREPANT
    opened = Discrepancy(
        notification=notification,
        prefecture=notification.prefecture,
        municipality=notification.municipality,
        office=notification.office,
        kind=DiscrepancyKind(verdict.kind.value),
        state=DiscrepancyState.OPEN,
        opened_at=register.at.instant,
    )
    register.contradict(notification, opened)
    detail = {"notification": str(notification.pk), "kind": verdict.kind.value}
    register.ledger.acts.append(Act("juki.discrepancy_opened", None, None, detail))


def _held(notice: Notice, register: Register, status: NotificationStatus = _HELD) -> QuerySet[Notification]:
    register.store()
    return Notification.objects.filter(
        resident_code__in=register.codes(notice.resident_code), office=notice.municipality, status=status
    )


def _following(notice: Notice, register: Register) -> Notification | None:
    """What waited for this one. A number that staff have dropped is passed over."""
    if notice.sequence is None or not register.has_waiting(notice.resident_code):
        return None
    order = register.order(notice)
    while True:
        following = _held(notice, register).filter(sequence=order.last + 1).first()
        if following or not _held(notice, register, _DROPPED).filter(sequence=order.last + 1).exists():
            return following
        register.advance(order, order.last + 1)


def _release(notification: Notification, notice: Notice, register: Register) -> None:
    """Settle what contradicted only because this had not come: another town's entry, and what was told after one."""
    if not register.has_waiting(notice.resident_code):
        return
    register.store()
    if notice.facts.kind is ChangeClass.REMOVAL:
        # Or it came before the person was known at all.
        kinds = (Contradiction.TWO_MUNICIPALITIES, Contradiction.CODE_NOT_ALLOTTED)
        held_back = waiting.open_of([notice.resident_code], *kinds)[:1]
        note = "前の市区町村の消除の通知が届いたため、反映しました。"
    elif notice.facts.kind is ChangeClass.ENTRY:
        told_after = waiting.open_of([notice.resident_code], Contradiction.UNKNOWN_RESIDENT).filter(
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
        if _apply(held, own, register) is None:
            waiting.settle(held, register.at, note)
            _release(held, own, register)
