"""交付の手続: card and holder, documents, PINs, done. The PINs are in the last request alone."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import Refused
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from jpki.domain.eligibility import age_on
from mynacard.selectors import cards
from mynacard.services import certificates, handing_over
from mynacard.web.forms import DocumentsForm, PinsForm
from mynacard.web.safe import SAFE
from mynacard.web.standing import standing_of

STEPS = ("カードと名義人", "本人確認書類", "暗証番号", "交付")


@staff_view(permission="mynacard.hand_over")
def hand_over(request: StaffRequest, card: int) -> HttpResponse:
    """The sitting, step by step in one address; nothing is written before its last step."""
    at = now()
    holder = handing_over.check(card=card, shown=None, by=request.actor, at=at)
    step = request.POST.get("step", "")
    born = PartialDate.from_iso(holder.record.birth_date)
    documents = DocumentsForm(request.POST if step in ("pins", "done") else None, age=age_on(at.day, born))
    proved = documents.shown() if documents.is_valid() else None
    may_sign = proved is not None and certificates.may_sign(born=born, shown=proved, at=at)
    pins = PinsForm(request.POST if step == "done" else None, with_signature=may_sign)
    shown: dict[str, Any] = {
        "card": cards.get(card),
        "holder": holder,
        "documents": documents,
        "form": documents,
        "pins": pins,
        "steps": STEPS,
        "current": 2 if step else 1,
        "standing": standing_of(holder.record, at.day),
        "breadcrumbs": [(SAFE[0], reverse(SAFE[1])), ("交付の手続", "")],
    }
    if step not in ("pins", "done") or proved is None:
        return _page(request, shown)
    try:
        handing_over.check(card=card, shown=proved, by=request.actor, at=at)
    except Refused as refusal:
        put_on(documents, refusal)
        return _page(request, shown | {"current": 2})
    shown |= {"current": 3, "form": pins}
    if step == "done" and pins.is_valid():
        try:
            handing_over.hand_over(card=card, shown=proved, chosen=pins.pins(), by=request.actor, at=at)
            messages.success(request, "カードを交付しました。電子証明書をカードに書き込みました。")
            return redirect("mynacard_card", card=card)
        except Refused as refusal:
            put_on(pins, refusal)
    return _page(request, shown)


def _page(request: StaffRequest, shown: dict[str, Any]) -> HttpResponse:
    response = render(request, "mynacard/sitting.html", shown)
    response.headers["Cache-Control"] = "no-store"
    return response
