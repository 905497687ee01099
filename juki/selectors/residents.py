"""Questions about residents. What is seen is what the running scope may see: no question here can widen it.

Of somebody whom a 支援措置 covers no address comes out, unless the asker says `with_protected_address`: for acts that
by law carry it, and for comparing. Every such place is on the list of ways out (`outputs`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from jlis.kernel.domain.folding import address_key, kana_key, name_key
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import FieldError, Invalid
from juki.choices import RecordState
from juki.domain.changes import CODE_CHANGES
from juki.domain.items import WITHHELD
from juki.domain.presence import is_present
from juki.models import IdentityRecord, Notification, Resident
from juki.selectors import protections
from juki.sql import search

ITEMS_NEEDED = 2
MOST_OF_A_FAMILY = 20
_FOLDED = {"name": name_key, "name_kana": kana_key, "address": address_key}


@dataclass(frozen=True)
class FourItems:
    """What somebody is looked for by. Empty items are not asked; kana and address match from their beginning."""

    name: str = ""
    name_kana: str = ""
    birth_date: str = ""
    sex: str = ""
    address: str = ""

    def given(self) -> list[str]:
        """The items that are asked: a lone ・ folds to nothing, would match everybody, and asks for nobody."""
        return [item for item, value in vars(self).items() if _FOLDED.get(item, str.strip)(value)]


@dataclass(frozen=True)
class CurrentRecord:
    """The latest version of a resident as the rooms above need it."""

    resident_id: UUID
    resident_code: str
    name: str
    name_kana: str
    former_surname: str
    alias: str
    sex: str
    birth_date: str
    birth_from: date
    address: str
    resident_class: str
    prefecture: int
    municipality: str
    office: str
    state: str
    valid_from: date
    version: int
    is_protected: bool = False
    kana_source: str = ""

    def is_present_on(self, day: date) -> bool:
        """Whether the person lives there on a day."""
        return is_present(state=self.state, since=self.valid_from, day=day)

    @property
    def shown_address(self) -> str:
        """The address for a screen; for a covered person the words that stand in its place."""
        return WITHHELD if self.is_protected and not self.address else self.address


# What a current record says as the register's row has it.
_READ = tuple(name for name in CurrentRecord.__dataclass_fields__ if name not in {"resident_id", "is_protected"})


def latest_versions() -> QuerySet[IdentityRecord]:
    """The version in force of everybody in sight, removed records included.

    The rows as they are, addresses of covered persons among them: for counting and comparing, never for a way out.
    """
    return IdentityRecord.objects.filter(valid_to__isnull=True, superseded_at__isnull=True)


def matching(items: FourItems, *, day: date, limit: int, with_protected_address: bool = False) -> list[IdentityRecord]:
    """Up to `limit` latest versions of residents present on a day that match. Raises `Invalid`.

    By an address nobody finds a covered person: a match, or a count of one, would tell where they are.
    """
    values = conditions(items, with_protected_address=with_protected_address)
    found = search.latest(values | {"present_on": day}, limit)
    return protections.withheld(found, with_address=with_protected_address)


def conditions(items: FourItems, *, with_protected_address: bool = False) -> dict[str, Any]:
    """The four items as values of the search; `Invalid` for too few of them."""
    if len(items.given()) < ITEMS_NEEDED:
        message = f"4情報のうち{ITEMS_NEEDED}つ以上を入力してください。"
        raise Invalid.of([FieldError("name", "too_few_items", message)])
    values: dict[str, Any] = {}
    if items.name:
        values["name_key"] = name_key(items.name)
    if items.name_kana:
        values |= search.begins("kana", kana_key(items.name_kana))
    if items.birth_date:
        values |= _born(items.birth_date)
    if items.sex:
        values["sex"] = items.sex
    if items.address:
        values |= search.begins("address", address_key(items.address))
        if not with_protected_address:
            values["uncovered"] = True
    return values


def _born(text: str) -> dict[str, Any]:
    try:
        birth = PartialDate.parse(text)
    except ValueError as error:
        raise Invalid.of([FieldError("birth_date", "not_a_date", f"{error}。")]) from error
    if birth.is_full:
        # Somebody whose day or month is not known may have been born on it.
        first = birth.earliest()
        return {
            "births": [birth.iso, f"{birth.iso[:8]}00", f"{birth.iso[:5]}00-00"],
            "starts": [first, first.replace(day=1), first.replace(month=1, day=1)],
        }
    # In a month that is known, whoever's month is not known may have been born as well.
    return {
        "born_from": birth.earliest(),
        "born_to": birth.latest(),
        "unknown_month": f"{birth.iso[:5]}00-00",
        "year_begins": birth.earliest().replace(month=1),
    }


def by_code(resident_code: str, *, with_protected_address: bool = False) -> IdentityRecord | None:
    """The latest version of whoever bears a 住民票コード."""
    found = search.latest({"resident_code": resident_code}, 1)
    return next(iter(protections.withheld(found, with_address=with_protected_address)), None)


def latest_of(resident: UUID, *, with_protected_address: bool = False) -> IdentityRecord | None:
    """The latest version of a resident."""
    found = search.latest({"resident": resident}, 1)
    return next(iter(protections.withheld(found, with_address=with_protected_address)), None)


def history(resident: UUID, *, with_protected_address: bool = False) -> list[IdentityRecord]:
    """Every version in sight, newest first, corrected ones included."""
    found = list(IdentityRecord.objects.filter(resident=resident).order_by("-version", "-recorded_at"))
    return protections.withheld(found, with_address=with_protected_address)


def current_many(residents: Sequence[UUID], *, with_protected_address: bool = False) -> dict[UUID, CurrentRecord]:
    """The latest versions of many residents by id."""
    rows = latest_versions().filter(resident__among=residents).values_list("resident", *_READ)
    among = protections.covered(residents)
    return {
        resident: _current(resident, values, among, with_protected_address=with_protected_address)
        for resident, *values in rows
    }


def versions_of(residents: Sequence[UUID]) -> dict[UUID, int]:
    """The number of the latest version of many residents by id."""
    return dict(Resident.objects.filter(pk__in=list(residents)).values_list("pk", "version"))


def registered_again(day: date) -> Exists:
    """Of rows that name a `resident`: those whom some town has on a day, whatever was told of them before."""
    return Exists(Resident.objects.filter(Resident.present_on(day), pk=OuterRef("resident")))


def code_after(notification: Notification) -> str:
    """The 住民票コード that the person bore by a notification: another one than it names, where it changed the code.

    What a later change made of it is not said: by then the person may be another town's.
    """
    if notification.reason not in CODE_CHANGES or notification.resident is None:
        return notification.resident_code
    made = IdentityRecord.objects.filter(
        resident=notification.resident, notification=notification.pk, superseded_at__isnull=True
    )
    return made.values_list("resident_code", flat=True).first() or notification.resident_code


def at_same_address(record: IdentityRecord) -> list[IdentityRecord]:
    """Who else is registered at the very address of a record, in sight of the running scope.

    A covered person's address is no question that may be asked, of them or about them: then there is nobody.
    """
    if record.is_protected or not record.address_key:
        return []
    here = latest_versions().filter(
        prefecture=record.prefecture, office=record.office, state=RecordState.CURRENT, address_key=record.address_key
    )
    others = here.exclude(resident=record.resident).order_by("birth_from", "name_kana")[:MOST_OF_A_FAMILY]
    among = protections.covered(row.resident for row in others)
    return [row for row in others if row.resident not in among]


def _current(resident: UUID, values: Sequence[Any], among: set[UUID], *, with_protected_address: bool) -> CurrentRecord:
    told = dict(zip(_READ, values, strict=True), is_protected=resident in among)
    if told["is_protected"] and not with_protected_address:
        told["address"] = ""
    return CurrentRecord(resident_id=resident, **told)
