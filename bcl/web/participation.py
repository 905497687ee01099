"""参加状況 on the screen: who takes part, the own town's application, its moves, who signs."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from bcl.choices import ParticipationState, Pattern
from bcl.domain import participation as domain
from bcl.domain.participation import MOVES, Move
from bcl.models import CopyStream, Participation
from bcl.services import participations
from jlis.kernel.actors import Actor
from jlis.kernel.errors import Conflict, Forbidden, Refused
from jlis.kernel.faces.forms import EraDateField, ShellForm
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import now

_TONES = {"APPLIED": "warning", "TESTING": "info", "SERVING": "success", "STOPPED": "error", "ENDED": ""}
_LIST = "参加状況"


@dataclass(frozen=True)
class Row:
    """A town as the list shows it, with the buttons that this person has."""

    participation: Participation
    name: str
    tone: str
    stream: CopyStream | None
    moves: list[Move]
    may_sign: bool


class SignatoryForm(ShellForm):
    """Who signs."""

    mayor = forms.CharField(label="証明者", max_length=120, help_text="職名から。例：東京都千代田区長　見本　太郎")
    seal = forms.CharField(label="公印の文字", max_length=20, help_text="例：千代田区長")


class ApplicationForm(SignatoryForm):
    """An application to take part."""

    office = forms.ChoiceField(label="団体")
    pattern = forms.ChoiceField(label="更新方式", choices=Pattern.choices, widget=forms.RadioSelect)
    prints_individual_number = forms.BooleanField(label="個人番号を記載した証明書も発行する", required=False)
    field_order = ("office", "pattern", "mayor", "seal", "prints_individual_number")

    def __init__(self, *args: Any, offices: list[tuple[str, str]], **keywords: Any):
        super().__init__(*args, **keywords)
        self.offer("office", offices)


class ChangeForm(SignatoryForm):
    """Another who signs, from a day on."""

    valid_from = EraDateField(label="適用開始日")


@staff_view(permission="bcl.see_participation")
@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    """Who takes part; a town sees how far its own copy has come, the centre everybody's."""
    streams = {stream.office: stream for stream in CopyStream.objects.all()}
    rows = [_row(each, streams, request.actor) for each in Participation.objects.all()]
    serving = sum(row.participation.state == ParticipationState.SERVING for row in rows)
    shown = {
        "rows": rows,
        "serving": serving,
        "offices": len(municipalities.offices_at(now().day)),
        "may_apply": request.actor.may("bcl.take_part") and bool(_open_offices(request)),
        "breadcrumbs": [(_LIST, "")],
    }
    return render(request, "bcl/participation.html", shown)


@staff_view(permission="bcl.take_part")
@require_http_methods(["GET", "POST"])
def apply(request: StaffRequest) -> HttpResponse:
    """The own town's application."""
    form = ApplicationForm(request.POST or None, offices=_open_offices(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            participations.apply(**given | {"pattern": domain.Pattern(given["pattern"])}, by=request.actor, at=now())
        except Forbidden:
            raise
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "参加を申し込みました。")
            return redirect("bcl_participation")
    shown = {"form": form, "title": "自治体基盤クラウドへの参加の申込み", "submit": "申し込む"}
    return render(request, "shell/form.html", shown | _way("参加の申込み"))


@staff_view(permission="bcl.take_part")
@require_http_methods(["GET", "POST"])
def signatory(request: StaffRequest, office: str) -> HttpResponse:
    """Another signatory of the own town's certificates."""
    form = ChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            participations.change_signatory(office=office, **form.cleaned_data, by=request.actor, at=now())
        except Forbidden:
            raise
        except Refused as refusal:
            form.add_error(None, refusal.errors[0].message if refusal.errors else refusal.message)
        else:
            messages.success(request, "証明者を登録しました。")
            return redirect("bcl_participation")
    shown = {"form": form, "title": "証明者の変更", "submit": "登録する"}
    return render(request, "shell/form.html", shown | _way("証明者の変更"))


@staff_view(permission="bcl.see_participation")
@require_http_methods(["GET", "POST"])
def make_move(request: StaffRequest, office: str, verb: str) -> HttpResponse:
    """Confirm, then move."""
    move = MOVES.get(verb)
    found = Participation.objects.filter(pk=office).first()
    if move is None or found is None:
        raise Http404
    if request.method == "POST":
        if request.POST.get("step") != "back":
            try:
                participations.move(office=office, verb=verb, by=request.actor, at=now())
                messages.success(request, f"{move.label}を行いました。")
            except Conflict as refusal:
                messages.error(request, refusal.message)
        return redirect("bcl_participation")
    shown = {
        "title": f"{move.label}の確認",
        "submit": f"{move.label}を行う",
        "facts": [
            ("団体", municipalities.municipality(office).name),
            ("更新方式", found.get_pattern_display()),
            ("いまの状態", found.get_state_display()),
            ("操作の後の状態", ParticipationState(move.target.value).label),
        ],
    }
    return render(request, "shell/confirm.html", shown | _way(move.label))


def _row(found: Participation, streams: dict[str, CopyStream], by: Actor) -> Row:
    is_own = _is_own(found.pk, by)
    moves = [
        move
        for move in domain.moves_from(domain.State(found.state))
        if by.may(move.permission) and (is_own or move.permission != "bcl.take_part")
    ]
    name = municipalities.municipality(found.pk).name
    return Row(found, name, _TONES[found.state], streams.get(found.pk), moves, is_own and by.may("bcl.take_part"))


def _is_own(office: str, by: Actor) -> bool:
    tenant = municipalities.tenant_of(office)
    return by.organisation in (tenant.office, tenant.municipality)


def _open_offices(request: StaffRequest) -> list[tuple[str, str]]:
    """The own offices that have not applied yet."""
    own = municipalities.offices_at(now().day, within=request.actor.organisation)
    known = set(Participation.objects.values_list("pk", flat=True))
    return [(office.code, office.name) for office in own if office.code not in known]


def _way(here: str) -> dict[str, object]:
    return {"breadcrumbs": [(_LIST, reverse("bcl_participation")), (here, "")]}
