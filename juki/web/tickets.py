"""問合せ on the screen: the town's list and the centre's, one ticket with what was said and what may be done."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from jlis.kernel.errors import Conflict, Invalid, NotFound
from jlis.kernel.faces.forms import ShellForm
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import now
from juki.domain.tickets import MOVES, State, moves_from
from juki.models import Ticket
from juki.services import tickets

TONES = {"OPEN": "warning", "ANSWERED": "info", "CLOSED": "success"}
WARNING = "氏名・住所・住民票コード・個人番号など、住民の情報は書かないでください。受付番号で示してください。"


class BodyForm(ShellForm):
    """What is said."""

    body = forms.CharField(
        label="本文", max_length=tickets.LONGEST_BODY, help_text=WARNING, widget=forms.Textarea({"rows": 8})
    )


class TicketForm(BodyForm):
    """A new question."""

    office = forms.ChoiceField(label="団体")
    subject = forms.CharField(label="件名", max_length=tickets.LONGEST_SUBJECT)
    field_order = ("office", "subject", "body")

    def __init__(self, *args: Any, offices: list[tuple[str, str]], **keywords: Any):
        super().__init__(*args, **keywords)
        self.offer("office", offices)


@staff_view(permission="juki.ask_help")
@require_safe
def town_list(request: StaffRequest) -> HttpResponse:
    """The own town's questions, the latest change first."""
    return _list(request, may_ask=True)


@staff_view(permission="juki.answer_help")
@require_safe
def desk_list(request: StaffRequest) -> HttpResponse:
    """Every town's questions, those that wait first, the oldest of them on top."""
    return _list(request, may_ask=False)


@staff_view(permission="juki.ask_help")
@require_http_methods(["GET", "POST"])
def ask(request: StaffRequest) -> HttpResponse:
    """A new question."""
    own = municipalities.offices_at(now().day, within=request.actor.organisation)
    form = TicketForm(request.POST or None, offices=[(office.code, office.name) for office in own])
    if request.method == "POST" and form.is_valid():
        try:
            made = tickets.ask(**form.cleaned_data, by=request.actor, at=now())
        except Invalid as invalid:
            _show(form, invalid)
        else:
            messages.success(request, "問い合わせました。回答はこの画面に届きます。")
            return redirect("juki_ticket", ticket=made.pk)
    way = [("問合せ", reverse("juki_tickets")), ("新しい問合せ", "")]
    shown = {"form": form, "title": "全国センターへの問合せ", "submit": "問い合わせる", "breadcrumbs": way}
    return render(request, "shell/form.html", shown)


@staff_view(permission="juki.ask_help")
@require_http_methods(["GET", "POST"])
def town_detail(request: StaffRequest, ticket: UUID) -> HttpResponse:
    """One question of the own town."""
    return _detail(request, ticket, "juki_ticket", "juki_tickets")


@staff_view(permission="juki.answer_help")
@require_http_methods(["GET", "POST"])
def desk_detail(request: StaffRequest, ticket: UUID) -> HttpResponse:
    """One question, to be answered."""
    return _detail(request, ticket, "juki_help_ticket", "juki_help_desk")


def _list(request: StaffRequest, *, may_ask: bool) -> HttpResponse:
    found = Ticket.objects.order_by("-changed_at") if may_ask else Ticket.objects.order_by("-state", "changed_at")
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    place = "juki_ticket" if may_ask else "juki_help_ticket"
    shown = {
        "page": page,
        "rows": [
            (row, municipalities.municipality(row.office).name, TONES[row.state], reverse(place, args=[row.pk]))
            for row in page
        ],
        "may_ask": may_ask,
        "waiting": found.filter(state=State.OPEN.value).count(),
        "breadcrumbs": [("問合せ" if may_ask else "問合せ窓口", "")],
    }
    return render(request, "juki/tickets/list.html", shown)


def _detail(request: StaffRequest, ticket: UUID, place: str, back: str) -> HttpResponse:
    found = Ticket.objects.filter(pk=ticket).first()
    if found is None:
        raise NotFound("ticket_not_found", "該当する問合せがありません。")
    moves = list(moves_from(found.state, request.actor.permissions))
    move = MOVES.get(request.POST.get("verb", ""))
    form = BodyForm(request.POST if move and move.says else None)
    if request.method == "POST" and move and (not move.says or form.is_valid()):
        body = form.cleaned_data["body"] if move.says else ""
        try:
            tickets.move(ticket_id=ticket, verb=move.verb, body=body, by=request.actor, at=now())
        except Invalid as invalid:
            _show(form, invalid)
        except Conflict as refusal:
            messages.error(request, refusal.message)
            return redirect(place, ticket=ticket)
        else:
            messages.success(request, "記録しました。")
            return redirect(place, ticket=ticket)
    shown = {
        "ticket": found,
        "name": municipalities.municipality(found.office).name,
        "tone": TONES[found.state],
        "said": found.messages.all(),
        "form": form,
        "saying": [each for each in moves if each.says],
        "other": [each for each in moves if not each.says],
        "breadcrumbs": [("問合せ", reverse(back)), (found.subject, "")],
    }
    return render(request, "juki/tickets/detail.html", shown)


def _show(form: ShellForm, invalid: Invalid) -> None:
    for fault in invalid.errors:
        form.add_error(fault.field if fault.field in form.fields else None, fault.message)
