"""The centre's table of what was issued and what ended."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jlis.kernel.faces.web import staff_view
from jlis.kernel.time import now
from jpki.choices import Kind
from jpki.selectors import statistics


@staff_view(permission="jpki.see_statistics")
@require_safe
def by_day(request: HttpRequest) -> HttpResponse:
    """The last month, day by day and kind by kind."""
    rows = [{"count": row, "kind": Kind(row.kind).label} for row in statistics.last_days(now())]
    totals = [sum(getattr(row["count"], field) for row in rows) for field in ("issued", "revoked", "suspended")]
    shown = {"rows": rows, "totals": totals, "days": statistics.DAYS_SHOWN}
    return render(request, "jpki/statistics.html", shown)
