"""順序待ち on the screen: the notices that wait for an earlier one, the longest first, and their settlement."""

import uuid
from functools import partial

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jlis.kernel.errors import NotFound
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from juki.domain.changes import reason_of
from juki.domain.contradictions import Contradiction, verdict_on
from juki.selectors import held_notices as selector
from juki.services import comparisons, held_notices
from juki.web import compared
from juki.web.forms import SettleForm
from juki.web.settling import is_settled


@staff_view(permission="juki.see_discrepancies")
def held_list(request: StaffRequest) -> HttpResponse:
    """The office's notices that wait for an earlier one, with how many days they have waited."""
    page = Paginator(selector.waiting(), 50).get_page(request.GET.get("page"))
    rows = [(row, selector.days_waited(row, now())) for row in page.object_list]
    shown = {
        "page": page,
        "rows": rows,
        "breadcrumbs": [("異動の通知", reverse("juki_notices")), ("順序待ちの通知", "")],
    }
    return render(request, "juki/held_notices/list.html", shown)


@staff_view(permission="juki.see_discrepancies")
def detail(request: StaffRequest, notification: uuid.UUID) -> HttpResponse:
    """One that waits, beside what the register holds: applied though numbers are missing, or dropped, with a reason."""
    found = selector.waiting().filter(pk=notification).first()
    if found is None:
        raise NotFound("notification_not_found", "順序を待っている通知がありません。")
    form = SettleForm(request.POST or None, to_apply="前の通知を待たずに反映する")
    settle = partial(held_notices.settle, notification=found.pk)
    if is_settled(request, form, settle, done="順序待ちの通知を処理しました。"):
        return redirect("juki_held_notices")
    both = comparisons.compare(notification=found.pk, by=request.actor, at=now())
    shown = {
        "notification": found,
        "compared": compared.of(both, found, request.actor),
        "reason": reason_of(found.reason),
        "days": selector.days_waited(found, now()),
        "verdict": verdict_on(Contradiction.ORDER_GAP),
        "form": form,
        "may_settle": request.actor.may("juki.settle_discrepancies"),
        "breadcrumbs": [
            ("異動の通知", reverse("juki_notices")),
            ("順序待ちの通知", reverse("juki_held_notices")),
            ("内容", ""),
        ],
    }
    return render(request, "juki/held_notices/detail.html", shown)
