"""緊急事案 on the screen: the list, a case with its reports, the table's moves, the paper."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jlis.kernel.actors import Actor
from jlis.kernel.domain.eras import format_era_time
from jlis.kernel.errors import Refused
from jlis.kernel.faces.papers import pdf_response
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import bodies
from jlis.kernel.time import now
from juki.choices import EmergencyState
from juki.domain.emergencies import MINISTRY, MOVES, Kind, Move, Route, State, moves_from
from juki.domain.emergency_reports import ITEMS, PERSONS_LABEL, PRESS_LABEL
from juki.models import EmergencyCase, EmergencyReport
from juki.pdf import emergency_report
from juki.selectors import emergencies as selectors
from juki.services import emergencies
from juki.web.emergency_forms import EmergencyNoteForm, EmergencyReportForm, NoticedForm

LIST = ("緊急事案", "juki_emergencies")
TONES = {"RECORDED": "error", "WITH_PREFECTURE": "warning", "WITH_MINISTRY": "info", "ASKED": "warning",
         "FINAL_WITH_PREFECTURE": "warning", "FINAL": "success"}  # fmt: skip


@staff_view(permission="juki.see_emergencies")
@require_safe
def case_list(request: StaffRequest) -> HttpResponse:
    """The cases that the own body reports or was sent, the most pressing first."""
    asked = request.GET.get("state", "open")
    state = asked if asked in {"open", "", *EmergencyState.values} else "open"
    today = now().day
    page = Paginator(selectors.in_sight(state=state), 50).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "rows": [_row(case, today) for case in page],
        "state": state,
        "states": [("open", "終わっていないもの"), ("", "すべて"), *EmergencyState.choices],
        "may_report": request.actor.may("juki.report_emergencies"),
        "breadcrumbs": [(LIST[0], "")],
    }
    return render(request, "juki/emergencies/list.html", shown)


@staff_view(permission="juki.report_emergencies")
@require_http_methods(["GET", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    """Record what was noticed, and go on to the first report at once."""
    names_place = selectors.route_of(request.actor.organisation) is Route.JLIS
    form = NoticedForm(request.POST or None, names_place=names_place, initial={"noticed_on": now().day})
    if request.method == "POST" and form.is_valid():
        try:
            case = emergencies.record(noticed=form.noticed(), by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, "検知を記録しました。分かっていることを、第一報として直ちに報告してください。")
            (move,) = [move for move in _moves(case, request.actor) if move.writes]
            return redirect("juki_emergency_move", case=case.pk, verb=move.verb)
    lead = "個人情報の漏えい、不正・不適切な取扱い（その可能性を含みます）を検知したら、直ちに記録して報告します。"
    return _form(request, form, "緊急事案の記録", "記録して第一報に進む", reverse(LIST[1]), lead)


@staff_view(permission="juki.see_emergencies")
@require_safe
def detail(request: StaffRequest, case: UUID) -> HttpResponse:
    """One case: its reports, the latest first, what was done, who was reminded, what may be done now."""
    found = selectors.get(case)
    today = now().day
    reports = list(found.reports.order_by("-number"))
    is_told = found.told == request.actor.organisation
    shown = _row(found, today) | {
        "bodies": _bodies(found),
        "noticed_at": found.noticed_at,
        "reports": [(report, _items(report)) for report in reports],
        "steps_taken": [(step, _word(step.verb)) for step in found.steps.all()],
        "reminders": [(each, bodies.name_of(each.organisation)) for each in found.reminders.all()[:20]],
        "moves": _moves(found, request.actor),
        "may_take_up": is_told and request.actor.may("juki.report_emergencies") and not selectors.is_taken_up(found),
        "breadcrumbs": [(LIST[0], reverse(LIST[1])), (found.get_kind_display(), "")],
    }
    return render(request, "juki/emergencies/detail.html", shown)


@staff_view(permission="juki.see_emergencies")
@require_http_methods(["GET", "POST"])
def make_move(request: StaffRequest, case: UUID, verb: str) -> HttpResponse:
    """Write the report, or say why; then move."""
    move, found = MOVES.get(verb), selectors.get(case)
    if move is None or move not in _moves(found, request.actor):
        raise Http404
    form = _form_of(move, found, request)
    if request.method == "POST" and form.is_valid():
        content = form.content() if isinstance(form, EmergencyReportForm) else None
        note = form.cleaned_data.get("note", "")
        try:
            emergencies.move(case=case, verb=verb, note=note, content=content, by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, f"「{move.label}」を行いました。")
            return redirect("juki_emergency", case=case)
    after = EmergencyState(move.after(State(found.state)).value).label
    lead = f"{found.get_kind_display()}　{found.get_state_display()} → {after}"
    if move.writes:
        lead += "　分かっていることから順に報告し、分かり次第、続報で補います。"
    return _form(request, form, move.label, f"{move.label}を行う", reverse("juki_emergency", args=[case]), lead)


@staff_view(permission="juki.report_emergencies")
@require_POST
def take_up(request: StaffRequest, case: UUID) -> HttpResponse:
    """Make a case of the own body of what J-LIS told."""
    try:
        own = emergencies.take_up(case=case, by=request.actor, at=now())
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, refusal.message)
        return redirect("juki_emergency", case=case)
    messages.success(request, "自団体の事案として記録しました。第一報を直ちに報告してください。")
    return redirect("juki_emergency", case=own.pk)


@staff_view(permission="juki.see_emergencies")
@require_safe
def paper(request: StaffRequest, case: UUID, number: int) -> HttpResponse:
    """One report as a paper."""
    report = selectors.report(case, number)
    found = report.case
    seen = emergency_report.ReportPaper(
        reference=str(found.pk),
        report=_title(report),
        reporter=bodies.name_of(found.reporter),
        addressee=_addressee(found),
        reported_at=_time(report.written_at),
        items=[("発生元の団体", bodies.name_of(found.place)), ("確認日時", _time(found.noticed_at)), *_items(report)],
        road=[(_time(step.at), _word(step.verb), step.by) for step in found.steps.all()],
    )
    return pdf_response(emergency_report.render(seen), name=f"emergency-report-{number}.pdf")


def _row(case: EmergencyCase, today: Any) -> dict[str, Any]:
    part, body = selectors.body_that_owes(case)
    return {
        "case": case,
        "place": bodies.name_of(case.place),
        "reporter": bodies.name_of(case.reporter),
        "tone": TONES.get(case.state, ""),
        "waits_for": bodies.name_of(body) if part and body else "",
        "is_overdue": case.due_on is not None and case.due_on < today,
    }


def _bodies(case: EmergencyCase) -> list[tuple[str, str]]:
    """Who sees the case, by their part."""
    named = [("報告する団体", case.reporter), ("経由する都道府県", case.relay), ("知らせを受けた団体", case.told),
             ("報告先", case.ministry)]  # fmt: skip
    return [(label, bodies.name_of(code)) for label, code in named if code]


def _items(report: EmergencyReport) -> list[tuple[str, str]]:
    """The items of a report in the guideline's order."""
    rows = []
    for item in ITEMS:
        if item.name == "press_content":
            rows.append((PRESS_LABEL, report.get_press_display()))
        if item.name == "leaked":
            rows.append((PERSONS_LABEL, "" if report.persons is None else f"{report.persons:,}件"))
        rows.append((item.label, getattr(report, item.name)))
    return rows


