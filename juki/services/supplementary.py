"""附票本人確認情報の通知 (J7): told by the 本籍地, each key once, whole or not at all.

What contradicts what is held refuses the call, row by row with what to do: the 本籍地 alone keeps and mends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.audit.services import Act
from jlis.kernel.domain.folding import kana_key, name_key
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import FieldError, Forbidden, Invalid, NotFound, TooLarge, Unprocessable
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.organisations.selectors.municipalities import Tenant
from jlis.kernel.outbox.events import Event
from jlis.kernel.outbox.publishing import publish_many
from jlis.kernel.time import Moment
from juki.choices import RecordState, ResidentClass
from juki.domain import supplementary as law
from juki.domain.supplementary import ADVICE, ENTRIES, ITEMS, REMOVALS, Notice, Reason, Standing
from juki.models import Resident, SupplementaryNotice, SupplementaryRecord
from juki.selectors import affairs
from juki.selectors import supplementary as selectors
from juki.services import honseki_notices, identity_bases, versions
from juki.services.register import lock_codes

PURPOSE = "JUKI-COUNTER"
LARGEST_CALL = 1000


@dataclass(frozen=True)
class Taken:
    """What became of one notice."""

    row: int
    notice: UUID
    key: str
    version: int
    replayed: bool = False
    resident: UUID | None = None


def receive(*, notices: Sequence[Any], by: Actor, at: Moment, channel: str) -> list[Taken]:
    """Take 1 to 1,000 notices of one 本籍地, in order. Raises `Invalid`, `TooLarge`, `Forbidden`, `Unprocessable`."""
    by.must("juki.notify_supplementary")
    if len(notices) > LARGEST_CALL:
        raise TooLarge("too_many_rows", f"一度に送れる通知は{LARGEST_CALL:,}件までです（{len(notices):,}件）。")
    read = _read(notices, by, at)
    with acting(REGISTRY):
        # As the changes of the 住民票 do: a change that is told now either waits already, or knows this 本籍地.
        lock_codes([notice.resident_code for notice in read])
        _lock_keys(read)
        taken: list[Taken] = []
        acts: list[Act] = []
        events: list[Event] = []
        faults: list[FieldError] = []
        for row, notice in enumerate(read, start=1):
            one = _take(row, notice, by, at, channel, acts, events)
            faults += [one] if isinstance(one, FieldError) else []
            taken += [one] if isinstance(one, Taken) else []
        if faults:
            raise Unprocessable("contradicts", "登録されている内容と合わない通知があります。", errors=faults)
        audit.record_many(acts, by=by, purpose=PURPOSE)
        publish_many(events)
        honseki_notices.send_waiting(residents=_entered(read, taken), by=by, at=at)
    return taken


def open_record(*, resident: UUID, purpose: str, by: Actor, at: Moment) -> list[SupplementaryRecord]:
    """Every version of one person for a clerk of the 本籍地, newest first; `NotFound` at another's."""
    by.must("juki.see_supplementary")
    affairs.require(purpose, organisation=by.organisation, day=at.day)
    with acting(by.scope.for_purpose(purpose)):
        found = selectors.history(resident)
        if not found:
            raise NotFound("record_not_found", "該当する附票がありません。")
        detail = {"fields": list(ITEMS), "versions": len(found)}
        audit.record(action="juki.supplementary_viewed", by=by, purpose=purpose, subject=resident, detail=detail)
    return found


def search(*, items: dict[str, str], purpose: str, by: Actor, at: Moment) -> list[SupplementaryRecord]:
    """Search the own 附票 by name and birth date, both; recorded with whom it concerned. Raises `Invalid`."""
    by.must("juki.see_supplementary")
    affairs.require(purpose, organisation=by.organisation, day=at.day)
    with acting(by.scope.for_purpose(purpose)):
        found = selectors.matching(name=items.get("name", ""), birth_date=items.get("birth_date", ""))
        audit.record(
            action="juki.supplementary_searched",
            by=by,
            purpose=purpose,
            subjects=[row.resident for row in found],
            detail={"asked": ["name", "birth_date"], "count": len(found)},
        )
    return found


def _read(raw: Sequence[Any], by: Actor, at: Moment) -> list[Notice]:
    own = {office.code for office in municipalities.offices_at(at.day, within=by.organisation)}
    if not own:
        raise Forbidden("not_an_office", "戸籍の附票を備える市区町村だけが通知できます。")
    only = next(iter(own)) if len(own) == 1 else ""
    notices: list[Notice] = []
    errors = [] if raw else [FieldError("", "empty", "通知が1件もありません。")]
    for row, one in enumerate(raw, start=1):
        notice, faults = law.read_notice(one, row=row, municipality=only, today=at.day)
        if notice is not None and notice.municipality not in own:
            faults = [FieldError("municipality", "not_own", "ほかの市区町村の附票は通知できません。", row)]
        notices += [notice] if notice else []
        errors += faults
    if errors:
        raise Invalid.of(errors)
    return notices


