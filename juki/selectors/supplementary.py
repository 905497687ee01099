"""Questions about 附票本人確認情報, and the answer for those who left Japan, whose base of identity it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from jlis.kernel.domain.folding import kana_key, name_key
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import FieldError, Invalid
from jlis.kernel.isolation.scope import REGISTRY, scope
from jlis.kernel.organisations.selectors.municipalities import Tenant
from juki.choices import KanaSource, RecordState, ResidentClass
from juki.domain.changes import ChangeReason
from juki.models import IdentityRecord, ProtectedResident, Resident, SupplementaryRecord
from juki.selectors import protections
from juki.selectors.residents import CurrentRecord, FourItems
from juki.selectors.residents import latest_of as latest_version_of

MOST = 51
_KEPT = RecordState.CURRENT


def latest_versions() -> QuerySet[SupplementaryRecord]:
    """The version in force of everybody in sight, removed ones included."""
    return SupplementaryRecord.objects.filter(valid_to__isnull=True, superseded_at__isnull=True)


def latest_of(resident: UUID) -> SupplementaryRecord | None:
    """The latest version of a person's 附票, as it is: for what is written after it, never for a way out."""
    return latest_versions().filter(resident=resident).first()


def keepers(residents: Iterable[UUID]) -> dict[UUID, Tenant]:
    """The 本籍地 whose 附票 keep persons now, in sight of the running scope; nothing for whom none is known."""
    kept = latest_versions().filter(resident__in=list(residents), state=RecordState.CURRENT)
    return {row[0]: Tenant(*row[1:]) for row in kept.values_list("resident", "prefecture", "municipality", "office")}


def history(resident: UUID) -> list[SupplementaryRecord]:
    """Every version in sight, newest first."""
    return protections.withheld(list(SupplementaryRecord.objects.filter(resident=resident).order_by("-version")))


def matching(*, name: str, birth_date: str) -> list[SupplementaryRecord]:
    """Present ones of a name and a birth date. Raises `Invalid` where one is missing, and for what is no date."""
    found = latest_versions().filter(state=RecordState.CURRENT, **conditions(name=name, birth_date=birth_date))
    return protections.withheld(list(found.order_by("pk")[:MOST]))


def conditions(*, name: str, birth_date: str) -> dict[str, str]:
    """What a search of present or removed ones asks; `Invalid` for too few: a lone ・ folds to no name."""
    key = name_key(name)
    if not (key and birth_date):
        raise Invalid.of([FieldError("name", "too_few_items", "氏名と生年月日を入力してください。")])
    return {"name_key": key, "birth_date": _born(birth_date)}


def abroad_matching(
    items: FourItems, limit: int, *, day: date, with_protected_address: bool = False
) -> list[IdentityRecord]:
    """Those abroad on a day whose 附票 matches, as an answer shows them; by an address nobody covered."""
    found = latest_versions().filter(state=RecordState.CURRENT)
    if items.name:
        found = found.filter(name_key=name_key(items.name))
    if items.name_kana:
        found = found.filter(kana_key__startswith=kana_key(items.name_kana))
    if items.birth_date:
        found = found.filter(birth_date=_born(items.birth_date))
    if items.sex:
        found = found.filter(sex=items.sex)
    if items.address:
        found = found.filter(address__startswith=items.address)
        if not with_protected_address:
            found = found.exclude(resident__in=ProtectedResident.objects.values("resident"))
    rows = list(found.order_by("pk")[: limit * 2])
    abroad = left_japan((row.resident for row in rows), day)
    answers = [_as_answer(row) for row in rows if row.resident in abroad][:limit]
    return protections.withheld(answers, with_address=with_protected_address)


def abroad_of(resident: UUID, *, day: date, with_protected_address: bool = False) -> IdentityRecord | None:
    """Somebody abroad on a day, from the 附票; None for whoever lives here or whom no 附票 in sight keeps."""
    row = latest_of(resident)
    if row is None or row.state != RecordState.CURRENT or not left_japan([resident], day):
        return None
    return protections.withheld([_as_answer(row)], with_address=with_protected_address)[0]


def answering(resident: UUID, *, day: date) -> IdentityRecord | None:
    """What a counter in sight of somebody asks on a day: the 附票 of who is abroad, else the latest 本人確認情報."""
    return abroad_of(resident, day=day) or latest_version_of(resident)


@dataclass(frozen=True, kw_only=True)
class AbroadRecord(CurrentRecord):
    """Somebody abroad from the 附票, with the last version of the 住民票, which it goes on from.

    ``left_on``: the day of leaving that was told. ``supplementary_version``: the 附票's own.
    """

    left_on: date
    supplementary_version: int


def abroad_many(residents: Iterable[UUID], *, day: date) -> dict[UUID, AbroadRecord]:
    """Those abroad on a day whom a 附票 in sight keeps; without an address, which nobody abroad has."""
    rows = {row.resident: row for row in latest_versions().filter(resident__in=list(residents), state=_KEPT)}
    abroad = left_japan(rows, day) if rows else set()
    if not abroad:
        return {}
    with scope(REGISTRY):
        last = Resident.objects.in_bulk(abroad)
    covered = protections.covered(abroad)
    return {who: _abroad(rows[who], last[who], is_protected=who in covered) for who in abroad}


def _abroad(row: SupplementaryRecord, last: Resident, *, is_protected: bool) -> AbroadRecord:
    same = ("resident_code", "name", "name_kana", "sex", "birth_date", "birth_from", "prefecture", "municipality",
            "office")  # fmt: skip
    return AbroadRecord(
        **{item: getattr(row, item) for item in same},
        resident_id=row.resident,
        former_surname="",
        alias="",
        address="",
        resident_class=ResidentClass.JAPANESE.value,
        state=RecordState.REMOVED.value,
        valid_from=last.changed_on,
        version=last.version,
        is_protected=is_protected,
        kana_source=KanaSource.NOTIFIED.value,
        left_on=last.changed_on,
        supplementary_version=row.version,
    )


def bearer_of(resident_code: str) -> UUID | None:
    """Whom the 附票 in sight know by a 住民票コード."""
    return latest_versions().filter(resident_code=resident_code).values_list("resident", flat=True).first()


def left_japan(residents: Iterable[UUID], day: date) -> set[UUID]:
    """Those who on a day live in no municipality since they left Japan; asked as the registry, whatever is in sight."""
    asked = list(residents)
    with scope(REGISTRY):
        left = Resident.objects.filter(
            pk__in=asked,
            state=RecordState.REMOVED,
            removal_reason=ChangeReason.MOVE_OUT_ABROAD,
            changed_on__lte=day,
        )
        return set(left.values_list("pk", flat=True))


def _as_answer(row: SupplementaryRecord) -> IdentityRecord:
    """What a query gives: the 附票's items in the form of 本人確認情報, never saved."""
    items = ("prefecture", "municipality", "office", "resident", "version", "state", "resident_code", "name",
             "name_kana", "address", "birth_date", "birth_from", "sex")  # fmt: skip
    return IdentityRecord(
        **{item: getattr(row, item) for item in items},
        kana_source=KanaSource.NOTIFIED,
        resident_class=ResidentClass.JAPANESE,
        change_reason=ChangeReason.MOVE_OUT_ABROAD.value,
        changed_on=row.abroad_since or row.changed_on,
    )


def _born(text: str) -> str:
    try:
        return PartialDate.parse(text).iso
    except ValueError as error:
        raise Invalid.of([FieldError("birth_date", "not_a_date", f"{error}。")]) from error