def _moves(case: EmergencyCase, by: Actor) -> list[Move]:
    parts = selectors.parts_of(case, by)
    every = (move for part in sorted(parts) for move in moves_from(Route(case.route), State(case.state), part))
    return [move for move in every if by.may(move.permission)]


def _form_of(move: Move, case: EmergencyCase, request: StaffRequest) -> Any:
    if move.writes is None:
        return EmergencyNoteForm(_posted(request), needed=move.needs_note)
    former = selectors.latest_report(case)
    return EmergencyReportForm(_posted(request), kind=Kind(case.kind), report=move.writes, former=former)


def _posted(request: StaffRequest) -> QueryDict | None:
    """What was sent, even where the form has nothing that must be filled in."""
    return request.POST if request.method == "POST" else None


def _addressee(case: EmergencyCase) -> str:
    return bodies.name_of(case.ministry or case.relay or MINISTRY)


def _title(report: EmergencyReport) -> str:
    return f"第{report.number}報・{report.get_kind_display()}" if report.number > 1 else report.get_kind_display()


def _word(verb: str) -> str:
    return MOVES[verb].label if verb in MOVES else "検知の記録"


def _time(value: Any) -> str:
    return format_era_time(timezone.localtime(value))


def _form(request: StaffRequest, form: Any, title: str, submit: str, back: str, lead: str) -> HttpResponse:
    shown = {
        "form": form,
        "title": title,
        "lead": lead,
        "submit": submit,
        "back": back,
        "breadcrumbs": [(LIST[0], reverse(LIST[1])), (title, "")],
    }
    return render(request, "shell/form.html", shown)
