"""冗長化の状況: the table by prefecture on the screen, in print and as a file; the surveys it can be of."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from jlis.kernel.errors import Refused
from jlis.kernel.faces.downloads import csv_file
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.isolation.scope import LGWAN, acting
from jlis.kernel.time import now
from lgwan.domain.network import GENERATIONS
from lgwan.domain.redundancy import Counts
from lgwan.selectors import redundancy
from lgwan.selectors.redundancy import Table
from lgwan.services import surveys
from lgwan.web.forms import SurveyFileForm, day_of

LIST = ("冗長化の状況", "lgwan_redundancy")
REGISTER = "register"
_HEADING = (
    "都道府県",
    "団体数",
    "前の世代の冗長化団体数",
    "冗長化団体数",
    "都道府県ノード経由",
    "直接接続",
    "ハイブリッド",
    "割合（%）",
)


@staff_view(permission="lgwan.see_redundancy")
@require_safe
def overview(request: StaffRequest) -> HttpResponse:
    """The table of a survey, or of today's register of circuits."""
    table = _table(request)
    chosen = table.as_of.isoformat() if table.survey else REGISTER
    shown = {
        "table": table,
        "total": table.total,
        "surveys": redundancy.surveys(),
        "chosen": chosen,
        "generations": GENERATIONS[1:],
        "with_planned": request.GET.get("planned") == "1",
        "may_load": request.actor.may("lgwan.load_network"),
        "breadcrumbs": [(LIST[0], "")],
    }
    return render(request, "lgwan/redundancy.html", shown)


@staff_view(permission="lgwan.see_redundancy")
@require_safe
def download(request: StaffRequest) -> HttpResponse:
    """The same table as a file."""
    table = _table(request)
    rows = [_line(row.name, row.counts) for row in table.rows]
    rows.append(_line("計", table.total))
    return csv_file(f"redundancy-{table.as_of.isoformat()}.csv", _HEADING, rows)


@staff_view(permission="lgwan.load_network")
@require_http_methods(["GET", "POST"])
def load(request: StaffRequest) -> HttpResponse:
    """Load a survey, whole or not at all."""
    form = SurveyFileForm(request.POST or None, request.FILES or None)
    rejects = []
    if request.method == "POST" and form.is_valid():
        about = form.about()
        try:
            loaded = surveys.load_file(file=form.cleaned_data["file"], about=about, by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            if not loaded.rejects:
                messages.success(request, f"調査の{loaded.rows:,}行を登録しました。")
                return redirect(f"{reverse(LIST[1])}?of={about.as_of.isoformat()}")
            rejects = loaded.rejects
    shown = {
        "form": form,
        "title": "冗長化の調査の登録",
        "rejects": rejects,
        "labels": surveys.LABELS,
        "breadcrumbs": [(LIST[0], reverse(LIST[1])), ("調査の登録", "")],
    }
    return render(request, "lgwan/load.html", shown)


def _table(request: StaffRequest) -> Table:
    """What the address asks for; the counts are of every body, whoever looks, and name none."""
    of = request.GET.get("of", "")
    with acting(LGWAN):
        if of not in ("", REGISTER):
            day = day_of(of)
            table = redundancy.of_survey(day) if day else None
            if table is None:
                raise Http404
            return table
        generation = request.GET.get("generation", "")
        known = {str(each): each for each in GENERATIONS[1:]}
        with_planned = request.GET.get("planned") == "1"
        return redundancy.of_register(now().day, known.get(generation, GENERATIONS[-1]), with_planned=with_planned)


def _line(name: str, counts: Counts) -> tuple[object, ...]:
    return (
        name,
        counts.bodies,
        counts.former,
        counts.redundant,
        counts.via_prefecture_node,
        counts.direct,
        counts.hybrid,
        "" if counts.rate is None else counts.rate,
    )
