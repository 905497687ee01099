"""本人確認情報の通知: taking notifications, applying them in order, holding what contradicts (J1).

One call is taken whole or refused whole when its form is at fault. What is well formed is stored, and then applied,
held until its predecessors come, or held as a discrepancy. Nothing is dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.audit.services import Act
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import FieldError, Forbidden, Invalid, TooLarge, Unprocessable
from jlis.kernel.isolation.scope import REGISTRY, scope
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.organisations.selectors.municipalities import Tenant
from jlis.kernel.outbox import publishing
from jlis.kernel.outbox.events import Event
from jlis.kernel.time import Moment
from juki.choices import DiscrepancyKind, DiscrepancyState, NotificationStatus, RecordState
from juki.domain.changes import ChangeClass, ChangeReason
from juki.domain.contradictions import Contradiction, Standing, Verdict, contradiction
from juki.domain.notices import Notice, read_notice
from juki.events import ResidentChanged, ResidentMovedIn, ResidentRegistered, ResidentRemoved
from juki.models import Discrepancy, IdentityRecord, Notification, Resident, ResidentCode, SenderSequence
from juki.services import codes, numbers, versions

PURPOSE = "JUKI-COUNTER"
LARGEST_CALL = 1000
# A change of any of these ends the signature certificate, unless it is a 軽微な修正 (公的個人認証法12条).
CERTIFIED_ITEMS = ("name", "address", "birth_date", "sex", "former_surname", "alias")
CODE_CHANGES = (ChangeReason.CODE_CHANGE_REQUESTED, ChangeReason.CODE_ENTERED)
NUMBER_CHANGES = (ChangeReason.NUMBER_CHANGE_REQUESTED, ChangeReason.NUMBER_CORRECTED)


@dataclass(frozen=True)
class Taken:
    """What became of one notification."""

    row: int
    notification: UUID
    key: str
    status: NotificationStatus
    resident_code: str
    replayed: bool = False
    contradiction: Verdict | None = None


@dataclass
class _Ledger:
    """Audit acts and events of one call, written together at its end."""

    acts: list[Act] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def write(self, by: Actor) -> None:
        audit.record_many(self.acts, by=by, purpose=PURPOSE)
        publishing.publish_many(self.events)


def receive(*, notices: Sequence[Any], by: Actor, at: Moment, channel: str) -> list[Taken]:
    """Take 1 to 1,000 notifications of one office or city, in order; one answer each.

    Raises `Invalid` naming every faulty row and field, `TooLarge`, `Forbidden`, or `Unprocessable` for a key that
    stands for another content; then nothing of the call is taken.
    """
    by.must("juki.notify")
    if len(notices) > LARGEST_CALL:
        raise TooLarge("too_many_rows", f"一度に送れる通知は{LARGEST_CALL:,}件までです（{len(notices):,}件）。")
    read = _read(notices, by, at)
    with scope(REGISTRY):
        _lock_residents(read)
        ledger = _Ledger()
        taken = [_take(row, notice, by, at, channel, ledger) for row, notice in enumerate(read, start=1)]
        ledger.write(by)
    return taken


def apply_held(*, notification: Notification, by: Actor, at: Moment) -> Verdict | None:
    """Try once more to apply a notification that was held; returns why not, or None when it is applied."""
    with scope(REGISTRY):
        ledger = _Ledger()
        notice = Notice.from_body(notification.body)
        _lock_residents([notice])
        verdict = _apply(notification, notice, at, ledger)
        if verdict is None:
            _release(notice, at, ledger)
        ledger.write(by)
    return verdict


def _read(raw: Sequence[Any], by: Actor, at: Moment) -> list[Notice]:
    if not raw:
        raise Invalid.of([FieldError("", "empty", "通知が1件もありません。")])
    own = _offices_of(by, at)
    only = next(iter(own)) if len(own) == 1 else ""
    notices: list[Notice] = []
    errors: list[FieldError] = []
    keys: set[tuple[str, str]] = set()
    for row, one in enumerate(raw, start=1):
        notice, faults = read_notice(one, row=row, municipality=only, today=at.day)
        if notice is not None:
            faults = _sender_faults(notice, own, keys, row)
            keys.add((notice.municipality, notice.key))
            notices.append(notice)
        errors += faults
    if errors:
        raise Invalid.of(errors)
    return notices


def _offices_of(by: Actor, at: Moment) -> frozenset[str]:
    own = frozenset(office.code for office in municipalities.offices_at(at.day, within=by.organisation))
    if not own:
        raise Forbidden("not_an_office", "住民票を備える市区町村だけが通知できます。")
    return own


def _sender_faults(notice: Notice, own: frozenset[str], keys: set[tuple[str, str]], row: int) -> list[FieldError]:
    if not notice.municipality:
        return [FieldError("municipality", "required", "区の団体コードを指定してください。", row)]
    if notice.municipality not in own:
        known = notice.municipality in {office.code for office in municipalities.offices_at(notice.changed_on)}
        code, why = (
            ("not_own", "ほかの市区町村の住民は通知できません。")
            if known
            else ("unknown_municipality", "この団体コードの市区町村はありません。")
        )
        return [FieldError("municipality", code, why, row)]
    if (notice.municipality, notice.key) in keys:
        return [FieldError("key", "duplicate_key", "同じ通知キーが前の行にもあります。", row)]
    return []


def _lock_residents(notices: Sequence[Notice]) -> None:
    # All locks at once and in one order, so that two calls about the same people wait and do not deadlock.
    wanted = sorted({notice.resident_code for notice in notices if notice.resident_code})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(code, 5012))"
            " FROM (SELECT code FROM unnest(%s::text[]) AS code ORDER BY code) AS wanted",
            [wanted],
        )


def _take(row: int, notice: Notice, by: Actor, at: Moment, channel: str, ledger: _Ledger) -> Taken:
    known = Notification.objects.filter(office=notice.municipality, key=notice.key).first()
    if known is not None:
        return _replay(row, notice, known)
    tenant = municipalities.tenant_of(notice.municipality)
    digest = notice.digest()
    if not notice.resident_code:
        notice = _with_code(notice, codes.draw(office=tenant.office, count=1)[0])
    notification = Notification(
        id=uuid7(at.instant),
        prefecture=tenant.prefecture,
        municipality=tenant.municipality,
        office=tenant.office,
        key=notice.key,
        sequence=notice.sequence,
        reason=notice.reason.value,
        changed_on=notice.changed_on,
        resident_code=notice.resident_code,
        body=notice.body(),
        digest=digest,
        status=NotificationStatus.HELD,
        received_at=at.instant,
        channel=channel,
        sender=by.id,
    )
    in_order = _advance(notice, row)
    notification.save(force_insert=True)
    if not in_order:
        ledger.acts.append(Act("juki.notification_held", None, None, {"notification": str(notification.pk)}))
        return Taken(row, notification.pk, notice.key, NotificationStatus.HELD, notice.resident_code)
    verdict = _apply(notification, notice, at, ledger)
    if verdict is None:
        _release(notice, at, ledger)
    status = NotificationStatus(notification.status)
    return Taken(row, notification.pk, notice.key, status, notice.resident_code, contradiction=verdict)


def _replay(row: int, notice: Notice, known: Notification) -> Taken:
    if known.digest != notice.digest():
        fault = FieldError("key", "key_reused", "この通知キーは別の内容で使用済みです。", row)
        raise Unprocessable("key_reused", "使用済みの通知キーです。", errors=[fault])
    return Taken(row, known.pk, known.key, NotificationStatus(known.status), known.resident_code, replayed=True)


def _with_code(notice: Notice, code: str) -> Notice:
    return Notice.from_body(notice.body() | {"resident_code": code})


def _advance(notice: Notice, row: int) -> bool:
    """Move the sender's order forward; False when a number before this one has not come yet."""
    if notice.sequence is None:
        return True
    order, _ = SenderSequence.objects.select_for_update().get_or_create(
        office=notice.municipality, resident_code=notice.resident_code, defaults={"last": 0}
    )
    if notice.sequence <= order.last:
        fault = FieldError("sequence", "sequence_passed", f"この順序番号は処理済みです（最終 {order.last}）。", row)
        raise Unprocessable("sequence_passed", "処理済みの順序番号です。", errors=[fault])
    if notice.sequence > order.last + 1:
        return False
    order.last = notice.sequence
    order.save(update_fields=["last"])
    return True


