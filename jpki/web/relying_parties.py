"""検証者の画面: the list, an application, one party with its life, what it is told, its papers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from jlis.kernel.actors import Actor
from jlis.kernel.domain.eras import format_era
from jlis.kernel.errors import Refused
from jlis.kernel.faces.forms import ShellForm
from jlis.kernel.faces.papers import pdf_response
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import bodies
from jlis.kernel.time import now
from jpki import policies
from jpki.choices import Entitlement, PartyKind, PartyState
from jpki.domain import relying_parties as domain
from jpki.domain.relying_parties import PARTY_MOVES, PartyMove
from jpki.models import PartyEntitlement, RelyingParty
from jpki.pdf import party_notice
from jpki.pdf.party_notice import Notice
from jpki.selectors import relying_parties as selectors
from jpki.services import relying_parties as services
from jpki.web.party_forms import EntitlementForm, KindForm, PaperForm, PartyForm, ReasonForm

LIST = ("検証者", "jpki_parties")
TONES = {
    PartyState.APPLIED: "warning", PartyState.ACCEPTED: "info", PartyState.ACTIVE: "success",
    PartyState.STOPPED: "error", PartyState.REFUSED: "error",
}  # fmt: skip


@staff_view(permission="jpki.see_parties")
@require_safe
def party_list(request: StaffRequest) -> HttpResponse:
    """The parties in sight: all to the centre, to a party itself and the providers under it."""
    asked = {name: request.GET.get(name, "") for name in ("kind", "state")}
    page = Paginator(selectors.in_sight(**asked), 50).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "rows": [(party, TONES.get(PartyState(party.state), "")) for party in page],
        "kinds": PartyKind.choices,
        "states": PartyState.choices,
        "may_enter": request.actor.may("jpki.manage_parties"),
        "may_notify": _may_notify(request.actor),
        "breadcrumbs": [(LIST[0], "")],
    }
    return render(request, "jpki/parties/list.html", shown | asked)


@staff_view(permission="jpki.see_parties")
@require_safe
def detail(request: StaffRequest, party: int) -> HttpResponse:
    """One party with what may be done to it now by this person."""
    found = selectors.get(party)
    possible = list(domain.party_moves_from(domain.PartyState(found.state)))
    moves = [move for move in possible if policies.may_move(move, found, request.actor)]
    manages = request.actor.may("jpki.manage_parties")
    shown = {
        "party": found,
        "tone": TONES.get(PartyState(found.state), ""),
        "platform_name": _platform_name(found),
        "entitlements": found.entitlements.all(),
        "papers": found.papers.all(),
        "steps": [(services.label_of(step.verb), step) for step in found.steps.all()],
        "providers": found.providers.all() if found.kind == PartyKind.PLATFORM else [],
        "moves": moves,
        "is_barred": any(move.by_another and request.actor.id == found.entered_by for move in possible),
        "may_change": manages and found.state in domain.LIVING,
        "may_see_statement": request.actor.may("jpki.see_statements"),
        "breadcrumbs": _way(found.name),
    }
    return render(request, "jpki/parties/detail.html", shown)


@staff_view(permission="jpki.see_parties")
@require_http_methods(["GET", "POST"])
def apply(request: StaffRequest) -> HttpResponse:
    """First the kind, then what the kind asks for; a platform's staff notify of providers alone."""
    may_choose = request.actor.may("jpki.manage_parties")
    if not may_choose and not _may_notify(request.actor):
        raise Http404
    kind = request.GET.get("kind", "") if may_choose else PartyKind.PROVIDER.value
    if kind not in PartyKind.values:
        return render(request, "jpki/parties/choose.html", {"form": KindForm(), "breadcrumbs": _way("登録")})
    platforms = [(str(each.pk), each.name) for each in selectors.platforms()] if may_choose else None
    form = PartyForm(request.POST or None, kind=PartyKind(kind), platforms=platforms)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.apply(application=form.application(), by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, "登録しました。別の担当者の受理を待っています。")
            return redirect("jpki_party", party=made.pk)
    return _form(request, form, f"{PartyKind(kind).label}の登録", "登録する", reverse(LIST[1]))


@staff_view(permission="jpki.see_parties")
@require_http_methods(["GET", "POST"])
def make_move(request: StaffRequest, party: int, verb: str) -> HttpResponse:
    """Say why, then move."""
    found, move = selectors.get(party), PARTY_MOVES.get(verb)
    if move is None or not policies.may_move(move, found, request.actor):
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None, needed=move.needs_note)
    if request.method == "POST" and form.is_valid():
        try:
            services.move(party=party, verb=verb, note=form.cleaned_data["note"], by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, f"{move.label}を行いました。")
            return redirect("jpki_party", party=party)
    lead = _lead(move, found)
    return _form(request, form, move.label, f"{move.label}を行う", reverse("jpki_party", args=[party]), lead)


