"""サービス一覧: LGWAN-ASP's catalogue for every body, as a page and a file; registrations by class and year."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jlis.kernel.domain.fiscal_years import label
from jlis.kernel.faces.downloads import csv_file
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.isolation.scope import LGWAN, acting
from lgwan.choices import Layer
from lgwan.selectors import services

_HEADING = (
    "登録番号",
    "区分",
    "サービス名",
    "提供者",
    "提供者の種別",
    "概要",
    "利用する団体",
    "基盤のサービス",
    "登録日",
    "更新の期限",
)


@staff_view(permission="lgwan.see_catalogue")
@require_safe
def catalogue(request: StaffRequest) -> HttpResponse:
    """What is served on the network now."""
    layer = request.GET.get("layer", "")
    shown = {
        "services": services.catalogue(layer=layer if layer in Layer.values else ""),
        "layers": Layer.choices,
        "layer": layer,
        "breadcrumbs": [("LGWAN-ASPサービス一覧", "")],
    }
    return render(request, "lgwan/catalogue.html", shown)


@staff_view(permission="lgwan.see_catalogue")
@require_safe
def download(request: StaffRequest) -> HttpResponse:
    """The whole catalogue as a file."""
    rows = [
        (each.number, each.get_layer_display(), each.name, each.provider.name, each.provider.get_kind_display(),
         each.summary, each.users, each.rests_on.number if each.rests_on else "", each.registered_on,
         each.renewal_due_on)
        for each in services.catalogue()
    ]  # fmt: skip
    return csv_file("lgwan-asp.csv", _HEADING, rows)


@staff_view(permission="lgwan.see_catalogue")
@require_safe
def counts(request: StaffRequest) -> HttpResponse:
    """Registrations by class and fiscal year, and what stands in the catalogue; counts of every body's, naming none."""
    with acting(LGWAN):
        years, standing = services.registrations_by_year(), services.standing_by_layer()
    rows = [
        (label(year), [counted.get(layer, 0) for layer in Layer.values], sum(counted.values()))
        for year, counted in years
    ]
    shown = {
        "layers": Layer.labels,
        "rows": rows,
        "standing": [standing.get(layer, 0) for layer in Layer.values],
        "standing_total": sum(standing.values()),
        "breadcrumbs": [("LGWAN-ASPの登録件数", "")],
    }
    return render(request, "lgwan/counts.html", shown)
