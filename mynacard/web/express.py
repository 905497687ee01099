"""特急発行: the application at the counter, the promise and what became of it, the day's run."""

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
from jlis.kernel.time import now
from mynacard.models import ExpressApplication
from mynacard.services import express
from mynacard.services.express import Claim
from mynacard.web.forms import ExpressForm

LIST = ("特急発行", "mynacard_express")
_SECTIONS = (
    ("事由", ("case", "occurred_on", "fee_yen")),
    ("申請の内容", ("photo", "taken_on", "wants_signature", "wants_authentication", "stay_ends_on")),
    ("本人確認", ("documents", "proxy_reason", "proxy_documents", "under_guardianship", "exemptions")),
    ("暗証番号設定依頼（本人が入力）", ("authentication", "resident", "entry_aid", "signature")),
)


@staff_view(permission="mynacard.apply_express")
@require_safe
def express_list(request: StaffRequest) -> HttpResponse:
    """The office's express applications with promise and actual days."""
    return _list(request, may_dispatch=False)


@staff_view(permission="mynacard.dispatch_express")
@require_safe
def lane(request: StaffRequest) -> HttpResponse:
    """The whole lane, for the centre."""
    return _list(request, may_dispatch=True)


@staff_view(permission="mynacard.dispatch_express")
@require_POST
def dispatch(request: StaffRequest) -> HttpResponse:
    """Order and post what is due."""
    done = express.dispatch(by=request.actor, at=now())
    messages.success(
        request, f"製造に回した {done['ordered']}枚、送付した {done['posted']}枚、止めた {done['stopped']}枚"
    )
    return redirect("mynacard_express_lane")


@staff_view(permission="mynacard.apply_express")
def apply(request: StaffRequest, resident: UUID) -> HttpResponse:
    """Take an express application of somebody at the counter."""
    form = ExpressForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            placed = express.apply(
                resident=resident,
                claim=Claim(given["case"], given["occurred_on"], given["fee_yen"]),
                wish=form.wish(),
                shown=form.shown(),
                chosen=form.pins(),
                by=request.actor,
                at=now(),
            )
            messages.success(
                request, f"特急発行を受け付けました（本日の{placed.place}番、手数料 {placed.fee_yen:,}円）。"
            )
            return redirect("mynacard_application_detail", application=placed.pk)
        except Refused as refusal:
            put_on(form, refusal)
    shown = {
        "form": form,
        "sections": [(heading, [form[name] for name in names]) for heading, names in _SECTIONS],
        "left": express.places_left(at=now()),
        "back": reverse("mynacard_cards_of_resident", args=[resident]),
        "breadcrumbs": [(LIST[0], reverse(LIST[1])), ("申請", "")],
    }
    response = render(request, "mynacard/express_form.html", shown)
    response.headers["Cache-Control"] = "no-store"
    return response


def _list(request: StaffRequest, *, may_dispatch: bool) -> HttpResponse:
    at = now()
    found = ExpressApplication.objects.select_related("application").order_by("-day", "-place")
    shown = {
        "page": Paginator(found, 50).get_page(request.GET.get("page")),
        "left": express.places_left(at=at),
        "late": {row.pk for row in express.late(at=at)},
        "may_dispatch": may_dispatch,
        "breadcrumbs": [(LIST[0], "")],
    }
    return render(request, "mynacard/express.html", shown)
