"""電子証明書の手続: what is asked for, the confirmation with the PINs keyed in by the holder, done with one receipt."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jlis.kernel.actors import Actor
from jlis.kernel.documents.fitting import CannotPrint
from jlis.kernel.domain.eras import format_era
from jlis.kernel.errors import Conflict, Refused
from jlis.kernel.faces.papers import pdf_response
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import Moment, now
from jpki.choices import FeeGround, Kind
from jpki.domain import fees
from mynacard.choices import STANDING_LABELS
from mynacard.domain.pins import LABELS, TRIES
from mynacard.domain.sittings import ON_THE_CARD, PIN_OF, Plan
from mynacard.pdf import sitting_receipt
from mynacard.selectors.sittings import Borne
from mynacard.services import receipts, replacing, sittings
from mynacard.services.receipts import Receipt
from mynacard.services.sittings import Seen
from mynacard.web.sitting_forms import NewPinsForm, SittingForm
from mynacard.web.standing import standing_of

STEPS = ("手続の選択", "確認と暗証番号", "控え")
_TONES = {"VALID": "success", "RENEWABLE": "info", "SUSPENDED": "warning", "EXPIRED": "error", "REVOKED": "error"}


@staff_view(permission="mynacard.update")
@require_http_methods(["GET", "POST"])
def sitting(request: StaffRequest, card: int) -> HttpResponse:
    """The sitting, step by step in one address; nothing is written before its last step."""
    at = now()
    seen = sittings.see(card=card, by=request.actor, at=at)
    step = request.POST.get("step", "")
    form = SittingForm(request.POST or None, seen=seen, by=request.actor, at=at)
    shown = _shown(seen, form, request.actor) | {"standing": standing_of(seen.record, at.day)}
    if step not in ("confirm", "done") or not form.is_valid():
        return _page(request, shown)
    wanted = form.wanted()
    try:
        judged = sittings.check(card=card, wanted=wanted, by=request.actor, at=at)
    except Refused as refusal:
        put_on(form, refusal)
        return _page(request, shown)
    asked = sittings.needed_pins(judged, wanted)
    pins = NewPinsForm(request.POST if step == "done" else None, names=asked)
    shown |= {"current": 2, "pins": pins, "form": pins, "carried": form, "facts": _facts(judged, wanted, at)}
    if step == "done" and pins.is_valid():
        try:
            whole = form.wanted(pins=pins.cleaned_data)
            held = sittings.hold(card=card, wanted=whole, by=request.actor, at=at)
        except Refused as refusal:
            put_on(pins, refusal)
        else:
            messages.success(request, "手続を行いました。控えを印刷して、本人に渡してください。")
            return redirect("mynacard_sitting", sitting=held.pk)
    return _page(request, shown)


@staff_view(permission="mynacard.update")
@require_POST
def write(request: StaffRequest, card: int) -> HttpResponse:
    """Write what a 一斉再発行 has left for this card."""
    try:
        count = replacing.write_waiting(card=card, by=request.actor, at=now())
        messages.success(request, f"新しい電子証明書{count}枚をカードに書き込みました。")
    except Conflict as refusal:
        messages.error(request, refusal.message)
    return redirect("mynacard_certificates", card=card)


@staff_view(permission="mynacard.update")
@require_safe
def held(request: StaffRequest, sitting: int) -> HttpResponse:
    """What was done, and the receipt to be printed."""
    receipt = receipts.draw(sitting=sitting, by=request.actor, at=now())
    shown = {
        "sitting": sitting,
        "receipt": receipt,
        "facts": _receipt_facts(receipt),
        "steps": STEPS,
        "current": 3,
        "breadcrumbs": [(receipt.card_number, reverse("mynacard_card", args=[receipt.card])), ("控え", "")],
    }
    return render(request, "mynacard/certificates/held.html", shown)


@staff_view(permission="mynacard.update")
@require_safe
def receipt(request: StaffRequest, sitting: int) -> HttpResponse:
    """The receipt as a paper."""
    drawn = receipts.draw(sitting=sitting, by=request.actor, at=now())
    paper = sitting_receipt.ReceiptPaper(
        number=drawn.number,
        name=drawn.name,
        day=format_era(drawn.on),
        office=drawn.office,
        facts=_receipt_facts(drawn),
        rows=[[line.deed, line.what, line.serial, line.validity, line.statute] for line in drawn.lines],
        only_ends=drawn.only_ends,
    )
    try:
        return pdf_response(sitting_receipt.render(paper), name=f"receipt-{drawn.number}.pdf")
    except CannotPrint as refusal:
        messages.error(request, str(refusal))
        return redirect("mynacard_sitting", sitting=sitting)


def _shown(seen: Seen, form: SittingForm, by: Actor) -> dict[str, Any]:
    return {
        "seen": seen,
        "waiting": replacing.count_waiting(card=seen.card.pk, by=by),
        "rows": [_row(seen.borne[kind], seen) for kind in ON_THE_CARD],
        "form": form,
        "choices": [form[name] for name in ("deed_sign", "deed_auth") if name in form.fields],
        "resets": form["resets"] if "resets" in form.fields else None,
        "rest": [form[name] for name in SittingForm.REST],
        "exemptions": form["exemptions"],
        "steps": STEPS,
        "current": 1,
        "breadcrumbs": [
            (seen.card.card_number, reverse("mynacard_card", args=[seen.card.pk])),
            ("電子証明書の手続", ""),
        ],
    }


def _row(borne: Borne, seen: Seen) -> dict[str, Any]:
    """A kind as the table shows it: how it stands, until when, when its window opens, what stands against it."""
    status = borne.certificate.status if borne.certificate else None
    pin = PIN_OF[borne.kind]
    return {
        "kind": Kind(borne.kind.value).label,
        "label": STANDING_LABELS[borne.standing],
        "tone": _TONES.get(borne.standing.value, ""),
        "status": status,
        "last_day": borne.last_day,
        "renewable_on": borne.renewable_on,
        "new_last_day": borne.new_last_day,
        "against": [rule.message for rule in borne.against],
        "tries": _tries(pin, seen),
    }


def _tries(pin: str, seen: Seen) -> str:
    if seen.tries is None:
        return "端末がカードを読み取れません"
    if pin not in seen.tries:
        return "未設定"
    left = seen.tries[pin]
    return f"あと{left}回（{TRIES[pin]}回まで）" if left else "ロックされています"


def _facts(seen: Seen, wanted: Plan, at: Moment) -> list[tuple[str, str]]:
    facts = []
    for kind, deed in wanted.deeds.items():
        borne = seen.borne[kind]
        until = f"　有効期間の満了 {format_era(borne.new_last_day)}" if deed.issues else "　取り消せません。"
        facts.append((str(Kind(kind.value).label), f"{deed.label}{until}"))
    facts += [(LABELS[name], "初期化して新しく設定する") for name in sorted(wanted.resets)]
    if wanted.issued and wanted.ground:
        yen = fees.yen(wanted.ground, at.day, wanted.fee_yen)
        facts.append(("手数料", f"{yen:,}円（{FeeGround(wanted.ground.value).label}）"))
    return facts


def _receipt_facts(drawn: Receipt) -> list[tuple[str, str]]:
    fee = [] if drawn.yen is None else [("手数料", f"{drawn.yen:,}円（{drawn.ground}）")]
    return [("本人確認の方法", drawn.proof), ("来庁者", drawn.visitor), *fee]


def _page(request: StaffRequest, shown: dict[str, Any]) -> HttpResponse:
    response = render(request, "mynacard/certificates/sitting.html", shown)
    response.headers["Cache-Control"] = "no-store"
    return response
