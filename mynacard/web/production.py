"""製造: the agency's lots, what the maker takes, the quality result."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from jlis.kernel.errors import NotFound, Refused
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from mynacard.choices import Lane, LotState
from mynacard.models import ProductionLot
from mynacard.selectors import lots
from mynacard.services import production
from mynacard.web.forms import FaultyForm

LIST = ("製造ロット", "mynacard_lots")


@staff_view(permission="mynacard.produce")
@require_safe
def lot_list(request: StaffRequest) -> HttpResponse:
    """The lots, newest first, and what waits to be made."""
    page = Paginator(lots.newest_first(), 50).get_page(request.GET.get("page"))
    shown = {"page": page, "waiting": lots.waiting(), "lanes": Lane.choices, "breadcrumbs": [(LIST[0], "")]}
    return render(request, "mynacard/production/lots.html", shown)


@staff_view(permission="mynacard.produce")
@require_POST
def make_lot(request: StaffRequest) -> HttpResponse:
    """Order what waits in a lane."""
    lane = Lane.EXPRESS if request.POST.get("lane") == Lane.EXPRESS else Lane.ORDINARY
    lot = production.make_lot(lane=lane, by=request.actor, at=now())
    if lot is None:
        messages.info(request, "製造を待つ申請はありません。")
        return redirect(LIST[1])
    messages.success(request, f"ロット {lot.number}（{lot.count}枚）を作りました。")
    return redirect("mynacard_lot", lot=lot.pk)


@staff_view(permission="mynacard.produce")
def lot(request: StaffRequest, lot: int) -> HttpResponse:
    """One lot; the quality result is entered here."""
    found = _lot(lot)
    form = FaultyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            faulty = [number.upper() for number in form.cleaned_data["faulty"].split()]
            shipments = production.finish(lot=lot, faulty=faulty, by=request.actor, at=now())
            messages.success(request, f"製造を終えました（不良 {len(faulty)}枚、送付先 {len(shipments)}団体）。")
            return redirect("mynacard_lot", lot=lot)
        except Refused as refusal:
            put_on(form, refusal)
    shown = {
        "lot": found,
        "form": form,
        "shipments": list(found.shipments.order_by("office")),
        "may_finish": found.state == LotState.FETCHED,
        "breadcrumbs": [(LIST[0], reverse(LIST[1])), (found.number, "")],
    }
    return render(request, "mynacard/production/lot.html", shown)


@staff_view(permission="mynacard.fetch_personalisation")
@require_safe
def makers_lots(request: StaffRequest) -> HttpResponse:
    """The lots that the maker makes now."""
    shown = {"lots": lots.at_the_maker(), "breadcrumbs": [("製造データ", "")]}
    return render(request, "mynacard/production/maker.html", shown)


@staff_view(permission="mynacard.fetch_personalisation")
@require_POST
def fetch(request: StaffRequest, lot: int) -> HttpResponse:
    """The lot's data; each fetch is written down."""
    found = _lot(lot)
    data = production.fetch(lot=lot, by=request.actor, at=now())
    headers = {
        "Content-Disposition": f'attachment; filename="{found.number}.jsonl.zlib"',
        "Cache-Control": "no-store",
        "Content-Digest-SHA256": found.sha256,
    }
    return HttpResponse(data, content_type="application/octet-stream", headers=headers)


def _lot(pk: int) -> ProductionLot:
    found = ProductionLot.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound("lot_not_found", "該当する製造ロットがありません。")
    return found
