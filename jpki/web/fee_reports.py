"""有償発行の月次報告 on the screen: the months, a report with its days, the table's moves, the paper."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jlis.kernel.actors import Actor
from jlis.kernel.domain.eras import format_era, format_era_time
from jlis.kernel.errors import Refused
from jlis.kernel.faces.forms import ShellForm
from jlis.kernel.faces.papers import pdf_response
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import bodies, municipalities
from jlis.kernel.time import TOKYO, Moment, now
from jpki.domain import fee_reports
from jpki.domain.fee_reports import MOVES, Move, State
from jpki.models import FeeReport
from jpki.pdf import fee_report
from jpki.selectors import fees
from jpki.services import fee_reports as services
from jpki.services.fee_reports import Said

LIST = ("有償発行の月次報告", "jpki_fee_reports")
TONES = {"DRAWN": "warning", "COMPARED": "warning", "CONFIRMED": "info", "BILLED": "info", "SETTLED": "success"}
_WORDS = {"draw": "集計"} | {move.verb: move.label for move in MOVES.values()}


class NoteForm(ShellForm):
    """Why a move is made."""

    note = forms.CharField(label="内容・理由", required=False, widget=forms.Textarea({"rows": 3}))


class CompareForm(NoteForm):
    """What lies in 歳入歳出外現金."""

    received_yen = forms.IntegerField(label="歳入歳出外現金の額（円）", min_value=0, max_value=1_000_000_000)
    note = forms.CharField(
        label="差額の理由",
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text="集計の額と違うときは必ず入力します。",
    )
    field_order = ("received_yen", "note")


@staff_view(permission="jpki.see_fee_reports")
@require_safe
def report_list(request: StaffRequest) -> HttpResponse:
    """The reports in sight, and the months that may be drawn."""
    page = Paginator(fees.reports(), 50).get_page(request.GET.get("page"))
    may_draw = request.actor.may("jpki.report_fees")
    shown = {
        "page": page,
        "rows": [_row(each) for each in page],
        "months": _months(request.actor, now()) if may_draw else [],
        "may_draw": may_draw,
        "breadcrumbs": [(LIST[0], "")],
    }
    return render(request, "jpki/fee_reports/list.html", shown)


@staff_view(permission="jpki.report_fees")
@require_POST
def draw(request: StaffRequest) -> HttpResponse:
    """Draw a month's report."""
    at = now()
    months = {value: month for month, value, _ in _months(request.actor, at)}
    month = months.get(request.POST.get("month", ""))
    if month is None:
        messages.error(request, "集計する月を一覧から選んでください。")
        return redirect(LIST[1])
    try:
        drawn = services.draw(month=month, by=request.actor, at=at)
    except Refused as refusal:
        if refusal.status == 403:
            raise
        messages.error(request, refusal.errors[0].message if refusal.errors else refusal.message)
        return redirect(LIST[1])
    messages.success(request, "集計しました。歳入歳出外現金と照合してください。")
    return redirect("jpki_fee_report", report=drawn.pk)


@staff_view(permission="jpki.see_fee_reports")
@require_safe
def detail(request: StaffRequest, report: int) -> HttpResponse:
    """One report: its days, its comparison, what became of it, what may be done."""
    found = fees.report(report)
    lines = fees.by_day(found.month, fee_reports.following(found.month), [found.office])
    shown = _row(found) | {
        "lines": lines,
        "total": fees.total(lines),
        "facts": _facts(found),
        "steps_taken": [(step, _WORDS.get(step.verb, step.verb)) for step in found.steps.all()],
        "moves": _buttons(found, request.actor),
        "breadcrumbs": [(LIST[0], reverse(LIST[1])), (_month_label(found.month), "")],
    }
    return render(request, "jpki/fee_reports/detail.html", shown)