@staff_view(permission="jpki.manage_parties")
@require_http_methods(["GET", "POST"])
def entitle(request: StaffRequest, party: int) -> HttpResponse:
    """What more the party is told from today on."""
    found, form = selectors.get(party), EntitlementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        what, basis = domain.Entitlement(form.cleaned_data["what"]), form.cleaned_data["basis"]
        try:
            services.entitle(party=party, what=what, basis=basis, by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, f"「{Entitlement(what).label}」を提供の対象にしました。")
            return redirect("jpki_party", party=party)
    return _form(request, form, "提供する情報の追加", "追加する", reverse("jpki_party", args=[party]), found.name)


@staff_view(permission="jpki.manage_parties")
@require_http_methods(["GET", "POST"])
def end_entitlement(request: StaffRequest, party: int, what: str) -> HttpResponse:
    """Confirm; from today on the party is not told it any more."""
    if what not in Entitlement.values:
        raise Http404
    back = redirect("jpki_party", party=party)
    if request.method == "GET":
        return render(request, "shell/confirm.html", _ending(selectors.get(party), Entitlement(what)))
    if request.POST.get("step") == "back":
        return back
    services.end_entitlement(party=party, what=domain.Entitlement(what), by=request.actor, at=now())
    messages.success(request, f"「{Entitlement(what).label}」の提供を終えました。")
    return back


@staff_view(permission="jpki.manage_parties")
@require_http_methods(["GET", "POST"])
def file_paper(request: StaffRequest, party: int) -> HttpResponse:
    """A further paper."""
    found, form = selectors.get(party), PaperForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.file_paper(party=party, paper=form.papers(), by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, "書類を登録しました。")
            return redirect("jpki_party", party=party)
    return _form(request, form, "書類の登録", "登録する", reverse("jpki_party", args=[party]), found.name)


@staff_view(permission="jpki.see_parties")
@require_safe
def notice(request: StaffRequest, party: int) -> HttpResponse:
    """The registration as a paper."""
    found = selectors.get(party)
    if found.state not in domain.REGISTERED:
        raise Http404
    drawn = party_notice.render(_notice(found), office=bodies.name_of("JLIS"), printed_on=now().day)
    return pdf_response(drawn, name="relying-party.pdf")


def _notice(party: RelyingParty) -> Notice:
    days = (("受理日", party.accepted_on), ("提供開始日", party.started_on), ("提供終了日", party.ended_on))
    return Notice(
        name=party.name,
        code=party.organisation_id or "",
        kind=party.get_kind_display(),
        platform=_platform_name(party),
        service=party.service,
        state=party.get_state_display(),
        days=[(label, format_era(day)) for label, day in days if day],
        entitlements=[(each.get_what_display(), each.basis, _period(each)) for each in party.entitlements.all()],
        papers=[(each.get_kind_display(), each.number, format_era(each.dated)) for each in party.papers.all()],
    )


def _platform_name(party: RelyingParty) -> str:
    """By the body, since a provider does not see its platform's registration."""
    return bodies.name_of(party.keeper) if party.kind == PartyKind.PROVIDER else ""


def _period(row: PartyEntitlement) -> str:
    until = f"{format_era(row.valid_to)}の前日まで" if row.valid_to else ""
    return f"{format_era(row.valid_from)}から{until}"


def _ending(party: RelyingParty, what: Entitlement) -> dict[str, object]:
    return {
        "title": "提供を終えることの確認",
        "submit": "提供を終える",
        "warning": "本日から、この情報は提供されません。",
        "breadcrumbs": _way(party.name),
        "facts": [("検証者", party.name), ("提供する情報", what.label)],
    }


def _lead(move: PartyMove, party: RelyingParty) -> str:
    ends_all = move.verb == "end" and party.kind == PartyKind.PLATFORM
    under = "委託しているSP事業者への提供もすべて終わります。" if ends_all else ""
    return f"{party.name}：{party.get_state_display()} → {PartyState(move.target.value).label}（{move.basis}）。{under}"


def _may_notify(by: Actor) -> bool:
    return by.may("jpki.notify_providers") and selectors.own_platform(by.organisation) is not None


def _form(request: StaffRequest, form: ShellForm, title: str, submit: str, back: str, lead: str = "") -> HttpResponse:
    shown = {"form": form, "title": title, "submit": submit, "lead": lead, "back": back, "breadcrumbs": _way(title)}
    return render(request, "shell/form.html", shown)


def _way(here: str) -> list[tuple[str, str]]:
    return [(LIST[0], reverse(LIST[1])), (here, "")]
