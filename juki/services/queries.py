"""本人確認情報の提供: immediate queries by clients, and searches by staff (J4).

Each has a purpose that the law allows, gives only the items which that affair covers, and is written into the chain
with whom it concerned.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.codes import IndividualNumber, ResidentRecordCode
from jlis.kernel.errors import FieldError, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import scope
from jlis.kernel.time import Moment
from juki.domain.items import FOUR_ITEMS, LABELS, PLACES
from juki.domain.protections import Treatment
from juki.models import IdentityRecord
from juki.selectors import affairs, protections, residents, supplementary
from juki.selectors.residents import FourItems
from juki.services import numbers

MOST_CANDIDATES = 50
# What the list of a search and the page of a record show, for the person's disclosure.
LISTED = list(FOUR_ITEMS)
SHOWN = [item for item in LABELS if item not in ("municipality", "individual_number")]


@dataclass(frozen=True)
class Provided:
    """The answer to an immediate query: 一致, 不一致 or 複数候補, the items asked for, and whether there are more.

    Of a covered person `protection` says whether the address was withheld or is given by law.
    """

    result: str
    persons: list[dict[str, Any]]
    more: bool


def provide(
    *,
    purpose: str,
    fields: Sequence[str],
    by: Actor,
    at: Moment,
    items: FourItems | None = None,
    resident_code: str = "",
    individual_number: str = "",
) -> Provided:
    """Answer a client's immediate query by four items, 住民票コード or 個人番号. Raises `Invalid`, `Forbidden`."""
    by.must("juki.query")
    affair = affairs.require(purpose, organisation=by.organisation, day=at.day)
    _check_fields(fields)
    affairs.require_fields(affair, list(fields))
    if individual_number and not affair.number_allowed:
        raise Forbidden("field_not_allowed", "この事務では個人番号で照会できません。", field="individual_number")
    by_law = protections.gives_by_law(purpose, organisation=by.organisation, day=at.day)
    with scope(by.scope.for_purpose(purpose)):
        found = _find(items, resident_code, individual_number, by_law, at.day)
        more = len(found) > MOST_CANDIDATES
        found = found[:MOST_CANDIDATES]
        persons = _provided_items(found, fields, by_law)
        audit.record(
            action="juki.provided",
            by=by,
            purpose=purpose,
            subjects=[row.resident for row in found],
            detail={"method": "IMMEDIATE", "fields": sorted(fields), "count": len(found), **_of_protected(found)},
        )
    return Provided(_result(found), persons, more)


def search(*, items: FourItems, purpose: str, by: Actor, at: Moment) -> tuple[list[IdentityRecord], bool]:
    """Search present residents as a member of staff; the rows, and whether more than `MOST_CANDIDATES` matched."""
    by.must("juki.search")
    affairs.require(purpose, organisation=by.organisation, day=at.day)
    with scope(by.scope.for_purpose(purpose)):
        found = residents.matching(items, day=at.day, limit=MOST_CANDIDATES + 1)
        too_many = len(found) > MOST_CANDIDATES
        found = found[:MOST_CANDIDATES]
        audit.record(
            action="juki.searched",
            by=by,
            purpose=purpose,
            subjects=[row.resident for row in found],
            detail={"asked": items.given(), "fields": LISTED, "count": len(found)} | _of_protected(found),
        )
    return found, too_many


def open_record(*, resident: UUID, purpose: str, by: Actor, at: Moment) -> list[IdentityRecord]:
    """Every version of one resident for a member of staff, newest first; `NotFound` outside the own office."""
    by.must("juki.search")
    affairs.require(purpose, organisation=by.organisation, day=at.day)
    with scope(by.scope.for_purpose(purpose)):
        versions = residents.history(resident)
        if not versions:
            raise NotFound("resident_not_found", "該当する住民がいません。")
        detail = {"fields": SHOWN, "versions": len(versions)} | _of_protected(versions[:1])
        audit.record(action="juki.viewed", by=by, purpose=purpose, subject=resident, detail=detail)
    return versions