@staff_view(permission="jpki.see_fee_reports")
@require_http_methods(["GET", "POST"])
def make_move(request: StaffRequest, report: int, verb: str) -> HttpResponse:
    """Enter the amount or the reason, then move."""
    found, move = fees.report(report), MOVES.get(verb)
    if move is None or move not in _buttons(found, request.actor):
        raise Http404
    form = (CompareForm if verb == "compare" else NoteForm)(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = Said(form.cleaned_data["note"], form.cleaned_data.get("received_yen"))
        try:
            services.move(report=report, verb=verb, said=said, by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, f"「{move.label}」を行いました。")
            return redirect("jpki_fee_report", report=report)
    back = reverse("jpki_fee_report", args=[report])
    shown = {
        "form": form,
        "title": move.label,
        "lead": f"{bodies.name_of(found.office)}　{_month_label(found.month)}　"
        f"有償 {found.counted:,}件　手数料 {found.due_yen:,}円",
        "submit": f"{move.label}を行う",
        "back": back,
        "breadcrumbs": [(LIST[0], reverse(LIST[1])), (_month_label(found.month), back), (move.label, "")],
    }
    return render(request, "shell/form.html", shown)


@staff_view(permission="jpki.see_fee_reports")
@require_safe
def paper(request: StaffRequest, report: int) -> HttpResponse:
    """The report as a paper."""
    found = fees.report(report)
    lines = fees.by_day(found.month, fee_reports.following(found.month), [found.office])
    total = fees.total(lines)
    drawn = fee_report.ReportPaper(
        office=bodies.name_of(found.office),
        month=_month_label(found.month),
        state=found.get_state_display(),
        made_on=format_era(now().day),
        facts=_facts(found),
        days=[_printed(format_era(line.day) if line.day else "", line) for line in lines] + [_printed("計", total)],
        road=[(_time(step.at), _WORDS.get(step.verb, step.verb), step.by) for step in found.steps.all()],
    )
    return pdf_response(fee_report.render(drawn), name=f"fee-report-{found.office}-{found.month:%Y-%m}.pdf")


def _months(by: Actor, at: Moment) -> list[tuple[date, str, str]]:
    """The months that the actor's own office has not drawn yet; none for a body that is no office."""
    if by.organisation not in {office.code for office in municipalities.offices_at(at.day, within=by.organisation)}:
        return []
    months = fees.months_to_draw(by.organisation, at.day)
    return [(month, f"{month:%Y-%m}", _month_label(month)) for month in months]


def _buttons(found: FeeReport, by: Actor) -> list[Move]:
    return [move for move in fee_reports.moves_from(State(found.state)) if by.may(move.permission)]


def _row(found: FeeReport) -> dict[str, Any]:
    return {
        "report": found,
        "place": bodies.name_of(found.office),
        "month": _month_label(found.month),
        "tone": TONES[found.state],
        "gap": None if found.received_yen is None else found.received_yen - found.due_yen,
    }


def _facts(found: FeeReport) -> list[tuple[str, str]]:
    received = "" if found.received_yen is None else f"{found.received_yen:,}円"
    gap = "" if found.received_yen is None else f"{found.received_yen - found.due_yen:+,}円".replace("+0円", "なし")
    return [
        ("有償の発行件数", f"{found.counted:,}件"),
        ("手数料の額", f"{found.due_yen:,}円"),
        ("集計日時", _time(found.drawn_at)),
        ("歳入歳出外現金の額", received),
        ("差額", gap),
        ("差額の理由", found.difference),
        ("照合", f"{_time(found.compared_at)}　{found.compared_by}" if found.compared_at else ""),
        ("確認", f"{_time(found.confirmed_at)}　{found.confirmed_by}" if found.confirmed_at else ""),
        ("請求", f"{format_era(found.billed_on)}　{found.bill_number}" if found.billed_on else ""),
        ("入金", format_era(found.settled_on) if found.settled_on else ""),
    ]


def _printed(label: str, line: fees.FeeLine) -> list[str]:
    return [label, *(f"{number:,}" for number in line[1:])]


def _month_label(month: date) -> str:
    return f"{format_era(month).partition('月')[0]}月分"


def _time(instant: Any) -> str:
    return format_era_time(instant.astimezone(TOKYO)) if instant else ""
