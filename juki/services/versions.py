"""Writing versions of identity records: rows are added and closed, never rewritten."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from jlis.kernel.domain.folding import address_key, kana_key, name_key
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.organisations.selectors.municipalities import Tenant
from jlis.kernel.time import Moment
from juki.choices import KanaSource, RecordState
from juki.domain.changes import REASONS, ChangeClass, ChangeReason, reason_of
from juki.domain.notices import IDENTITY_FIELDS, Notice
from juki.models import IdentityRecord
from juki.sql import search

DEFAULTS = {"kana_source": KanaSource.NOTIFIED.value, "former_surname": "", "former_surname_kana": "", "alias": ""}
COLUMNS = (
    "prefecture", "municipality", "office", "resident", "version", "state", "resident_code", *IDENTITY_FIELDS,
    "birth_from", "change_reason", "changed_on", "valid_from", "valid_to", "recorded_at", "notification", "name_key",
    "kana_key", "address_key",
)  # fmt: skip
_PLACES = ", ".join(f"%({column})s" for column in COLUMNS)
_INSERT = f"INSERT INTO juki_identityrecord ({', '.join(COLUMNS)}) VALUES ({_PLACES})"  # noqa: S608 - own constants


def latest(resident: UUID) -> IdentityRecord | None:
    """The version in force for a resident, under a scope that may see it."""
    # Prepared: planning over the partitions takes longer than all else that a notification needs.
    return next(iter(search.latest({"resident": resident}, 1)), None)


def entered_on(resident: UUID, *, until: int) -> date | None:
    """The day on which the stay began that a version belongs to; None where no entry is known."""
    entries = [reason.value for reason, facts in REASONS.items() if facts.kind is ChangeClass.ENTRY]
    return (
        IdentityRecord.objects.filter(
            resident=resident, superseded_at__isnull=True, version__lte=until, change_reason__in=entries
        )
        .order_by("-version")
        .values_list("changed_on", flat=True)
        .first()
    )


def in_force(resident: UUID) -> IdentityRecord:
    """The same of a resident who has one."""
    found = latest(resident)
    assert found is not None, "every resident has a version in force"
    return found


def append(
    *,
    resident: UUID,
    resident_code: str,
    version: int,
    tenant: Tenant,
    notice: Notice,
    notification: UUID,
    former: IdentityRecord | None,
    at: Moment,
) -> dict[str, Any]:
    """Add the version that a notice makes, and close the former one; returns the new row's values."""
    items = _items(notice, former)
    removed = notice.facts.kind is ChangeClass.REMOVAL
    by_name, by_kana, by_address = search_keys(items["name"], items["name_kana"], items["address"])
    row = {
        "prefecture": tenant.prefecture,
        "municipality": tenant.municipality,
        "office": tenant.office,
        "resident": resident,
        "version": version,
        "state": (RecordState.REMOVED if removed else RecordState.CURRENT).value,
        "resident_code": resident_code,
        **items,
        "birth_from": PartialDate.from_iso(items["birth_date"]).earliest(),
        "change_reason": notice.reason.value,
        "changed_on": notice.changed_on,
        "valid_from": notice.changed_on,
        "valid_to": None,
        "recorded_at": at.instant,
        "notification": notification,
        "name_key": by_name,
        "kana_key": by_kana,
        "address_key": by_address,
    }
    if former is not None:
        _close(former, notice.changed_on, at)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, row)
    return row


def reopen(base: IdentityRecord, after: Sequence[IdentityRecord], *, at: Moment) -> IdentityRecord:
    """Supersede a version and all after it, and record it anew as the latest; returns it."""
    superseded = IdentityRecord.objects.filter(resident=base.resident, superseded_at__isnull=True)
    superseded.filter(version__in=[base.version, *(row.version for row in after)]).update(superseded_at=at.instant)
    same = {column: getattr(base, column) for column in COLUMNS}
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, same | {"valid_to": None, "recorded_at": at.instant})
    return in_force(base.resident)


def search_keys(name: str, kana: str, address: str) -> tuple[str, str, str]:
    """The folded copies for searching, cut to their columns: folding writes ㍿ as four letters."""
    return name_key(name)[:200], kana_key(kana)[:200], address_key(address)[:400]


def _items(notice: Notice, former: IdentityRecord | None) -> dict[str, str]:
    told = notice.items()
    if former is None:
        return {**DEFAULTS, **told}
    base = former
    if notice.reason is ChangeReason.CORRECTION_CANCELLED and not told:
        base = _before(former) or former
    return {field: getattr(base, field) for field in IDENTITY_FIELDS} | told


def _before(record: IdentityRecord) -> IdentityRecord | None:
    """The version that stood before a correction, to which its cancellation returns; None before anything else."""
    if reason_of(record.change_reason).kind is not ChangeClass.CORRECTION:
        return None
    return (
        IdentityRecord.objects.filter(resident=record.resident, version__lt=record.version, superseded_at__isnull=True)
        .order_by("-version")
        .first()
    )


def _close(former: IdentityRecord, on: date, at: Moment) -> None:
    """End the former version on the day; one that was to begin later never came into force, and is superseded."""
    own = IdentityRecord.objects.filter(prefecture=former.prefecture, id=former.id)
    if former.valid_from <= on:
        own.update(valid_to=on)
        return
    own.update(superseded_at=at.instant)
    corrected = {column: getattr(former, column) for column in COLUMNS}
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            corrected | {"changed_on": on, "valid_from": on, "valid_to": on, "recorded_at": at.instant},
        )
