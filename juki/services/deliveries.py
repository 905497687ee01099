"""配信 (J16): the centre puts a package up for offices, their systems fetch it, and report receipt and application.

Nothing is sent on media and nothing is believed: a receipt counts only with the SHA-256 of what arrived.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Invalid, NotFound, TooLarge, Unprocessable
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from juki.choices import DeliveryState
from juki.domain.deliveries import MOST_BYTES, MOVES, Kind, State
from juki.models import DeliveryPackage, DeliveryTarget

LONGEST_REASON = 400


@dataclass(frozen=True)
class Parcel:
    """What is put up: a file under a name and a version."""

    kind: Kind
    name: str
    version: str
    file_name: str
    content: bytes
    note: str = ""


def publish(*, parcel: Parcel, offices: Sequence[str], due_on: date, by: Actor, at: Moment) -> DeliveryPackage:
    """Put a package up for offices. Raises `Invalid`, `TooLarge`, `Conflict` for a version that is out already."""
    by.must("juki.publish_deliveries")
    _check(parcel, offices, due_on, at)
    digest = hashlib.sha256(parcel.content).hexdigest()
    with acting(REGISTRY):
        codes = [municipalities.office(code, on=at.day).code for code in sorted(set(offices))]
        tenants = [municipalities.tenant_of(code) for code in codes]
        earlier = DeliveryPackage.objects.filter(name=parcel.name)
        if earlier.filter(version=parcel.version).exists():
            raise Conflict("version_taken", f"{parcel.name}の版 {parcel.version} は配信済みです。", field="version")
        if earlier.filter(sha256=digest).exists():
            raise Conflict("same_content", "前に配信した版と内容が同じです。", field="version")
        package = DeliveryPackage.objects.create(
            id=uuid7(at.instant),
            kind=parcel.kind.value,
            name=parcel.name,
            version=parcel.version,
            file_name=parcel.file_name,
            content=parcel.content,
            sha256=digest,
            size=len(parcel.content),
            note=parcel.note,
            due_on=due_on,
            published_at=at.instant,
            published_by=by.label,
        )
        DeliveryTarget.objects.bulk_create(DeliveryTarget(package=package, **tenant._asdict()) for tenant in tenants)
        detail = {"package": str(package.pk), "sha256": digest, "version": parcel.version, "offices": len(tenants)}
        audit.record(action="juki.delivery_published", by=by, detail=detail)
    return package


def fetch(*, package_id: UUID, office: str, by: Actor, at: Moment) -> DeliveryTarget:
    """A package that is put up for an own office, with its content; written down. Raises `NotFound`."""
    by.must("juki.receive_deliveries")
    with acting(REGISTRY):
        target = _own(package_id, office, by)
        detail = {"package": str(package_id), "office": target.office}
        audit.record(action="juki.delivery_fetched", by=by, detail=detail)
    return target


def report(
    *, package_id: UUID, office: str, verb: str, by: Actor, at: Moment, sha256: str = "", reason: str = ""
) -> DeliveryTarget:
    """Take an office's report: `receive` with the digest of what arrived, `apply`, or `fail` with a reason.

    Raises `Invalid`, `NotFound`, `Unprocessable` for a digest that is another, `Conflict` where the state forbids it.
    """
    by.must("juki.receive_deliveries")
    move = MOVES.get(verb)
    if move is None:
        raise Invalid.of([FieldError("status", "not_a_choice", "報告は受領・適用・適用失敗のいずれかです。")])
    failed = move.target is State.FAILED
    if failed and not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise Invalid.of(
            [FieldError("reason", "required", f"適用できない理由を{LONGEST_REASON}文字以内で書いてください。")]
        )
    with acting(REGISTRY):
        target = _own(package_id, office, by, lock=True)
        if target.state not in move.sources:
            raise Conflict(
                "state_does_not_allow", f"いまの状態（{target.get_state_display()}）では{move.label}を報告できません。"
            )
        if move.target is State.RECEIVED:
            if sha256 != target.package.sha256:
                raise Unprocessable(
                    "digest_differs",
                    "届いた内容の SHA-256 が配信したものと違います。もう一度受け取ってください。",
                    field="sha256",
                )
            target.received_at = at.instant
        target.state, target.reported_at, target.reported_by = move.target.value, at.instant, by.label
        target.reason = reason.strip() if failed else ""
        target.save()
        detail = {"package": str(package_id), "office": target.office, "state": target.state}
        audit.record(action=move.audit_word, by=by, detail=detail)
    return target


def remind(*, package_id: UUID, by: Actor, at: Moment) -> int:
    """Remind every office that has not applied a package; it stands on their desks. Returns how many."""
    by.must("juki.publish_deliveries")
    with acting(REGISTRY):
        if not DeliveryPackage.objects.filter(pk=package_id).exists():
            raise NotFound("delivery_not_found", "該当する配信がありません。")
        late = DeliveryTarget.objects.filter(package=package_id).exclude(state=DeliveryState.APPLIED)
        reminded = late.update(reminded_at=at.instant)
        detail = {"package": str(package_id), "count": reminded}
        audit.record(action="juki.delivery_reminded", by=by, detail=detail)
    return reminded


def _own(package_id: UUID, office: str, by: Actor, *, lock: bool = False) -> DeliveryTarget:
    targets = DeliveryTarget.objects.select_related("package")
    if lock:
        targets = targets.select_for_update(of=("self",))
    found = targets.filter(package=package_id, office=office).first()
    if found is None or by.organisation not in (found.office, found.municipality):
        raise NotFound("delivery_not_found", "該当する配信がありません。")
    return found


def _check(parcel: Parcel, offices: Sequence[str], due_on: date, at: Moment) -> None:
    if len(parcel.content) > MOST_BYTES:
        raise TooLarge("file_too_large", f"ファイルは{MOST_BYTES >> 20}MBまでです。", field="content")
    faults = [
        FieldError(name, "required", f"{label}を入力してください。")
        for name, label, value in (
            ("name", "名称", parcel.name.strip()),
            ("version", "版", parcel.version.strip()),
            ("content", "ファイル", parcel.content),
            ("offices", "配信先", offices),
        )
        if not value
    ]
    if due_on < at.day:
        faults.append(FieldError("due_on", "in_the_past", "適用期限に過去の日付は使えません。"))
    if faults:
        raise Invalid.of(faults)
