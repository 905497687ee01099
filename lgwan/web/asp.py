"""LGWAN-ASP: the list, an application, one service with its papers, questions and steps, and the table's moves."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Refused
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from lgwan import policies
from lgwan.choices import Finding, Layer, ProviderKind, State
from lgwan.domain import asp, papers
from lgwan.domain.asp import MOVES, Move, Part
from lgwan.models import Question, Service, ServiceContact
from lgwan.selectors import services as selectors
from lgwan.services import applying, moving, providers, reviewing
from lgwan.web.forms import (
    ApplicationForm,
    ChangeForm,
    ContactForm,
    LayerForm,
    NoteForm,
    ProviderForm,
    TextForm,
)

LIST = ("LGWAN-ASPの申込みと登録", "lgwan_services")
TONES = {
    "APPLIED": "warning", "REVIEWING": "info", "CORRECTING": "warning", "TESTING": "info", "DECIDING": "warning",
    "REGISTERED": "success", "PUBLISHED": "success", "CHANGING": "info", "RENEWING": "info", "ENDING": "warning",
    "REFUSED": "error",
}  # fmt: skip


@staff_view(permission="lgwan.see_services")
@require_safe
def service_list(request: StaffRequest) -> HttpResponse:
    """The services that the centre deals with, or those of the own body."""
    asked = {name: request.GET.get(name, "") for name in ("state", "layer")}
    found = selectors.in_sight(keeper=_own_alone(request.actor), **asked)
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "rows": [(service, TONES.get(service.state, "")) for service in page],
        "states": State.choices,
        "layers": Layer.choices,
        "may_apply": request.actor.may("lgwan.apply_services"),
        "may_enter": request.actor.may("lgwan.enter_providers"),
        "breadcrumbs": [(LIST[0], "")],
    }
    return render(request, "lgwan/services/list.html", shown | asked)


@staff_view(permission="lgwan.see_services")
@require_safe
def detail(request: StaffRequest, service: int) -> HttpResponse:
    """One service with what may be done to it now by this person."""
    found = _seen(request, service)
    filing = selectors.open_filing(found)
    latest = filing or found.filings.first()
    is_own = found.keeper == request.actor.organisation and request.actor.may("lgwan.apply_services")
    may_review = found.state in (State.REVIEWING, State.TESTING) and request.actor.may("lgwan.review_services")
    played = moving.parts(filing) if filing else {}
    every = _moves(found, request.actor)
    moves = [move for move in every if policies.is_another(move.part, played, request.actor)]
    shown = {
        "service": found,
        "tone": TONES.get(found.state, ""),
        "contact": ServiceContact.objects.filter(pk=found.pk).first(),
        "filing": filing,
        "changes": _changes(found, filing.content) if filing else [],
        "papers": latest.papers.all() if latest else [],
        "questions": latest.questions.all() if latest else [],
        "steps": [(_label(step.verb), step) for step in found.steps.all()],
        "moves": moves,
        "is_barred": len(moves) < len(every),
        "is_own": is_own,
        "may_hand_in": is_own and found.state in (State.APPLIED, State.CORRECTING, State.REVIEWING),
        "may_review": may_review and policies.is_another(Part.REVIEWER, played, request.actor),
        "findings": [Finding.GOOD, Finding.FAULTY],
        "form": TextForm(),
        "breadcrumbs": [(LIST[0], reverse(LIST[1])), (found.name, "")],
    }
    return render(request, "lgwan/services/detail.html", shown)


@staff_view(permission="lgwan.apply_services")
@require_http_methods(["GET", "POST"])
def apply(request: StaffRequest) -> HttpResponse:
    """First the class, then what the class asks for."""
    layer = request.GET.get("layer", "")
    if layer not in Layer.values:
        shown = {"form": LayerForm(), "breadcrumbs": _way("申込み")}
        return render(request, "lgwan/services/choose.html", shown)
    form = ApplicationForm(request.POST or None, **_offers(request.actor, asp.Layer(layer)))
    if request.method == "POST" and form.is_valid():
        try:
            made = applying.apply(
                provider=form.cleaned_data.get("provider"),
                layer=asp.Layer(layer),
                content=form.content(),
                contact=form.contact(),
                submitted=form.cleaned_data["submitted"],
                by=request.actor,
                at=now(),
            )
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, "申込みを受け付けました。")
            return redirect("lgwan_service", service=made.pk)
    return _form(request, form, f"{Layer(layer).label}サービスの申込み", "申し込む", LIST[1])


@staff_view(permission="lgwan.enter_providers")
@require_http_methods(["GET", "POST"])
def enter_provider(request: StaffRequest) -> HttpResponse:
    """A company or a union, for which the centre will act."""
    form = ProviderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            given["kind"] = ProviderKind(given["kind"])
            entered = providers.enter(**given, by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, f"{entered.name}を提供者として登録しました。")
            return redirect(LIST[1])
    return _form(request, form, "提供者の登録", "登録する", LIST[1])


@staff_view(permission="lgwan.see_services")
@require_http_methods(["GET", "POST"])
def make_move(request: StaffRequest, service: int, verb: str) -> HttpResponse:
    """Say why, or what is to change; then move."""
    move, found = MOVES.get(verb), _seen(request, service)
    if move is None or move not in _moves(found, request.actor):
        raise Http404
    form = _form_of(move, found, request)
    if request.method == "POST" and form.is_valid():
        content = form.content() if isinstance(form, ChangeForm) else None
        note = form.cleaned_data["note"]
        try:
            moving.move(service=found.pk, verb=verb, note=note, content=content, by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, f"{move.label}を行いました。")
            return redirect("lgwan_service", service=found.pk)
    lead = f"{found.name}：{found.get_state_display()} → {State(move.target.value).label}"
    return _form(request, form, move.label, f"{move.label}を行う", "lgwan_service", found.pk, lead=lead)


@staff_view(permission="lgwan.apply_services")
@require_POST
def hand_in(request: StaffRequest, service: int) -> HttpResponse:
    """Papers that were wanting, or had to be mended."""
    count = applying.hand_in(service=service, codes=request.POST.getlist("papers"), by=request.actor, at=now())
    messages.success(request, f"書類を{count}件提出しました。")
    return redirect("lgwan_service", service=service)


@staff_view(permission="lgwan.review_services")
@require_POST
def judge(request: StaffRequest, service: int) -> HttpResponse:
    """What was found of the papers."""
    told = {name.removeprefix("paper-"): value for name, value in request.POST.items() if name.startswith("paper-")}
    findings = {code: Finding(value) for code, value in told.items() if value in (Finding.GOOD, Finding.FAULTY)}
    count = reviewing.judge_papers(service=service, findings=findings, by=request.actor, at=now())
    messages.success(request, f"書類の確認を{count}件記録しました。")
    return redirect("lgwan_service", service=service)


@staff_view(permission="lgwan.review_services")
@require_POST
def ask(request: StaffRequest, service: int) -> HttpResponse:
    """A question to the applicant."""
    try:
        reviewing.ask(service=service, text=request.POST.get("text", ""), by=request.actor, at=now())
        messages.success(request, "質問を送りました。")
    except Refused as refusal:
        _tell(request, refusal)
    return redirect("lgwan_service", service=service)


@staff_view(permission="lgwan.apply_services")
@require_http_methods(["GET", "POST"])
def answer(request: StaffRequest, question: int) -> HttpResponse:
    """The applicant's answer."""
    found = get_object_or_404(Question.objects.select_related("filing"), pk=question)
    form = TextForm(request.POST or None, label="回答")
    if request.method == "POST" and form.is_valid():
        try:
            reviewing.answer(question=question, text=form.cleaned_data["text"], by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, "回答を送りました。")
            return redirect("lgwan_service", service=found.filing.service_id)
    lead = f"質問：{found.text}"
    return _form(request, form, "質問への回答", "回答する", "lgwan_service", found.filing.service_id, lead=lead)


