"""統計の画面: provisions, notifications, population; each as a table, a chart and a file."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jlis.kernel.domain import fiscal_years
from jlis.kernel.domain.eras import DateError, format_era
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.faces.downloads import csv_file
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from juki.models import PopulationCount
from juki.selectors import statistics

_YEARS_SHOWN = 8
_UNUSED_FOR_YEARS = 1
_PROVISION_HEADING = ("年度", "団体・機関コード", "提供先", "事務区分コード", "事務", "方法", "件数", "延べ人数")
_NOTIFICATION_HEADING = ("年度", "市区町村コード", "市区町村", "異動事由", "件数")
_LEDGER_HEADING = ("提供年月日", "団体・機関コード", "提供先", "事務区分コード", "事務", "方法", "件数", "延べ人数")
_POPULATION_HEADING = ("基準日", "市区町村コード", "年齢", "性別", "住民区分", "人数")


@staff_view(permission="juki.see_statistics")
@require_safe
def provisions(request: StaffRequest) -> HttpResponse:
    """What was provided in a fiscal year: the yearly publication, the bills, and the affairs that nobody used."""
    year, years = _year(request)
    rows = statistics.provisions(*fiscal_years.bounds(year))
    if request.GET.get("format") == "csv":
        lines = [
            (year, row.organisation, row.organisation_name, row.affair, row.affair_label, row.method, row.calls,
             row.persons)
            for row in rows
        ]  # fmt: skip
        return csv_file(f"provisions-{year}.csv", _PROVISION_HEADING, lines)
    today = now().day
    shown = {
        "rows": rows,
        "totals": (sum(row.calls for row in rows), sum(row.persons for row in rows)),
        "months": [(f"{month.month}月", count) for month, count in statistics.provisions_by_month(year)],
        "bills": statistics.bills(year),
        "unused": statistics.unused_entitlements(today, fiscal_years.bounds(year - _UNUSED_FOR_YEARS)[0]),
        "year": year,
        "years": years,
        "breadcrumbs": [("提供の統計", "")],
    }
    return render(request, "juki/statistics/provisions.html", shown)


@staff_view(permission="juki.see_statistics")
@require_safe
def ledger(request: StaffRequest) -> HttpResponse:
    """The 帳簿 of provisions, day by day in a month (法30条の18)."""
    months = _months(now().day)
    asked = request.GET.get("month", "")
    month = next((day for day in months if f"{day:%Y-%m}" == asked), months[0])
    rows = statistics.ledger(month)
    if request.GET.get("format") == "csv":
        return csv_file(f"ledger-{month:%Y-%m}.csv", _LEDGER_HEADING, rows)
    shown = {
        "rows": rows,
        "totals": (sum(row.calls for row in rows), sum(row.persons for row in rows)),
        "month": f"{month:%Y-%m}",
        "months": [(f"{day:%Y-%m}", f"{format_era(day).partition('月')[0]}月") for day in months],
        "breadcrumbs": [("提供の帳簿", "")],
    }
    return render(request, "juki/statistics/ledger.html", shown)


@staff_view(permission="juki.see_statistics")
@require_safe
def notifications(request: StaffRequest) -> HttpResponse:
    """What was notified in a fiscal year, by office and reason."""
    year, years = _year(request)
    rows = statistics.notifications(*fiscal_years.bounds(year))
    if request.GET.get("format") == "csv":
        return csv_file(f"notifications-{year}.csv", _NOTIFICATION_HEADING, [(year, *row) for row in rows])
    reasons: dict[str, int] = {}
    for _, _, reason, count in rows:
        reasons[reason] = reasons.get(reason, 0) + count
    shown = {
        "rows": rows,
        "reasons": sorted(reasons.items(), key=lambda each: -each[1]),
        "total": sum(reasons.values()),
        "year": year,
        "years": years,
        "breadcrumbs": [("異動の統計", "")],
    }
    return render(request, "juki/statistics/notifications.html", shown)


@staff_view(permission="juki.see_statistics")
@require_safe
def population(request: StaffRequest) -> HttpResponse:
    """How many people there were on a counted day; a town sees its own."""
    days = statistics.population_days()
    day = _day(request.GET.get("day", ""), days)
    if request.GET.get("format") == "csv" and day is not None:
        rows = statistics.population(day).order_by("office", "age", "sex", "resident_class")
        return csv_file(f"population-{day}.csv", _POPULATION_HEADING, [_line(row) for row in rows])
    offices = statistics.population_by_office(day) if day else []
    pyramid = statistics.pyramid(day) if day else []
    shown = {
        "offices": offices,
        "totals": [sum(column) for column in zip(*(each[2:] for each in offices), strict=True)],
        "everybody": sum(each.people for each in offices),
        "pyramid": pyramid,
        "widest": max([max(men, women) for _, men, women in pyramid] + [1]),
        "day": day,
        "days": days[:_YEARS_SHOWN * 12],
        "breadcrumbs": [("住民基本台帳人口", "")],
    }  # fmt: skip
    return render(request, "juki/statistics/population.html", shown)


def _year(request: StaffRequest) -> tuple[int, list[tuple[int, str]]]:
    """The fiscal year that is asked for, the present one where it is none of those offered."""
    this = fiscal_years.fiscal_year(now().day)
    years = [(year, fiscal_years.label(year)) for year in range(this, this - _YEARS_SHOWN, -1)]
    asked = request.GET.get("year", "")
    return (int(asked) if asked in {str(year) for year, _ in years} else this), years


def _months(today: date) -> list[date]:
    """The first days of the months offered, the present one first."""
    count = today.year * 12 + today.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(count, count - _YEARS_SHOWN * 12, -1)]


def _day(text: str, days: list[date]) -> date | None:
    try:
        asked = PartialDate.day_from_iso(text) if text else None
    except DateError:
        asked = None
    return asked if asked in days else next(iter(days), None)


def _line(row: PopulationCount) -> tuple[object, ...]:
    return row.day, row.office, row.age, row.get_sex_display(), row.get_resident_class_display(), row.people