def show_number(*, resident: UUID, purpose: str, by: Actor, at: Moment) -> str:
    """The 個人番号 of a resident in sight, where the affair allows it; one audited look."""
    by.must("juki.search")
    affair = affairs.require(purpose, organisation=by.organisation, day=at.day)
    affairs.require_fields(affair, ["individual_number"])
    with scope(by.scope.for_purpose(purpose)):
        latest = residents.latest_of(resident)
        if latest is None:
            raise NotFound("resident_not_found", "該当する住民がいません。")
        number = numbers.open_numbers([resident]).get(resident, "")
        audit.record(
            action="juki.provided",
            by=by,
            purpose=purpose,
            subject=resident,
            detail={"method": "SCREEN", "fields": ["individual_number"], "count": 1},
        )
    return number


def _check_fields(fields: Sequence[str]) -> None:
    if not fields:
        message = "提供を受ける項目を1つ以上指定してください。"
        raise Invalid.of([FieldError("fields", "required", message)])
    unknown = [field for field in fields if field not in LABELS]
    if unknown:
        raise Invalid.of(
            [FieldError("fields", "unknown_field", f"項目「{field[:40]}」はありません。") for field in unknown]
        )


def _of_protected(found: Sequence[IdentityRecord]) -> dict[str, int]:
    """How many of those seen are covered, for the chain: a look at one of them is to be found as such."""
    count = sum(row.is_protected for row in found)
    return {"protected": count} if count else {}


def _find(
    items: FourItems | None, resident_code: str, individual_number: str, by_law: bool, day: date
) -> list[IdentityRecord]:
    if sum(map(bool, (items, resident_code, individual_number))) != 1:
        message = "4情報、住民票コード、個人番号のいずれか1つで照会してください。"
        raise Invalid.of([FieldError("items", "one_of", message)])
    if items:
        most = MOST_CANDIDATES + 1
        found = residents.matching(items, day=day, limit=most, with_protected_address=by_law)
        return found or supplementary.abroad_matching(items, most, day=day, with_protected_address=by_law)
    if resident_code:
        if fault := ResidentRecordCode.fault(resident_code):
            raise Invalid.of([FieldError("resident_code", "check_digit", f"{fault}。")])
        one = residents.by_code(resident_code, with_protected_address=by_law)
        bearer = one.resident if one else supplementary.bearer_of(resident_code)
    else:
        if fault := IndividualNumber.fault(individual_number):
            raise Invalid.of([FieldError("individual_number", "check_digit", f"{fault}。")])
        bearer = numbers.resident_with(individual_number)
        one = residents.latest_of(bearer, with_protected_address=by_law) if bearer else None
    if one is not None and one.is_present_on(day):
        return [one]
    # Whoever left Japan is answered for from the 附票 of the 本籍地 (法30条の44の3).
    kept = supplementary.abroad_of(bearer, day=day, with_protected_address=by_law) if bearer else None
    return [kept] if kept else []


def _provided_items(found: Sequence[IdentityRecord], fields: Sequence[str], by_law: bool) -> list[dict[str, Any]]:
    opened: Mapping[UUID, str] = {}
    if "individual_number" in fields:
        opened = numbers.open_numbers([row.resident for row in found])
    return [_person(row, fields, opened, by_law) for row in found]


def _person(row: IdentityRecord, fields: Sequence[str], opened: Mapping[UUID, str], by_law: bool) -> dict[str, Any]:
    items = {field: _item(row, field, opened) for field in fields}
    if not row.is_protected:
        return items
    if by_law:
        return items | {"protection": Treatment.BY_LAW.value}
    return items | dict.fromkeys(PLACES & items.keys()) | {"protection": Treatment.WITHHELD.value}


def _item(row: IdentityRecord, field: str, opened: Mapping[UUID, str]) -> Any:
    if field == "individual_number":
        return opened.get(row.resident, "")
    if field == "municipality":
        return row.office
    value = getattr(row, field)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _result(found: Sequence[IdentityRecord]) -> str:
    if not found:
        return "NOT_FOUND"
    return "MATCHED" if len(found) == 1 else "SEVERAL"
