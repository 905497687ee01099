"""有効期限通知: the office's list with what a person must look at, and the centre's runs."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from jlis.kernel.faces.downloads import csv_file
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from mynacard.choices import NoticeState
from mynacard.models import BatchRun, ExpiryNotice
from mynacard.services import listing, notices

LIST = ("有効期限通知", "mynacard_notices")
_TONES = {"DIFFERENT": "warning", "MATCHED": "success", "SENT": "info"}
_COLUMNS = ("製造番号", "対象", "有効期間の満了日", "状態", "氏名", "住所")


@staff_view(permission="mynacard.confirm_notices")
@require_safe
def notice_list(request: StaffRequest) -> HttpResponse:
    """The office's notices; those whose recipient differs come first when asked for."""
    state = request.GET.get("state", "")
    page = Paginator(_found(state), 50).get_page(request.GET.get("page"))
    rows = listing.named([notice.card for notice in page], what="expiry notices", by=request.actor)
    shown = {
        "page": page,
        "rows": list(zip(page.object_list, rows, strict=True)),
        "tones": _TONES,
        "states": NoticeState.choices,
        "state": state,
        "breadcrumbs": [(LIST[0], "")],
    }
    return render(request, "mynacard/notices/list.html", shown)


@staff_view(permission="mynacard.confirm_notices")
@require_POST
def as_csv(request: StaffRequest) -> HttpResponse:
    """The list as a file, for towns whose system does not match it by itself; by POST, since it is written down."""
    found = list(_found(NoticeState.DIFFERENT.value)) + list(_found(NoticeState.LISTED.value))
    rows = listing.named([notice.card for notice in found], what="expiry notices as CSV", by=request.actor)
    lines = []
    for notice, each in zip(found, rows, strict=True):
        shown = (each.record.name, each.record.shown_address) if each.record else ("", "")
        card = notice.card.card_number
        lines.append([card, notice.get_expiring_display(), notice.last_day, notice.get_state_display(), *shown])
    return csv_file("expiry-notices.csv", _COLUMNS, lines)


@staff_view(permission="mynacard.confirm_notices")
@require_POST
def confirm(request: StaffRequest, notice: int) -> HttpResponse:
    """A recipient that differs has been looked at."""
    notices.confirm(notice=notice, by=request.actor, at=now())
    messages.success(request, "送付先を確認しました。")
    return redirect(LIST[1])


@staff_view(permission="mynacard.send_notices")
@require_safe
def runs(request: StaffRequest) -> HttpResponse:
    """What the nightly runs did."""
    found = BatchRun.objects.filter(task=notices.TASK).order_by("-day")
    shown = {
        "page": Paginator(found, 50).get_page(request.GET.get("page")),
        "today": now().day,
        "breadcrumbs": [("有効期限通知の処理", "")],
    }
    return render(request, "mynacard/notices/runs.html", shown)


@staff_view(permission="mynacard.send_notices")
@require_POST
def run(request: StaffRequest) -> HttpResponse:
    """Do the day's run now, if it has not been done."""
    done = notices.run(by=request.actor, at=now())
    messages.success(request, f"一覧 {done['listed_cards'] + done['listed_certificates']}件、発送 {done['sent']}件")
    return redirect("mynacard_notice_runs")


def _found(state: str) -> QuerySet[ExpiryNotice]:
    found = ExpiryNotice.objects.select_related("card").order_by("last_day", "pk")
    return found.filter(state=state) if state else found