def _apply(notification: Notification, notice: Notice, at: Moment, ledger: _Ledger) -> Verdict | None:
    resident = Resident.objects.select_for_update().filter(resident_code=notice.resident_code).first()
    former = versions.latest(resident.pk) if resident else None
    verdict = contradiction(notice, _standing(resident, former))
    if verdict is not None:
        _hold_as_discrepancy(notification, verdict, at, ledger)
        return verdict
    tenant = Tenant(notification.prefecture, notification.municipality, notification.office)
    event: Event
    if resident is None:
        resident, event = _register(notification, notice, tenant, at)
    else:
        assert former is not None
        event = _change(resident, former, notification, notice, tenant, at)
    notification.status = NotificationStatus.APPLIED
    notification.resident = resident.pk
    notification.applied_at = at.instant
    notification.save(update_fields=["status", "resident", "applied_at"])
    detail = {"notification": str(notification.pk), "reason": notice.reason.value, "version": resident.version}
    ledger.acts.append(Act("juki.notification_applied", resident.pk, None, detail))
    ledger.events.append(event)
    return None


def _standing(resident: Resident | None, latest: IdentityRecord | None) -> Standing | None:
    if resident is None or latest is None:
        return None
    return Standing(
        resident.office,
        resident.state == RecordState.CURRENT,
        resident.removal_reason,
        resident.changed_on,
        latest.birth_from,
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
) -> Event:
    former_office = resident.office
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
    if removed:
        return ResidentRemoved(
            subject=resident.pk,
            **common,
            signature_certificate_affected=reason.ends_signature_certificate,
            authentication_certificate_affected=reason.ends_authentication_certificate,
        )
    if reason.kind is ChangeClass.ENTRY:
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


