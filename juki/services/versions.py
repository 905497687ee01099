"""Writing versions of identity records: rows are added and closed, never rewritten."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from jlis.kernel.domain.folding import address_key, kana_key, name_key
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.organisations.selectors.municipalities import Tenant
from jlis.kernel.time import Moment
from juki.choices import KanaSource, RecordState
from juki.domain.changes import REASONS, ChangeClass, ChangeReason, reason_of
from juki.domain.contradictions import HELD_ITEMS
from juki.domain.item_rules import without_other_class
from juki.domain.notices import IDENTITY_FIELDS, Notice
from juki.models import IdentityRecord
from juki.sql import register as sql
from juki.sql import search

DEFAULTS = {"kana_source": KanaSource.NOTIFIED.value, "former_surname": "", "former_surname_kana": "", "alias": ""}
COLUMNS = sql.VERSION_COLUMNS


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


def compose(
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
    """The values of the version that a notice makes."""
    items = _items(notice, former)
    removed = notice.facts.kind is ChangeClass.REMOVAL
    by_name, by_kana, by_address = search_keys(items["name"], items["name_kana"], items["address"])
    return {
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


def held(record: IdentityRecord) -> dict[str, str]:
    """The items that a standing says of a version's person."""
    return {item: getattr(record, item) for item in HELD_ITEMS}


def append(former: IdentityRecord, notice: Notice, row: dict[str, Any], at: Moment) -> None:
    """Write the version that a notice makes after another, which ends; one at a time, for what is told late."""
    if former.valid_from > notice.changed_on:
        supersede(former, notice.changed_on, at)
    else:
        sql.close_versions({(former.prefecture, former.resident, former.version): notice.changed_on})
    sql.add_versions([row])


def reaches_back(former: IdentityRecord, notice: Notice) -> bool:
    """Whether a notice's version depends on more than the one before it: on the tables."""
    return former.valid_from > notice.changed_on or _goes_back(notice)


def reopen(base: IdentityRecord, after: Sequence[IdentityRecord], *, at: Moment) -> IdentityRecord:
    """Supersede a version and all after it, and record it anew as the latest; returns it."""
    superseded = IdentityRecord.objects.filter(resident=base.resident, superseded_at__isnull=True)
    superseded.filter(version__in=[base.version, *(row.version for row in after)]).update(superseded_at=at.instant)
    same = {column: getattr(base, column) for column in COLUMNS}
    sql.add_versions([same | {"valid_to": None, "recorded_at": at.instant}])
    return in_force(base.resident)


def supersede(former: IdentityRecord, on: date, at: Moment) -> None:
    """One that was to begin after a day and never came into force: recorded anew as of that day alone.

    What stood before it was to end with its beginning, and ends that day as well: on no day are two in force.
    """
    standing = IdentityRecord.objects.filter(
        prefecture=former.prefecture, resident=former.resident, version__lte=former.version, superseded_at__isnull=True
    )
    reaching = list(standing.filter(version__lt=former.version, valid_to__gt=on))
    standing.filter(version__in=[former.version, *(row.version for row in reaching)]).update(superseded_at=at.instant)
    ended = [_as_it_was(row) | {"valid_from": min(row.valid_from, on)} for row in reaching]
    ended.append(_as_it_was(former) | {"changed_on": on, "valid_from": on})
    sql.add_versions([row | {"valid_to": on, "recorded_at": at.instant} for row in ended])


def _as_it_was(row: IdentityRecord) -> dict[str, Any]:
    return {column: getattr(row, column) for column in COLUMNS}


def search_keys(name: str, kana: str, address: str) -> tuple[str, str, str]:
    """The folded copies for searching, cut to their columns: folding writes ㍿ as four letters."""
    return name_key(name)[:200], kana_key(kana)[:200], address_key(address)[:400]


def _items(notice: Notice, former: IdentityRecord | None) -> dict[str, str]:
    told = notice.items()
    if former is None:
        return {**DEFAULTS, **told}
    base = former
    if _goes_back(notice):
        base = _before(former) or former
    items = {field: getattr(base, field) for field in IDENTITY_FIELDS} | told
    # Whoever was naturalised keeps no 通称, and whoever lost the nationality no 旧氏.
    return without_other_class(items) if notice.resident_class else items


def _goes_back(notice: Notice) -> bool:
    """A cancelled correction that says nothing itself returns to what stood before."""
    return notice.reason is ChangeReason.CORRECTION_CANCELLED and not notice.items()


def _before(record: IdentityRecord) -> IdentityRecord | None:
    """The version that stood before a correction, to which its cancellation returns; None before anything else."""
    if reason_of(record.change_reason).kind is not ChangeClass.CORRECTION:
        return None
    return (
        IdentityRecord.objects.filter(resident=record.resident, version__lt=record.version, superseded_at__isnull=True)
        .order_by("-version")
        .first()
    )