def _lock_keys(notices: Sequence[Notice]) -> None:
    """Lock the keys as well, all at once and in one order, before any is looked up: twice at once is a replay."""
    keys = sorted({f"{notice.municipality} {notice.key}" for notice in notices})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(key, 5015))"
            " FROM (SELECT key FROM unnest(%s::text[]) AS key ORDER BY key) AS wanted",
            [keys],
        )


def _take(
    row: int, notice: Notice, by: Actor, at: Moment, channel: str, acts: list[Act], events: list[Event]
) -> Taken | FieldError:
    known = SupplementaryNotice.objects.filter(office=notice.municipality, key=notice.key).first()
    resident = Resident.objects.select_for_update().filter(resident_code=notice.resident_code).first()
    former = selectors.latest_of(resident.pk) if resident else None
    if known is not None:
        if known.digest != notice.digest():
            return FieldError("key", "key_reused", "この通知キーは別の内容で使用済みです。", row)
        return Taken(row, known.pk, known.key, former.version if former else 0, replayed=True)
    ground = law.contradiction(notice, _standing(resident, former))
    if ground is not None:
        return FieldError("resident_code", ground.value.lower(), ADVICE[ground], row)
    assert resident is not None, "judged: the code is known"
    stored, version, act = enter(notice, resident, former, by=by, at=at, channel=channel)
    acts.append(act)
    events += identity_bases.after_supplementary(resident, notice, was_kept=_is_kept(former))
    events += identity_bases.after_items(resident, notice, former, version)
    return Taken(row, stored.pk, stored.key, version, resident=resident.pk)


def enter(
    notice: Notice, resident: Resident, former: SupplementaryRecord | None, *, by: Actor, at: Moment, channel: str
) -> tuple[SupplementaryNotice, int, Act]:
    """Keep a notice that was judged, and add the version that it makes: in the caller's transaction."""
    stored = _store(notice, resident, by, at, channel)
    version = _append(notice, resident, former, stored, at)
    detail = {"notice": str(stored.pk), "reason": notice.reason.value, "version": version}
    return stored, version, Act("juki.supplementary_notified", resident.pk, None, detail)


def _standing(resident: Resident | None, former: SupplementaryRecord | None) -> Standing | None:
    if resident is None:
        return None
    record = versions.latest(resident.pk)
    is_national = record is not None and record.resident_class == ResidentClass.JAPANESE
    return Standing(
        is_national, former.office if former and _is_kept(former) else "", former.changed_on if former else None
    )


def _entered(read: Sequence[Notice], taken: Sequence[Taken]) -> set[UUID]:
    """Whom this call has entered in a 附票."""
    return {
        one.resident
        for notice, one in zip(read, taken, strict=True)
        if notice.reason in ENTRIES and not one.replayed and one.resident is not None
    }


def _is_kept(record: SupplementaryRecord | None) -> bool:
    return record is not None and record.state == RecordState.CURRENT


def _store(notice: Notice, resident: Resident, by: Actor, at: Moment, channel: str) -> SupplementaryNotice:
    return SupplementaryNotice.objects.create(
        id=uuid7(at.instant),
        **_tenant(notice)._asdict(),
        key=notice.key,
        digest=notice.digest(),
        reason=notice.reason.value,
        changed_on=notice.changed_on,
        resident=resident.pk,
        received_at=at.instant,
        channel=channel,
        sender=by.id,
    )


def _append(
    notice: Notice, resident: Resident, former: SupplementaryRecord | None, stored: SupplementaryNotice, at: Moment
) -> int:
    """Add the version that a notice makes, and close the one before it."""
    before = {item: getattr(former, item) for item in ITEMS} if former else {}
    items = before | notice.items()
    if former is not None:
        SupplementaryRecord.objects.filter(pk=former.pk).update(valid_to=notice.changed_on)
    version = former.version + 1 if former else 1
    SupplementaryRecord.objects.create(
        **_tenant(notice)._asdict(),
        **items,
        resident=resident.pk,
        version=version,
        state=(RecordState.REMOVED if notice.reason in REMOVALS else RecordState.CURRENT).value,
        resident_code=resident.resident_code,
        birth_from=PartialDate.from_iso(items["birth_date"]).earliest(),
        abroad_since=_abroad_since(notice, former),
        reason=notice.reason.value,
        changed_on=notice.changed_on,
        valid_from=notice.changed_on,
        recorded_at=at.instant,
        notice=stored.pk,
        name_key=name_key(items["name"])[:200],
        kana_key=kana_key(items["name_kana"])[:200],
    )
    return version


def _abroad_since(notice: Notice, former: SupplementaryRecord | None) -> date | None:
    if notice.reason is Reason.LEFT_JAPAN:
        return notice.changed_on
    if notice.reason is Reason.RETURNED or (notice.reason in ENTRIES and former is None):
        return None
    return former.abroad_since if former else None


def _tenant(notice: Notice) -> Tenant:
    return municipalities.tenant_of(notice.municipality)