def _hold_as_discrepancy(notification: Notification, verdict: Verdict, at: Moment, ledger: _Ledger) -> None:
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


def _release(notice: Notice, at: Moment, ledger: _Ledger) -> None:
    """Apply what had waited for this notification: the sender's next in order, or another town's move-in."""
    waiting = Notification.objects.filter(resident_code=notice.resident_code)
    if notice.sequence is not None:
        following = waiting.filter(
            office=notice.municipality, sequence=notice.sequence + 1, status=NotificationStatus.HELD
        ).first()
        if following is not None:
            own = Notice.from_body(following.body)
            _advance(own, 1)
            if _apply(following, own, at, ledger) is None:
                _release(own, at, ledger)
            return
    if notice.facts.kind is not ChangeClass.REMOVAL:
        return
    elsewhere = (
        waiting.filter(
            status=NotificationStatus.DISCREPANT,
            discrepancy__state=DiscrepancyState.OPEN,
            discrepancy__kind=Contradiction.TWO_MUNICIPALITIES.value,
        )
        .order_by("received_at")
        .first()
    )
    if elsewhere is not None and _apply(elsewhere, Notice.from_body(elsewhere.body), at, ledger) is None:
        Discrepancy.objects.filter(notification=elsewhere).update(
            state=DiscrepancyState.APPLIED,
            settled_at=at.instant,
            settled_by="自動",
            note="前の市区町村の消除の通知が届いたため、反映しました。",
        )
