"""本人確認情報の通知: taking notifications, whole or not at all, each once and in its sender's order (J1).

One call is refused whole when its form is at fault. What is well formed is stored, and then applied, held until its
predecessors come, or held as a discrepancy. Nothing is dropped.
"""

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Forbidden, Invalid, TooLarge, Unprocessable
from jlis.kernel.isolation.scope import REGISTRY, scope
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from juki.choices import NotificationStatus
from juki.domain.changes import CODE_CHANGES
from juki.domain.contradictions import Verdict
from juki.domain.item_rules import lies_elsewhere
from juki.domain.notices import Notice, read_notice
from juki.models import Notification
from juki.selectors import residents
from juki.services import applying, codes
from juki.services.register import Register, lock

LARGEST_CALL = 1000


@dataclass(frozen=True)
class Taken:
    """What became of one notification; the 住民票コード as it is after it."""

    row: int
    notification: UUID
    key: str
    status: NotificationStatus
    resident_code: str
    replayed: bool = False
    contradiction: Verdict | None = None


def receive(
    *, notices: Sequence[Any], by: Actor, at: Moment, channel: str, seen: Mapping[str, int] | None = None
) -> list[Taken]:
    """Take 1 to 1,000 notifications of one office or city, in order; one answer each.

    `seen` are versions, by 住民票コード, that the sender had before their eyes. Raises `Invalid` naming every faulty
    row and field, `TooLarge`, `Forbidden`, `Unprocessable` for a key that stands for another content, or `Conflict`
    where a record has moved on from what was seen; then nothing of the call is taken.
    """
    by.must("juki.notify")
    if len(notices) > LARGEST_CALL:
        raise TooLarge("too_many_rows", f"一度に送れる通知は{LARGEST_CALL:,}件までです（{len(notices):,}件）。")
    read = _read(notices, by, at)
    with scope(REGISTRY):
        lock(read)
        # Held before any key is looked up: a birth that is sent twice at once waits here, and is one birth.
        codes.hold({notice.municipality for notice in read if not notice.resident_code})
        known = _known(read)
        coded = _with_codes(read, known)
        register = Register.of(coded, at)
        _refuse_unseen([notice for notice in read if (notice.municipality, notice.key) not in known], seen, register)
        taken = [
            _replay(row, notice, known[notice.municipality, notice.key])
            if (notice.municipality, notice.key) in known
            else _take(row, notice.digest(), named, by, channel, register)
            for row, (notice, named) in enumerate(zip(read, coded, strict=True), start=1)
        ]
        register.write(by)
    return taken


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
    home = municipalities.address_of(notice.municipality)
    if notice.address and lies_elsewhere(notice.address, home):
        return [FieldError("address", "elsewhere", f"{home}の住所ではありません。", row)]
    if (notice.municipality, notice.key) in keys:
        return [FieldError("key", "duplicate_key", "同じ通知キーが前の行にもあります。", row)]
    return []


def _known(notices: Sequence[Notice]) -> dict[tuple[str, str], Notification]:
    """What stands already under the keys of these notices."""
    found = Notification.objects.filter(
        office__in={notice.municipality for notice in notices}, key__among=[notice.key for notice in notices]
    )
    return {(notification.office, notification.key): notification for notification in found}


def _refuse_unseen(notices: Sequence[Notice], seen: Mapping[str, int] | None, register: Register) -> None:
    """A change that was made from an older record would undo what came in between. A notice sent again is none."""
    for notice in notices:
        resident = register.resident(notice.resident_code)
        if resident and (seen or {}).get(notice.resident_code, resident.version) != resident.version:
            raise Conflict("record_moved", "入力のあいだに、この方の記録が変わりました。")


def _with_codes(notices: Sequence[Notice], known: Container[tuple[str, str]]) -> list[Notice]:
    """The notices, whoever is new among them with a code from the office's lot."""
    wanted = Counter(
        notice.municipality
        for notice in notices
        if not notice.resident_code and (notice.municipality, notice.key) not in known
    )
    named = {notice.resident_code for notice in notices}
    drawn = {
        office: iter(codes.draw(office=municipalities.tenant_of(office).office, count=count, besides=named))
        for office, count in wanted.items()
    }
    return [
        notice
        if notice.resident_code or (notice.municipality, notice.key) in known
        else replace(notice, resident_code=next(drawn[notice.municipality]))
        for notice in notices
    ]


def _take(row: int, digest: str, notice: Notice, by: Actor, channel: str, register: Register) -> Taken:
    tenant = municipalities.tenant_of(notice.municipality)
    notification = Notification(
        id=uuid7(register.at.instant),
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
        received_at=register.at.instant,
        channel=channel,
        sender=by.id,
    )
    in_order = applying.advance(notice, row, register)
    register.take(notification)
    if not in_order:
        register.hold(notification)
        return Taken(row, notification.pk, notice.key, NotificationStatus.HELD, notice.resident_code)
    verdict = applying.take_effect(notification, notice, register)
    status = NotificationStatus(notification.status)
    code = notice.resident_code
    if notice.reason in CODE_CHANGES and status == NotificationStatus.APPLIED:
        code = register.codes(code)[-1]
    return Taken(row, notification.pk, notice.key, status, code, contradiction=verdict)


def _replay(row: int, notice: Notice, known: Notification) -> Taken:
    if known.digest != notice.digest():
        fault = FieldError("key", "key_reused", "この通知キーは別の内容で使用済みです。", row)
        raise Unprocessable("key_reused", "使用済みの通知キーです。", errors=[fault])
    status, code = NotificationStatus(known.status), residents.code_after(known)
    return Taken(row, known.pk, known.key, status, code, replayed=True)
