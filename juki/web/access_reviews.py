"""利用記録の分析と調査 on the screen: findings, one with entries and case, the case's moves; no resident's name."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Refused
from jlis.kernel.faces.forms import ShellForm
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import bodies
from jlis.kernel.time import now
from juki.choices import AccessCaseState, AccessRule
from juki.domain.access_cases import BEGINNINGS, MOVES, Move, Part, State, moves_from
from juki.domain.access_reviews import RuleCode, rules_on
from juki.models import AccessCase, AccessFinding
from juki.selectors import access_reviews as selectors
from juki.selectors.disclosures import METHODS
from juki.services import access_cases

LIST = ("利用記録の分析と調査", "juki_access_findings")
TONES = {"WITH_BODY": "warning", "ANSWERED": "info", "WITH_COMMITTEE": "warning", "CLOSED": "success"}
_OTHER_ACTS = {
    "staff.sign_in_failed": "ログインの失敗",
    "staff.signed_in": "ログイン",
    "juki.protected_address_seen": "支援措置対象者の住所の表示",
    "mynacard.card_seen": "カードの照会",
    "mynacard.cards_seen": "カードの照会",
    "bcl.household_opened": "世帯の照会",
    "jpki.certificates_seen": "電子証明書の照会",
}
_LIMITS = {
    "opens": "{}時より前",
    "closes": "{}時以後",
    "looks": "{}件以上",
    "hour": "1時間に{}件を超える",
    "day": "1日に{}件を超える",
    "staff": "職員{}人以上",
    "failures": "失敗{}回以上",
    "minutes": "{}分以内",
}
_MOST_SHOWN = 200


class OpenForm(ShellForm):
    """Whom to ask, and what."""

    to = forms.ChoiceField(
        label="依頼先",
        choices=[(State.WITH_BODY.value, "団体の係長・担当"), (State.WITH_COMMITTEE.value, "本人確認情報保護委員会")],
        help_text="委員会に付議した調査は、団体には見えません。",
    )
    note = forms.CharField(
        label="確かめてほしいこと",
        max_length=access_cases.LONGEST_NOTE,
        widget=forms.Textarea({"rows": 4}),
        help_text="住民の氏名、個人番号、住民票コードは書かないでください。",
    )


class SayForm(ShellForm):
    """What is said with a move."""

    note = forms.CharField(
        label="内容・理由",
        max_length=access_cases.LONGEST_NOTE,
        widget=forms.Textarea({"rows": 4}),
        help_text="住民の氏名、個人番号、住民票コードは書かないでください。",
    )


@staff_view(permission="juki.see_access_findings")
@require_safe
def finding_list(request: StaffRequest) -> HttpResponse:
    """Findings, newest first; a body sees those that it was asked about."""
    asked = {name: request.GET.get(name, "").strip() for name in ("rule", "organisation", "only")}
    page = Paginator(selectors.findings(**asked), 50).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "rows": [_row(found) for found in page],
        "rules": AccessRule.choices,
        "sees_all": _sees_all(request.actor),
        "breadcrumbs": [(LIST[0], "")],
    }
    return render(request, "juki/access/list.html", shown | asked)


@staff_view(permission="juki.see_access_findings")
@require_safe
def detail(request: StaffRequest, finding: UUID) -> HttpResponse:
    """One finding with its entries, its case, and what may be done now."""
    found = selectors.finding(finding)
    rule = rules_on(found.day).get(RuleCode(found.rule))
    case = selectors.case_of(found)
    concerned = access_cases.is_concerned(found, request.actor)
    shown = _row(found) | {
        "question": rule.question if rule else "",
        "limits": "、".join(_LIMITS[name].format(value) for name, value in rule.limits.items()) if rule else "",
        "entries": [_entry(each) for each in found.entries[:_MOST_SHOWN]],
        "left_out": max(len(found.entries) - _MOST_SHOWN, 0),
        "steps_taken": [(step, _word(step.verb)) for step in case.steps.all()] if case else [],
        "moves": _moves(case, request.actor) if case and not concerned else [],
        "may_open": case is None and request.actor.may("juki.open_access_cases"),
        "is_concerned": concerned,
        "breadcrumbs": [(LIST[0], reverse(LIST[1])), (found.get_rule_display(), "")],
    }
    return render(request, "juki/access/detail.html", shown)


@staff_view(permission="juki.open_access_cases")
@require_http_methods(["GET", "POST"])
def open_case(request: StaffRequest, finding: UUID) -> HttpResponse:
    """Ask the body, or lay it before the committee."""
    found = selectors.finding(finding)
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            access_cases.open_case(
                finding=finding, to=State(given["to"]), note=given["note"], by=request.actor, at=now()
            )
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, f"{BEGINNINGS[State(given['to'])]}を行いました。")
            return redirect("juki_access_finding", finding=finding)
    return _form(request, form, "調査の開始", found)


@staff_view(permission="juki.see_access_findings")
@require_http_methods(["GET", "POST"])
def make_move(request: StaffRequest, finding: UUID, verb: str) -> HttpResponse:
    """Say it, then move."""
    found = selectors.finding(finding)
    move, case = MOVES.get(verb), selectors.case_of(found)
    if move is None or case is None or move not in _moves(case, request.actor):
        raise Http404
    form = SayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            access_cases.move(case=case.pk, verb=verb, note=form.cleaned_data["note"], by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, f"「{move.label}」を行いました。")
            return redirect("juki_access_finding", finding=finding)
    return _form(request, form, move.label, found)


def _sees_all(by: Actor) -> bool:
    return by.scope.role == "jlis_auditor"


def _moves(case: AccessCase, by: Actor) -> list[Move]:
    may = [move for move in moves_from(State(case.state)) if by.may(move.permission)]
    return [move for move in may if move.part is not Part.BODY or case.organisation == by.organisation]


def _row(found: AccessFinding) -> dict[str, Any]:
    case = selectors.case_of(found)
    return {
        "finding": found,
        "case": case,
        "body": bodies.name_of(found.organisation),
        "state": AccessCaseState(case.state).label if case else "調査なし",
        "tone": TONES.get(case.state, "") if case else "",
    }


def _entry(entry: dict[str, str]) -> dict[str, Any]:
    act = entry["action"]
    return entry | {"at": datetime.fromisoformat(entry["at"]), "word": METHODS.get(act) or _OTHER_ACTS.get(act, act)}


def _word(verb: str) -> str:
    return MOVES[verb].label if verb in MOVES else "調査の開始"


def _form(request: StaffRequest, form: ShellForm, title: str, found: AccessFinding) -> HttpResponse:
    back = reverse("juki_access_finding", args=[found.pk])
    shown = {
        "form": form,
        "title": title,
        "lead": f"{found.get_rule_display()}　{bodies.name_of(found.organisation)}　{found.count:,}件",
        "submit": f"{title}を記録する",
        "back": back,
        "breadcrumbs": [(LIST[0], reverse(LIST[1])), (found.get_rule_display(), back), (title, "")],
    }
    return render(request, "shell/form.html", shown)
