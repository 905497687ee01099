"""統計: what was provided to whom for what, what was notified, how many people there are (J4, J14, 法30条の16)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from django.db.models import Max, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from jlis.kernel.audit.models import AuditTally
from jlis.kernel.domain import fiscal_years
from jlis.kernel.organisations.models import Organisation
from juki.choices import CHANGE_REASONS
from juki.models import Affair, AffairEntitlement, PopulationCount, ProvisionFee

# How the chain's acts and methods are told in the yearly publication.
METHODS = {
    ("juki.provided", "IMMEDIATE"): "即時",
    ("juki.provided", "BULK"): "一括",
    ("juki.provided", "SCREEN"): "画面",
    ("juki.extracted", "BULK"): "一括抽出",
    ("juki.code_provided", "LINK"): "情報連携の符号",
}
_BAND, _OLDEST = 5, 100


@dataclass(frozen=True)
class Provision:
    """What one body received under one affair by one method: calls, and persons delivered in sum."""

    organisation: str
    organisation_name: str
    affair: str
    affair_label: str
    method: str
    calls: int
    persons: int


@dataclass(frozen=True)
class Bill:
    """What a body owes for a fiscal year, by method; yen, cut to whole ones for each line."""

    organisation: str
    organisation_name: str
    method: str
    persons: int
    yen_each: Decimal | None
    yen: int | None


@dataclass(frozen=True)
class Unused:
    """An affair that a body may act under and has not acted under in a span; None where it never did."""

    organisation: str
    organisation_name: str
    affair: str
    affair_label: str
    last_used: date | None


class LedgerLine(NamedTuple):
    """One line of the 帳簿: on which day which body received, under which affair and how, how many persons."""

    day: date
    organisation: str
    organisation_name: str
    affair: str
    affair_label: str
    method: str
    calls: int
    persons: int


class OfficePopulation(NamedTuple):
    """An office's people by sex, and the foreign residents among them."""

    office: str
    name: str
    men: int
    women: int
    unknown: int
    foreign: int

    @property
    def people(self) -> int:
        """Everybody."""
        return self.men + self.women + self.unknown


def provisions(first: date, last: date) -> list[Provision]:
    """Provisions between two days, by body, affair and method."""
    names, affairs = _names(), _affairs()
    rows = (
        _provisions(first, last)
        .values_list("organisation", "purpose", "action", "kind")
        .annotate(Sum("calls"), Sum("subjects"))
        .order_by("organisation", "purpose", "action", "kind")
    )
    return [
        Provision(body, names.get(body, body), affair, affairs.get(affair, ""), METHODS[action, kind], calls, persons)
        for body, affair, action, kind, calls, persons in rows
    ]


def ledger(month: date) -> list[LedgerLine]:
    """The 帳簿 of a month (法30条の18), day by day; ``month`` is any day of it."""
    names, affairs = _names(), _affairs()
    rows = (
        AuditTally.objects.filter(_is_provision(), day__year=month.year, day__month=month.month)
        .values_list("day", "organisation", "purpose", "action", "kind")
        .annotate(Sum("calls"), Sum("subjects"))
        .order_by("day", "organisation", "purpose", "action", "kind")
    )
    return [
        LedgerLine(day, body, names.get(body, body), affair, affairs.get(affair, ""), METHODS[action, kind], calls,
                   persons)
        for day, body, affair, action, kind, calls, persons in rows
    ]  # fmt: skip


def provisions_by_month(year: int) -> list[tuple[date, int]]:
    """Persons delivered in each month of a fiscal year, months without any included."""
    counted = dict(
        _provisions(*fiscal_years.bounds(year))
        .annotate(month=TruncMonth("day"))
        .values_list("month")
        .annotate(Sum("subjects"))
        .order_by("month")
    )
    return [(month, counted.get(month, 0)) for month in fiscal_years.months(year)]


