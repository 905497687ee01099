"""Questions about 除票: each removal that an office made is one, wherever the person lives now."""

from datetime import date
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from jlis.kernel.errors import NotFound
from juki.choices import RecordState
from juki.domain.changes import ChangeReason
from juki.domain.retention import DataClass, RetentionPolicy, is_due, last_event_due, policy_of
from juki.models import Disposal, IdentityRecord, SupplementaryRecord
from juki.selectors import protections, residents, supplementary
from juki.selectors.residents import FourItems
from juki.sql import search

Kept = TypeVar("Kept", IdentityRecord, SupplementaryRecord)


def matching(items: FourItems, *, day: date, limit: int) -> list[IdentityRecord]:
    """Up to `limit` records in sight that match, removed by a day. Raises `Invalid`.

    By an address nobody finds the covered.
    """
    return protections.withheld(search.removed(residents.conditions(items), limit, day=day))


def get(resident: UUID, version: int, day: date) -> IdentityRecord:
    """One removed record in sight, without a covered person's address; `NotFound` for who is present on the day."""
    found = _removed().filter(resident=resident, version=version, valid_from__lte=day).first()
    if found is None:
        raise NotFound("removed_record_not_found", "該当する除票がありません。")
    return protections.withheld([found])[0]


def get_supplementary(resident: UUID, version: int) -> SupplementaryRecord:
    """One removed 附票 in sight, without a covered person's address; `NotFound` for a present one."""
    found = _removed_supplementary().filter(resident=resident, version=version).first()
    if found is None:
        raise NotFound("removed_record_not_found", "該当する附票の除票がありません。")
    return protections.withheld([found])[0]


def supplementary_matching(*, name: str, birth_date: str, limit: int) -> list[SupplementaryRecord]:
    """Up to `limit` removed 附票 in sight of a name and a birth date, both, the latest first. Raises `Invalid`."""
    found = _removed_supplementary().filter(**supplementary.conditions(name=name, birth_date=birth_date))
    return protections.withheld(list(found.order_by("-changed_on", "-pk")[:limit]))


def due(day: date) -> list[tuple[IdentityRecord, RetentionPolicy]]:
    """The removed records in sight whose years are over and that nobody has asked to dispose of, the oldest first."""
    return _due(_removed(), policy_of(DataClass.REMOVED_RECORD, day), day)


def due_supplementary(day: date) -> list[tuple[SupplementaryRecord, RetentionPolicy]]:
    """The same of the 附票の除票 (除附票)."""
    return _due(_removed_supplementary(), policy_of(DataClass.REMOVED_SUPPLEMENTARY, day), day)


def _due(removed: QuerySet[Kept], policy: RetentionPolicy, day: date) -> list[tuple[Kept, RetentionPolicy]]:
    asked = Disposal.objects.filter(
        data_class=policy.data_class,
        resident=OuterRef("resident"),
        office=OuterRef("office"),
        version=OuterRef("version"),
    ).exclude(outcome="REFUSED")
    candidates = removed.filter(changed_on__lte=last_event_due(day, policy.years)).exclude(Exists(asked))
    return [
        (record, policy)
        for record in candidates.order_by("changed_on", "id")
        if is_due(record.changed_on, day, policy.years)
    ]


def disposals(*, waiting: bool = False) -> QuerySet[Disposal]:
    """Disposals in sight, the latest first; those alone that wait for the second person."""
    return Disposal.objects.filter(outcome="") if waiting else Disposal.objects.all()


def _removed() -> QuerySet[IdentityRecord]:
    cancelled = IdentityRecord.objects.filter(
        resident=OuterRef("resident"),
        version=OuterRef("version") + 1,
        change_reason=ChangeReason.ENTRY_REMOVAL_CANCELLED,
        superseded_at=None,
    )
    return IdentityRecord.objects.filter(~Exists(cancelled), state=RecordState.REMOVED, superseded_at=None)


def _removed_supplementary() -> QuerySet[SupplementaryRecord]:
    return SupplementaryRecord.objects.filter(state=RecordState.REMOVED, superseded_at=None)
