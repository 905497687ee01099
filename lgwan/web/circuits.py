"""接続団体と回線: what is in sight, as a page and as a file; the load of a file, refused row by row."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from jlis.kernel.csv_rows import Loaded
from jlis.kernel.errors import Refused
from jlis.kernel.faces.downloads import csv_file
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.models import Prefecture
from jlis.kernel.time import now
from lgwan.domain.network import GENERATIONS
from lgwan.selectors import circuits
from lgwan.services import loading
from lgwan.web.forms import NetworkFileForm

LIST = ("接続団体と回線", "lgwan_circuits")


@staff_view(permission="lgwan.see_circuits")
@require_safe
def circuit_list(request: StaffRequest) -> HttpResponse:
    """The circuits that the actor's body may see, with those planned and those that ended."""
    asked = {name: request.GET.get(name, "") for name in ("prefecture", "generation")}
    today = request.GET.get("today") == "1"
    found = circuits.in_sight(day=now().day if today else None, **asked)
    is_wide = request.actor.scope.role in ("jlis_operator", "jlis_prefectural")
    shown = {
        "page": Paginator(found, 100).get_page(request.GET.get("page")),
        "prefectures": Prefecture.objects.order_by("number") if request.actor.scope.role == "jlis_operator" else [],
        "generations": GENERATIONS,
        "today": today,
        "is_wide": is_wide,
        "may_load": request.actor.may("lgwan.load_network"),
        "breadcrumbs": [(LIST[0], "")],
    }
    return render(request, "lgwan/circuits.html", shown | asked)


@staff_view(permission="lgwan.see_circuits")
@require_safe
def download(request: StaffRequest) -> HttpResponse:
    """The circuits in sight, in the form in which they are loaded."""
    rows = [
        (each.body_id, each.generation, each.get_role_display(), each.get_way_display(), each.get_status_display(),
         each.valid_from, each.valid_to or "")
        for each in circuits.in_sight()
    ]  # fmt: skip
    return csv_file("circuits.csv", tuple(loading.LABELS.values()), rows)


@staff_view(permission="lgwan.load_network")
@require_http_methods(["GET", "POST"])
def load(request: StaffRequest) -> HttpResponse:
    """Load a file of circuits; refused rows are listed with line, column and reason."""
    form = NetworkFileForm(request.POST or None, request.FILES or None)
    loaded = Loaded()
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            loaded = loading.load_file(
                file=given["file"], all_or_nothing=given["accept"] == "ALL", by=request.actor, at=now()
            )
        except Refused as refusal:
            put_on(form, refusal)
        else:
            told = f"登録 {loaded.rows:,}件、受け付けない行 {loaded.refused:,}件"
            if not loaded.rejects:
                messages.success(request, told)
                return redirect(LIST[1])
            messages.warning(request, told)
    shown = {
        "form": form,
        "title": "回線の登録",
        "rejects": loaded.rejects,
        "labels": loading.LABELS,
        "breadcrumbs": [(LIST[0], reverse(LIST[1])), ("登録", "")],
    }
    return render(request, "lgwan/load.html", shown)