@staff_view(permission="lgwan.apply_services")
@require_http_methods(["GET", "POST"])
def change_contact(request: StaffRequest, service: int) -> HttpResponse:
    """Another contact, without a decision."""
    found = get_object_or_404(ServiceContact, pk=service)
    told = {f"contact_{name}": getattr(found, name) for name in ("department", "name", "telephone", "mail")}
    form = ContactForm(request.POST or None, initial=told)
    if request.method == "POST" and form.is_valid():
        try:
            applying.change_contact(service=service, contact=form.contact(), by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, "連絡先を変更しました。")
            return redirect("lgwan_service", service=service)
    return _form(request, form, "連絡先の変更", "変更する", "lgwan_service", service)


def _seen(request: StaffRequest, service: int) -> Service:
    """One of the list; what another body has in the catalogue is looked at there."""
    found = get_object_or_404(Service.objects.select_related("provider", "rests_on"), pk=service)
    own = _own_alone(request.actor)
    if own and found.keeper != own:
        raise Http404
    return found


def _own_alone(by: Actor) -> str:
    """The keeper whose services this person deals with; empty for the centre, which deals with all."""
    return "" if by.scope.role == "jlis_operator" else by.organisation


def _moves(service: Service, by: Actor) -> list[Move]:
    may = (
        move for move in asp.moves_from(asp.State(service.state), asp.Layer(service.layer)) if by.may(move.permission)
    )
    return [move for move in may if move.part is not Part.APPLICANT or service.keeper == by.organisation]


