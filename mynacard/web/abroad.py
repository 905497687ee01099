"""国外継続利用: what is written on the card, who came, and what the clerk tells them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jlis.kernel.domain.eras import format_era
from jlis.kernel.errors import Refused
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from mynacard.domain.abroad import face_text
from mynacard.services import abroad
from mynacard.services.abroad import Seen
from mynacard.web.forms import AbroadForm


@staff_view(permission="mynacard.update")
def keep(request: StaffRequest, card: int) -> HttpResponse:
    """The card of somebody who leaves Japan: judged, then taken in."""
    form = AbroadForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            abroad.apply(card=card, wish=form.wish(), by=request.actor, at=now())
            messages.success(
                request,
                "国外継続利用を受け付けました。国外で署名用電子証明書を使う人には、続けて電子証明書の再発行をしてください。",
            )
            return redirect("mynacard_card", card=card)
        except Refused as refusal:
            put_on(form, refusal)
    seen = abroad.see(card=card, by=request.actor, at=now())
    back = reverse("mynacard_card", args=[card])
    shown = {
        "form": form,
        "facts": _facts(seen),
        "against": [rule.message for rule in seen.against],
        "back": back,
        "breadcrumbs": [(seen.card.card_number, back), ("国外継続利用", "")],
    }
    return render(request, "mynacard/cards/abroad.html", shown)


def _facts(seen: Seen) -> list[tuple[str, str]]:
    facts = [("名義人", seen.record.name), ("有効期間の満了日", format_era(seen.card.expires_on))]
    if seen.leaves_on is None:
        return facts
    return [*facts, ("国外転出の予定日", format_era(seen.leaves_on)), ("券面の記載", face_text(seen.leaves_on))]
