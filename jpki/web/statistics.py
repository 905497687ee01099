"""統計の画面: the nation's, a prefecture's, a municipality's for J-LIS; a municipality's own for itself."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jlis.kernel.domain import fiscal_years
from jlis.kernel.domain.eras import format_era
from jlis.kernel.faces.downloads import csv_file
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.models import Prefecture
from jlis.kernel.organisations.selectors import bodies, municipalities
from jlis.kernel.time import now
from jpki.choices import Cause, Kind
from jpki.domain.spans import UNIT_LABELS, YEARS_SHOWN, Span, Unit
from jpki.selectors import statistics
from jpki.sql.statistics import Count

_HEADING = ("発行", "失効", *(f"うち{Cause(cause.value).label}" for cause in statistics.CAUSES), "一時保留",
            "交付前の破棄", "交付前の職権失効")  # fmt: skip
_FEES = (
    "署名用のみ 有料",
    "署名用のみ 無料",
    "利用者証明用のみ 有料",
    "利用者証明用のみ 無料",
    "同時 有料",
    "同時 無料",
    "手数料（円）",
)


@staff_view(permission="jpki.see_statistics")
@require_safe
def of_country(request: StaffRequest) -> HttpResponse:
    """The nation by prefecture, a prefecture by municipality, or one municipality."""
    today = now().day
    prefectures = list(Prefecture.objects.order_by("code").values_list("code", "name"))
    asked = request.GET.get("prefecture", "")
    prefecture = asked if asked in dict(prefectures) else ""
    towns = municipalities.offices_at(today, within=prefecture) if prefecture else []
    asked = request.GET.get("town", "")
    town = next((each for each in towns if each.code == asked), None)
    code = town.code if town else prefecture
    return _page(
        request,
        code=code,
        offices=statistics.offices_within(code, today) if code else None,
        place=town.name if town else dict(prefectures).get(prefecture, "全国"),
        choices={"prefectures": prefectures, "prefecture": prefecture, "towns": towns, "town": town},
    )


@staff_view(permission="jpki.see_town_statistics")
@require_safe
def of_town(request: StaffRequest) -> HttpResponse:
    """The own municipality; a designated city with its wards."""
    code = request.actor.organisation
    offices = statistics.offices_within(code, now().day)
    return _page(request, code=code, offices=offices, place=bodies.name_of(code), choices={})


def _page(
    request: StaffRequest, *, code: str, offices: Sequence[str] | None, place: str, choices: dict[str, Any]
) -> HttpResponse:
    span = _span(request, now().day)
    found = statistics.counts(span, offices)
    fee_lines = statistics.fee_lines(span, offices)
    name = f"certificates-{code or 'all'}-{span.unit.value}-{span.since}"
    if request.GET.get("format") == "csv":
        return csv_file(f"{name}.csv", ("期間", "市区町村コード", "市区町村", "種類", *_HEADING), _lines(span, found))
    if request.GET.get("format") == "fees":
        rows = [(span.label(period), *line[1:]) for period, line in fee_lines]
        return csv_file(f"{name}-fees.csv", ("期間", *_FEES), rows)
    shown = _tables(span, found) | {
        "place": place,
        "places": _places(found, code, offices),
        "fees": [(span.label(period), line) for period, line in fee_lines],
        "causes": [Cause(cause.value).label for cause in statistics.CAUSES],
        "breadcrumbs": [("電子証明書の統計", "")],
    }
    return render(request, "jpki/statistics.html", shown | _controls(span) | choices)


def _tables(span: Span, found: list[Count]) -> dict[str, Any]:
    table = statistics.by_period(found)
    rows = [(span.label(period), Kind(kind).label, figures.row) for (period, kind), figures in sorted(table.items())]
    issued = dict.fromkeys(span.periods(), 0)
    revoked = dict(issued)
    for (period, _), figures in table.items():
        issued[period] += figures.issued
        revoked[period] += figures.revoked
    return {
        "rows": rows,
        "total": statistics.whole(found),
        "issued_bars": [(span.short_label(period), number) for period, number in issued.items()],
        "revoked_bars": [(span.short_label(period), number) for period, number in revoked.items()],
    }


def _places(found: list[Count], code: str, offices: Sequence[str] | None) -> list[tuple[str, str, list[int]]]:
    """The next level down: prefectures of the nation, else municipalities; nothing below one municipality."""
    if offices is not None and len(offices) < 2:
        return []
    names = dict(Prefecture.objects.values_list("number", "name")) if not code else {}
    table = statistics.by_place(found, prefectures=not code)
    return [
        (place, names[int(place)] if not code else municipalities.municipality(place).name, figures.row)
        for place, figures in table.items()
    ]


def _lines(span: Span, found: list[Count]) -> list[tuple[object, ...]]:
    """The file's rows: period by period, town by town, kind by kind."""
    table: dict[tuple[date, str, str], statistics.Figures] = {}
    for count in found:
        place = (count.period, count.code, count.kind)
        table.setdefault(place, statistics.Figures()).add(count)
    return [
        (span.label(period), code, municipalities.municipality(code).name, Kind(kind).label, *figures.row)
        for (period, code, kind), figures in sorted(table.items())
    ]


def _controls(span: Span) -> dict[str, Any]:
    this = fiscal_years.fiscal_year(now().day)
    return {
        "span": span,
        "unit": span.unit.value,
        "units": [(unit.value, UNIT_LABELS[unit]) for unit in Unit],
        "years": [(year, fiscal_years.label(year)) for year in range(this, this - YEARS_SHOWN, -1)],
        "months": [
            (f"{month:%Y-%m}", f"{format_era(month).partition('月')[0]}月") for month in fiscal_years.months(span.year)
        ],
        "month": f"{span.month:%Y-%m}",
    }


def _span(request: HttpRequest, today: date) -> Span:
    """What is asked for; the present year by month where it is none of what is offered."""
    this = fiscal_years.fiscal_year(today)
    unit = next((unit for unit in Unit if unit.value == request.GET.get("unit")), Unit.MONTH)
    offered = {str(year): year for year in range(this, this - YEARS_SHOWN, -1)}
    year = offered.get(request.GET.get("year", ""), this)
    months = {f"{month:%Y-%m}": month for month in fiscal_years.months(year)}
    default = today.replace(day=1) if year == this else months[f"{year}-04"]
    return Span(unit, this if unit is Unit.YEAR else year, months.get(request.GET.get("month", ""), default))