def bills(year: int) -> list[Bill]:
    """What each body owes for a fiscal year; without an amount where no fee is registered for the method.

    The fee is that in force on the day of the provision.
    """
    fees = list(ProvisionFee.objects.order_by("-valid_from"))
    names = _names()
    rows = (
        _provisions(*fiscal_years.bounds(year))
        .filter(action="juki.provided", kind__in=["IMMEDIATE", "BULK"])
        .values_list("organisation", "kind", "day")
        .annotate(Sum("subjects"))
    )
    lines: dict[tuple[str, str, Decimal | None], int] = {}
    for body, method, day, persons in rows.order_by("organisation", "kind", "day"):
        each = next((fee.yen for fee in fees if fee.method == method and fee.valid_from <= day), None)
        lines[body, method, each] = lines.get((body, method, each), 0) + persons
    return [
        Bill(body, names.get(body, body), METHODS["juki.provided", method], persons, each, _whole_yen(each, persons))
        for (body, method, each), persons in lines.items()
    ]


def unused_entitlements(day: date, since: date) -> list[Unused]:
    """Entitlements in force on a day of bodies that have not acted under them since another."""
    last_days = (
        AuditTally.objects.filter(_is_provision())
        .values_list("organisation", "purpose")
        .annotate(Max("day"))
        .order_by("organisation", "purpose")
    )
    used = {(body, affair): last for body, affair, last in last_days}
    affairs = _affairs()
    entries = AffairEntitlement.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day
    ).select_related("organisation")
    return [
        Unused(entry.organisation_id, entry.organisation.name, entry.affair_code, affairs.get(entry.affair_code, ""),
               used.get((entry.organisation_id, entry.affair_code)))
        for entry in entries.order_by("organisation_id", "affair_code")
        if (used.get((entry.organisation_id, entry.affair_code)) or date.min) < since
    ]  # fmt: skip


def notifications(first: date, last: date) -> list[tuple[str, str, str, int]]:
    """Applied notifications between two days: office, its name, reason, how many."""
    names, reasons = _names(), dict(CHANGE_REASONS)
    rows = (
        AuditTally.objects.filter(action="juki.notification_applied", day__range=(first, last))
        .values_list("organisation", "kind")
        .annotate(Sum("calls"))
        .order_by("organisation", "kind")
    )
    return [(body, names.get(body, body), reasons.get(reason, reason), calls) for body, reason, calls in rows]


def population_days() -> list[date]:
    """The days that were counted, newest first."""
    return list(PopulationCount.objects.order_by("-day").values_list("day", flat=True).distinct())


def population(day: date) -> QuerySet[PopulationCount]:
    """A day's figures that the running scope may see."""
    return PopulationCount.objects.filter(day=day)


def population_by_office(day: date) -> list[OfficePopulation]:
    """A day's figures by office."""
    names = _names()
    rows = (
        population(day)
        .values_list("office")
        .annotate(
            men=Sum("people", filter=Q(sex="M"), default=0),
            women=Sum("people", filter=Q(sex="F"), default=0),
            unknown=Sum("people", filter=Q(sex="U"), default=0),
            foreign=Sum("people", filter=Q(resident_class="FOREIGN"), default=0),
        )
        .order_by("office")
    )
    return [OfficePopulation(office, names.get(office, office), *figures) for office, *figures in rows]


def pyramid(day: date) -> list[tuple[str, int, int]]:
    """Men and women by five years of age; 100 and more together."""
    bands: dict[int, list[int]] = {}
    for age, sex, people in population(day).values_list("age", "sex").annotate(Sum("people")).order_by("age"):
        band = bands.setdefault(min(age, _OLDEST) // _BAND * _BAND, [0, 0])
        if sex in ("M", "F"):
            band["MF".index(sex)] += people
    return [(_band_label(start), men, women) for start, (men, women) in sorted(bands.items())]


def _band_label(start: int) -> str:
    return f"{start}歳以上" if start == _OLDEST else f"{start}～{start + _BAND - 1}歳"


def _provisions(first: date, last: date) -> QuerySet[AuditTally]:
    return AuditTally.objects.filter(_is_provision(), day__range=(first, last))


def _is_provision() -> Q:
    either = Q()
    for action, kind in METHODS:
        either |= Q(action=action, kind=kind)
    return either


def _whole_yen(each: Decimal | None, persons: int) -> int | None:
    return None if each is None else int((each * persons).quantize(Decimal(1), ROUND_DOWN))


def _names() -> dict[str, str]:
    return dict(Organisation.objects.values_list("code", "name"))


def _affairs() -> dict[str, str]:
    rows: Iterable[tuple[str, str]] = Affair.objects.order_by("valid_from").values_list("code", "description")
    return dict(rows)
