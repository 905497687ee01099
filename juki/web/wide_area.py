"""広域交付 on the screen: the request, the address's town's answer by hand, the paper."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jlis.kernel.documents.fitting import CannotPrint
from jlis.kernel.errors import Conflict, NotFound, Refused
from jlis.kernel.faces.papers import pdf_response
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import Moment, now
from juki import card_proofs
from juki.domain import wide_area as law
from juki.domain.town_messages import Kind
from juki.domain.wide_area import Who
from juki.selectors import residents
from juki.selectors.residents import FourItems
from juki.services import town_messages, wide_area
from juki.services.wide_area import PURPOSE, Requester
from juki.web.town_forms import MemberForm, WideAreaForm
from juki.web.town_messages import INBOX

MOST_MEMBERS = 12


@staff_view(permission="juki.wide_area")
def new(request: StaffRequest) -> HttpResponse:
    """Who asks and for what; the address's town is asked, and mostly answers at once."""
    form = WideAreaForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = now()
        try:
            asked = wide_area.ask(requester=_requester(form, request, at), order=form.order(), by=request.actor, at=at)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            return redirect("juki_town_message", message=asked.pk)
    shown = {"form": form, "breadcrumbs": [("住民票の写しの広域交付", "")]}
    return render(request, "juki/towns/wide_area.html", shown)


@staff_view(permission="juki.handle_town_messages")
def answer(request: StaffRequest, message: UUID) -> HttpResponse:
    """Answer from the town's own record, a form for each member; `?members=` says how many."""
    at = now()
    opened = town_messages.open_message(message=message, by=request.actor, at=at)
    if opened.message.kind != Kind.WIDE_AREA:
        raise NotFound("town_message_not_found", "該当する広域交付の請求がありません。")
    order = law.order_in(opened.body)
    forms_ = _member_forms(request, order, opened.message.resident)
    top = forms.Form(request.POST or None)
    # Every form is asked, so that all faults are told at once.
    faulty = [form for form in [*forms_, top] if not form.is_valid()]
    if request.method == "POST" and not faulty:
        try:
            wide_area.answer_by_hand(
                message=message, members=[form.items() for form in forms_], whole=order.who is Who.HOUSEHOLD,
                by=request.actor, at=at,
            )  # fmt: skip
        except Refused as refusal:
            put_on(top, refusal)
        else:
            messages.success(request, "回答しました。")
            return redirect("juki_town_message", message=message)
    back = reverse("juki_town_message", args=[message])
    shown = {
        "form": top,
        "forms": forms_,
        "more": len(forms_) + 1 if order.who is Who.HOUSEHOLD and len(forms_) < MOST_MEMBERS else 0,
        "order": order,
        "message": opened.message,
        "breadcrumbs": [
            (INBOX[0], reverse(INBOX[1])), ("広域交付の請求", back), ("回答", ""),
        ],
    }  # fmt: skip
    return render(request, "juki/towns/wide_area_answer.html", shown)


@staff_view(permission="juki.wide_area")
@require_POST
def paper(request: StaffRequest, message: UUID) -> HttpResponse:
    """The paper as PDF; why there is none is told on the message's page."""
    try:
        drawn = wide_area.draw(message=message, by=request.actor, at=now())
    except (CannotPrint, Conflict) as refusal:
        messages.error(request, refusal.message)
        return redirect("juki_town_message", message=message)
    return pdf_response(drawn, name="residence-record.pdf")


def _requester(form: WideAreaForm, request: StaffRequest, at: Moment) -> Requester:
    asked = form.cleaned_data
    if asked["document"] == "CARD":
        proof = card_proofs.prove(
            card_number=asked["card_number"], pin=asked["pin"], by=request.actor, at=at, purpose=PURPOSE
        )
        return Requester("CARD", proof=proof)
    birth = asked["birth_date"]
    items = FourItems(
        name=asked["name"], birth_date=birth.iso if birth else "", sex=asked["sex"], address=asked["address"]
    )
    return Requester(asked["document"], resident_code=asked["resident_code"], items=items)


def _member_forms(request: StaffRequest, order: law.Order, resident: UUID | None) -> list[MemberForm]:
    text = request.POST.get("members") or request.GET.get("members", "")
    least = len(order.names) if order.who is Who.NAMED else 2 if order.who is Who.HOUSEHOLD else 1
    # Read no further than the limit needs: a number of thousands of digits is no number to Python.
    count = min(int(text[:4]), MOST_MEMBERS) if text.isascii() and text.isdecimal() else 0
    count = count or least
    record = residents.latest_of(resident) if resident else None
    initial: list[dict[str, Any]] = [{"name": name} for name in order.names] or [{} for _ in range(count)]
    for values in initial:
        if record is not None and values.get("name", record.name) == record.name and "sex" not in initial[0]:
            values |= {
                name: getattr(record, name)
                for name in ("name", "name_kana", "former_surname", "alias", "birth_date", "sex", "address")
            }
    made = [
        MemberForm(request.POST or None, prefix=f"m{place}", initial=values) for place, values in enumerate(initial)
    ]
    for form in made:
        _drop_what_nobody_asked_for(form, order)
    return made


def _drop_what_nobody_asked_for(form: MemberForm, order: law.Order) -> None:
    for option, items in law.ON_REQUEST.items():
        if not getattr(order, option):
            for item in items:
                form.fields.pop(item, None)
