"""支援措置 on the screen: the town's list, one measure with its acts, the application."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Forbidden, NotFound, Refused
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment, now
from juki.domain.protections import MOVES, Due, extendable_from
from juki.services import protection_board, protections
from juki.services.protection_board import Seen
from juki.web.protection_forms import ACT_FORMS, ApplicationForm

DUE_LABELS = {
    Due.CONFIRM: ("転送を確認してください", "warning"),
    Due.DECIDE: ("決定待ち", "warning"),
    Due.END_ASKED: ("終了の承認待ち", "info"),
    Due.OVER: ("期間経過・支援は継続中", "error"),
    Due.SOON: ("まもなく期間の末日", "warning"),
    Due.NOTHING: ("", ""),
}
_LIST = ("支援措置", "juki_protections")
# What stands for a town that the law does not name to the own one.
NOT_NAMED = "住所地の市区町村"


@staff_view(permission="juki.see_protections")
@require_safe
def measure_list(request: StaffRequest) -> HttpResponse:
    """The office's measures, what is due first."""
    ended = request.GET.get("show") == "ended"
    found = protection_board.listed(ended=ended, by=request.actor, at=now())
    shown = {
        "rows": [(row, DUE_LABELS[row.due]) for row in found],
        "ended": ended,
        "counts": [(DUE_LABELS[due][0], sum(row.due == due for row in found)) for due in Due if due != Due.NOTHING],
        "breadcrumbs": [(_LIST[0], "")],
    }
    return _private(render(request, "juki/protections/list.html", shown))


@staff_view(permission="juki.see_protections")
@require_safe
def detail(request: StaffRequest, measure: UUID) -> HttpResponse:
    """One measure: why, whom, until when, what was forwarded, and what may be done."""
    at = now()
    return _page(request, protection_board.see(measure=measure, by=request.actor, at=at), at)


@staff_view(permission="juki.protect")
def apply(request: StaffRequest, resident: UUID) -> HttpResponse:
    """Take in an application: the person is covered when this page answers."""
    at = now()
    form = ApplicationForm(request.POST or None, initial={"applied_on": at.day})
    if request.method == "POST" and form.is_valid():
        try:
            made = protections.apply(applicant=resident, application=form.application(), by=request.actor, at=at)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, "仮支援措置を始めました。ただいまから住所はどこにも表示・提供されません。")
            return redirect("juki_protection", measure=made.pk)
    shown = {
        "form": form,
        "title": "支援措置の申出",
        "submit": "仮支援措置を始める",
        "lead": "受け付けた時から、申出者と併せて支援を受ける者の住所を、すべての画面・提供・証明で伏せます。"
        "前住所地・本籍地・前本籍地の市区町村に転送します。",
        "back": reverse("juki_resident", args=[resident]),
        "breadcrumbs": [("本人確認情報", reverse("juki_resident", args=[resident])), ("支援措置の申出", "")],
    }
    return render(request, "shell/form.html", shown)


@staff_view(permission="juki.see_protections")
@require_POST
def act(request: StaffRequest, measure: UUID, verb: str) -> HttpResponse:
    """Do one of the acts of the measure's page; what is refused stands beside the act that was asked for."""
    if verb not in _ACTS:
        raise NotFound("act_not_found", "この操作はありません。")
    at = now()
    form = ACT_FORMS[verb](request.POST) if verb in ACT_FORMS else None
    if form is None or form.is_valid():
        try:
            _ACTS[verb](measure, form.cleaned_data if form else {}, request.actor, at)
        except Forbidden:
            raise
        except Refused as refusal:
            if form is None:
                messages.error(request, refusal.message)
                return redirect("juki_protection", measure=measure)
            put_on(form, refusal)
        else:
            messages.success(request, f"支援措置：{MOVES[verb].label}を記録しました。")
            return redirect("juki_protection", measure=measure)
    seen = protection_board.see(measure=measure, by=request.actor, at=at)
    return _page(request, seen, at, {verb: form} if form else {})


def _decide(measure: UUID, given: dict[str, Any], by: Actor, at: Moment) -> None:
    protections.decide(measure=measure, decided_on=given["decided_on"], by=by, at=at)


def _extend(measure: UUID, given: dict[str, Any], by: Actor, at: Moment) -> None:
    protections.extend(measure=measure, by=by, at=at)


def _add_member(measure: UUID, given: dict[str, Any], by: Actor, at: Moment) -> None:
    protections.add_member(measure=measure, resident_code=given["resident_code"], by=by, at=at)


def _confirm(measure: UUID, given: dict[str, Any], by: Actor, at: Moment) -> None:
    protections.confirm(measure=measure, by=by, at=at)


def _ask_end(measure: UUID, given: dict[str, Any], by: Actor, at: Moment) -> None:
    protections.ask_end(measure=measure, reason=given["reason"], by=by, at=at)


def _refuse_end(measure: UUID, given: dict[str, Any], by: Actor, at: Moment) -> None:
    protections.refuse_end(measure=measure, by=by, at=at)


def _end(measure: UUID, given: dict[str, Any], by: Actor, at: Moment) -> None:
    protections.end(measure=measure, by=by, at=at)


_ACTS = {
    "decide": _decide,
    "extend": _extend,
    "add_member": _add_member,
    "confirm": _confirm,
    "ask_end": _ask_end,
    "refuse_end": _refuse_end,
    "end": _end,
}


def _page(request: StaffRequest, seen: Seen, at: Moment, bound: dict[str, forms.Form] | None = None) -> HttpResponse:
    measure = seen.listed.measure
    shown = {
        "seen": seen,
        "measure": measure,
        "applicant": seen.listed.applicant,
        "due": DUE_LABELS[seen.listed.due],
        "forwardings": [(row, _name(row.sent_from) or NOT_NAMED, _name(row.office)) for row in seen.forwardings],
        "forwarded_from": (_name(measure.forwarded_from) or NOT_NAMED) if measure.was_forwarded else "",
        "deciding_office": _name(measure.deciding_office) or NOT_NAMED,
        "acts": [_shown_act(verb, bound or {}) for verb in _possible(seen, request.actor, at)],
        "breadcrumbs": [(_LIST[0], reverse(_LIST[1])), ("支援措置の内容", "")],
    }
    return _private(render(request, "juki/protections/detail.html", shown))


def _possible(seen: Seen, by: Actor, at: Moment) -> list[str]:
    """The acts that the state allows and the person may do, apart from one's own wish to end."""
    measure = seen.listed.measure
    waits = measure.was_forwarded and measure.confirmed_at is None
    asked = bool(measure.end_asked_by)
    ends_on = measure.term_ends_on
    fits = {
        "extend": seen.leads and ends_on is not None and at.day >= extendable_from(ends_on),
        "confirm": bool(waits),
        "ask_end": seen.leads and not asked,
        "end": seen.leads and asked and measure.end_asked_by != by.id,
        "refuse_end": seen.leads and asked,
    }
    return [
        verb
        for verb, move in MOVES.items()
        if move.allowed_from(measure.state) and by.may(move.permission) and fits.get(verb, seen.leads)
    ]


def _shown_act(verb: str, bound: dict[str, forms.Form]) -> dict[str, Any]:
    form = bound.get(verb) or (ACT_FORMS[verb]() if verb in ACT_FORMS else None)
    return {"verb": verb, "label": MOVES[verb].label, "form": form, "weighs": verb in ("ask_end", "end")}


def _name(office: str) -> str:
    return municipalities.address_of(office) if office else ""


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
