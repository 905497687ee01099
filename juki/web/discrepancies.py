"""不整合 on the screen: the list, one of them, its settlement."""

from functools import partial

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jlis.kernel.errors import NotFound
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from juki.choices import DiscrepancyState
from juki.domain.contradictions import verdict_on
from juki.models import Discrepancy
from juki.services import comparisons, discrepancies
from juki.web import compared
from juki.web.forms import SettleForm
from juki.web.settling import is_settled


@staff_view(permission="juki.see_discrepancies")
def discrepancy_list(request: StaffRequest) -> HttpResponse:
    """The office's discrepancies, open ones first."""
    found = Discrepancy.objects.select_related("notification").order_by("-state", "-opened_at")
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    return render(request, "juki/discrepancies/list.html", {"page": page, "breadcrumbs": [("不整合", "")]})


@staff_view(permission="juki.see_discrepancies")
def detail(request: StaffRequest, discrepancy: int) -> HttpResponse:
    """What contradicts, both sides of it, which rule says so, and what to do."""
    found = Discrepancy.objects.select_related("notification").filter(pk=discrepancy).first()
    if found is None:
        raise NotFound("discrepancy_not_found", "該当する不整合がありません。")
    form = SettleForm(request.POST or None)
    settle = partial(discrepancies.settle, discrepancy_id=found.pk)
    if is_settled(request, form, settle, done="不整合を処理しました。"):
        return redirect("juki_discrepancies")
    both = comparisons.compare(notification=found.notification_id, by=request.actor, at=now())
    shown = {
        "discrepancy": found,
        "notification": found.notification,
        "compared": compared.of(both, found.notification, request.actor),
        "verdict": verdict_on(found.kind),
        "form": form,
        "may_settle": request.actor.may("juki.settle_discrepancies") and found.state == DiscrepancyState.OPEN,
        "breadcrumbs": [("不整合", reverse("juki_discrepancies")), ("不整合の内容", "")],
    }
    return render(request, "juki/discrepancies/detail.html", shown)
