"""明細と件数: a party's month as a table, a file and a paper; how many platforms and providers there were by year."""

from collections.abc import Sequence
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from jlis.kernel.domain import fiscal_years
from jlis.kernel.domain.eras import format_era
from jlis.kernel.faces.downloads import csv_file
from jlis.kernel.faces.papers import pdf_response
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import bodies
from jlis.kernel.time import now
from jpki.pdf import statement as statement_form
from jpki.selectors import relying_parties
from jpki.selectors.metering import Line
from jpki.services import statements
from jpki.services.statements import Statement

_MONTHS_SHOWN = 36
_YEARS_SHOWN = 10
_HEADING = ("月", "検証者", "方法", "電子証明書", "SP事業者コード", "SP事業者", "件数", "1件当たり（円）", "金額（円）")
_YEAR_HEADING = ("年度", "PF事業者", "SP事業者")


@staff_view(permission="jpki.see_statements")
@require_safe
def statement(request: StaffRequest, party: int) -> HttpResponse:
    """A month of a party: on the screen, as CSV, as PDF."""
    months = _months(now().day)
    asked = request.GET.get("month", "")
    month = next((day for day in months if f"{day:%Y-%m}" == asked), months[0])
    found = statements.of_party(party=party, month=month, by=request.actor)
    name = f"statement-{found.party.organisation_id or found.party.pk}-{month:%Y-%m}"
    if request.GET.get("format") == "csv":
        return csv_file(f"{name}.csv", _HEADING, [_line(found, line) for line in found.lines])
    if request.GET.get("format") == "pdf":
        return pdf_response(_paper(found), name=f"{name}.pdf")
    shown = {
        "statement": found,
        "total_count": sum(line.count for line in found.lines),
        "month": f"{month:%Y-%m}",
        "months": [(f"{day:%Y-%m}", _month_label(day)) for day in months],
        "breadcrumbs": [
            ("検証者", reverse("jpki_parties")),
            (found.party.name, reverse("jpki_party", args=[party])),
            ("提供の明細", ""),
        ],
    }
    return render(request, "jpki/parties/statement.html", shown)


@staff_view(permission="jpki.see_statistics")
@require_safe
def by_year(request: StaffRequest) -> HttpResponse:
    """Platforms and providers at the end of each fiscal year."""
    today = now().day
    this = fiscal_years.fiscal_year(today)
    rows = relying_parties.in_force_by_year(range(this - _YEARS_SHOWN + 1, this + 1), today)
    if request.GET.get("format") == "csv":
        return csv_file("relying-parties-by-year.csv", _YEAR_HEADING, rows)
    shown = {
        "rows": [(fiscal_years.label(year), platforms, providers) for year, platforms, providers in rows],
        "platforms": [(str(year), platforms) for year, platforms, _ in rows],
        "providers": [(str(year), providers) for year, _, providers in rows],
        "breadcrumbs": [("検証者", reverse("jpki_parties")), ("年度別の件数", "")],
    }
    return render(request, "jpki/parties/by_year.html", shown)


def _months(today: date) -> list[date]:
    """The first days of the months offered, the present one first."""
    count = today.year * 12 + today.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(count, count - _MONTHS_SHOWN, -1)]


def _month_label(month: date) -> str:
    return f"{format_era(month).partition('月')[0]}月"


def _line(found: Statement, line: Line) -> Sequence[object]:
    asked = line.asked
    each = "" if line.yen_each is None else line.yen_each
    return (
        f"{found.month:%Y-%m}", found.party.name, line.channel_label, line.what_label, asked.provider,
        line.provider_name, line.count, each, "" if line.yen is None else line.yen,
    )  # fmt: skip


def _paper(found: Statement) -> bytes:
    rows = [
        (line.channel_label, line.what_label, line.provider_name or "―", f"{line.count:,}", _yen(line.yen_each),
         _yen(line.yen))
        for line in found.lines
    ]  # fmt: skip
    return statement_form.render(
        name=found.party.name,
        code=found.party.organisation_id or "",
        month=_month_label(found.month),
        rows=rows,
        total=_yen(found.total),
        links=f"{found.links:,}件",
        office=bodies.name_of("JLIS"),
        day=now().day,
    )


def _yen(value: object) -> str:
    return "額の登録なし" if value is None else f"{value:,}円"
