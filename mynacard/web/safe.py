"""The safe: what arrives, what lies there, the set-up."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from jlis.kernel.errors import Refused
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from mynacard.choices import State
from mynacard.selectors import cards, lots
from mynacard.services import holders, listing, receiving, setting_up
from mynacard.web.forms import ScanForm, SettleForm, SetUpForm

SHIPMENTS = ("到着の受入れ", "mynacard_shipments")
SAFE = ("保管中のカード", "mynacard_safe")


@staff_view(permission="mynacard.receive")
@require_safe
def shipment_list(request: StaffRequest) -> HttpResponse:
    """What is on its way and what has come."""
    page = Paginator(lots.shipments(), 50).get_page(request.GET.get("page"))
    return render(request, "mynacard/safe/shipments.html", {"page": page, "breadcrumbs": [(SHIPMENTS[0], "")]})


@staff_view(permission="mynacard.receive")
def shipment(request: StaffRequest, shipment: int) -> HttpResponse:
    """Scan what came against what was sent."""
    found = lots.shipment(shipment)
    form = ScanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            scanned = form.cleaned_data["scanned"].split()
            receiving.scan(shipment=shipment, scanned=scanned, by=request.actor, at=now())
            messages.success(request, f"{len(scanned)}枚を読み取りました。")
            return redirect("mynacard_shipment", shipment=shipment)
        except Refused as refusal:
            put_on(form, refusal)
    shown = {
        "shipment": found,
        "form": form,
        "discrepancies": lots.discrepancies(shipment),
        "breadcrumbs": [(SHIPMENTS[0], reverse(SHIPMENTS[1])), (found.number, "")],
    }
    return render(request, "mynacard/safe/shipment.html", shown)


@staff_view(permission="mynacard.receive")
def settle(request: StaffRequest, discrepancy: int) -> HttpResponse:
    """Close a discrepancy."""
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            done = receiving.settle(
                discrepancy=discrepancy, is_lost=given["is_lost"], note=given["note"], by=request.actor, at=now()
            )
            messages.success(request, "不一致を処理しました。")
            return redirect("mynacard_shipment", shipment=done.shipment_id)
        except Refused as refusal:
            put_on(form, refusal)
    shown = {"form": form, "title": "到着の不一致の処理", "submit": "処理する", "back": reverse(SHIPMENTS[1])}
    return render(request, "shell/form.html", shown)


@staff_view(permission="mynacard.set_up")
@require_safe
def safe(request: StaffRequest) -> HttpResponse:
    """The cards that lie in the office's safe, by name."""
    waiting = cards.waiting_in(request.actor.organisation)
    shown = {"rows": listing.named(waiting, what="safe", by=request.actor), "breadcrumbs": [(SAFE[0], "")]}
    return render(request, "mynacard/safe/list.html", shown)


@staff_view(permission="mynacard.set_up")
def set_up(request: StaffRequest, card: int) -> HttpResponse:
    """Hold a card against the register, look at print and chip, record the result."""
    found = cards.get(card)
    holder = holders.present(found, by=request.actor, day=now().day)
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            good = {name: form.cleaned_data[name] == "1" for name in ("print_is_good", "chip_is_good")}
            done = setting_up.set_up(card=card, by=request.actor, at=now(), **good)
            messages.success(
                request, "交付前設定を記録しました。" if done.state == State.READY else "作り直しに回しました。"
            )
            return redirect(SAFE[1])
        except Refused as refusal:
            put_on(form, refusal)
    shown = {
        "card": found,
        "holder": holder,
        "form": form,
        "breadcrumbs": [(SAFE[0], reverse(SAFE[1])), ("交付前設定", "")],
    }
    return render(request, "mynacard/safe/set_up.html", shown)