def _form_of(move: Move, service: Service, request: StaffRequest) -> NoteForm:
    if move.opens is not asp.Filing.CHANGE:
        return NoteForm(_posted(request), needed=move.needs_note)
    told = {name: getattr(service, name) for name in ("name", "summary", "users")} | {"rests_on": service.rests_on_id}
    return ChangeForm(
        _posted(request), needed=move.needs_note, hosting=_hosting(asp.Layer(service.layer)), initial=told
    )


def _posted(request: StaffRequest) -> QueryDict | None:
    """What was sent, even where the form has nothing that must be filled in."""
    return request.POST if request.method == "POST" else None


def _offers(by: Actor, layer: asp.Layer) -> dict[str, Any]:
    """What an application's form offers: the centre acts for the providers it entered, a body for itself."""
    kept = [(str(each.pk), each.name) for each in selectors.providers_kept_by(by.organisation)]
    acts_for_others = by.may("lgwan.enter_providers")
    return {
        "providers": kept if acts_for_others else None,
        "papers": papers.needed(layer, local_body=not acts_for_others),
        "hosting": _hosting(layer),
    }


def _hosting(layer: asp.Layer) -> list[tuple[str, str]] | None:
    if layer is asp.Layer.HOSTING:
        return None
    return [(str(each.pk), f"{each.number} {each.name}") for each in selectors.hosting()]


def _changes(service: Service, content: dict[str, Any]) -> list[tuple[str, object, object]]:
    """What a change asks for: label, before, after."""
    labels = {"name": "サービス名", "summary": "概要", "users": "利用する団体", "rests_on": "基盤のサービス"}
    before = {name: getattr(service, name) for name in ("name", "summary", "users")} | {"rests_on": service.rests_on_id}
    return [
        (labels[name], _shown(name, before[name]), _shown(name, after))
        for name, after in content.items()
        if before[name] != after
    ]


def _shown(name: str, value: object) -> object:
    if name != "rests_on" or not isinstance(value, int):
        return value
    return Service.objects.filter(pk=value).values_list("number", flat=True).first()


def _label(verb: str) -> str:
    others = {
        "apply": "申込み",
        "hand_in": "書類の提出",
        "answer": "質問への回答",
        "judge_papers": "書類の確認",
        "ask": "質問",
    }
    return MOVES[verb].label if verb in MOVES else others[verb]


def _form(
    request: StaffRequest, form: Any, title: str, submit: str, back: str, *place: int, lead: str = ""
) -> HttpResponse:
    shown = {
        "form": form,
        "title": title,
        "submit": submit,
        "lead": lead,
        "back": reverse(back, args=place),
        "breadcrumbs": _way(title),
    }
    return render(request, "shell/form.html", shown)


def _way(here: str) -> list[tuple[str, str]]:
    return [(LIST[0], reverse(LIST[1])), (here, "")]


def _tell(request: StaffRequest, refusal: Refused) -> None:
    if refusal.status == 403:
        raise refusal
    messages.error(request, refusal.errors[0].message if refusal.errors else refusal.message)
