"""特例転入 on the screen: card and PIN, the former town's information, the new address, done."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from jlis.kernel.errors import Refused
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import now
from juki import card_proofs
from juki.choices import SpecialMoveInState
from juki.models import SpecialMoveIn
from juki.services import special_move_ins
from juki.services.special_move_ins import PURPOSE, Sitting
from juki.web.message_contents import facts
from juki.web.town_forms import CardForm, NewAddressForm

STEPS = ("カードと暗証番号", "転出証明書情報", "新しい住所", "転入")
LIST = ("特例転入", "juki_special_move_ins")


@staff_view(permission="juki.special_move_in")
@require_safe
def sitting_list(request: StaffRequest) -> HttpResponse:
    """The town's sittings, newest first."""
    found = SpecialMoveIn.objects.select_related("request").order_by("-opened_at")
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    shown = {"page": page, "breadcrumbs": [(LIST[0], "")]}
    return render(request, "juki/towns/special_list.html", shown)


@staff_view(permission="juki.special_move_in")
def begin(request: StaffRequest) -> HttpResponse:
    """The card on the reader and the one PIN entry; then the former town is asked."""
    form = CardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at, asked = now(), form.cleaned_data
        try:
            proof = card_proofs.prove(
                card_number=asked["card_number"], pin=asked["pin"], by=request.actor, at=at, purpose=PURPOSE
            )
            opened = special_move_ins.open_sitting(
                proof=proof, moved_on=asked["moved_on"], with_family=asked["with_family"], by=request.actor, at=at
            )
        except Refused as refusal:
            put_on(form, refusal)
        else:
            return redirect("juki_special_move_in", sitting=opened.pk)
    shown = {"form": form, "steps": STEPS, "current": 1,
             "breadcrumbs": [(LIST[0], reverse(LIST[1])), ("受付", "")]}  # fmt: skip
    return render(request, "juki/towns/special_begin.html", shown)


@staff_view(permission="juki.special_move_in")
def sitting(request: StaffRequest, sitting: UUID) -> HttpResponse:
    """The information as it came, then the new address; the move-in is told when it is sent."""
    at = now()
    seen = special_move_ins.look(sitting=sitting, by=request.actor, at=at)
    office = seen.sitting.office
    form = NewAddressForm(
        request.POST or None,
        office=office,
        place=municipalities.address_of(office),
        family=[(person["resident_code"], person["name"]) for person in seen.persons[1:]],
        initial={"codes": [person["resident_code"] for person in seen.persons[1:]]},
    )
    if request.method == "POST" and form.is_valid():
        try:
            taken = special_move_ins.complete(
                sitting=sitting, address=form.address(), codes=form.cleaned_data.get("codes", []), by=request.actor,
                at=at,
            )  # fmt: skip
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, f"{len(taken)}人の転入を通知しました。転出地に転入通知を送りました。")
            return redirect("juki_special_move_in", sitting=sitting)
    return render(request, "juki/towns/special_sitting.html", _shown(seen, form))


@staff_view(permission="juki.special_move_in")
@require_POST
def end(request: StaffRequest, sitting: UUID) -> HttpResponse:
    """The person goes another way."""
    special_move_ins.end(sitting=sitting, note="", by=request.actor, at=now())
    messages.info(request, "特例転入の手続をやめました。")
    return redirect(LIST[1])


def _shown(seen: Sitting, form: NewAddressForm) -> dict[str, Any]:
    is_done = seen.sitting.state == SpecialMoveInState.COMPLETED
    return {
        "sitting": seen.sitting,
        "is_done": is_done,
        "is_running": seen.sitting.state == SpecialMoveInState.WAITING,
        "state": seen.state.value,
        "refusal": seen.refusal,
        "former_address": seen.former_address,
        "destination": seen.destination,
        "intended_on": seen.intended_on,
        "former_town": municipalities.address_of(seen.sitting.request.receiver),
        "people": [{"name": person["name"], "facts": facts(person)} for person in seen.persons],
        "form": form,
        "steps": STEPS,
        "current": 4 if is_done else 3 if seen.persons else 2,
        "print_purpose": "転入届の特例に関する事務",
        "breadcrumbs": [(LIST[0], reverse(LIST[1])), ("手続", "")],
    }
