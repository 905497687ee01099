"""For towns and the centre: what went out, what it cost, and the switch that stops a town at once."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from jlis.kernel.errors import Refused
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import bodies
from jlis.kernel.time import now
from konbini.choices import TransactionState
from konbini.selectors import counts, participants
from konbini.services import participants as services

SPAN = timedelta(days=30)


@staff_view(permission="konbini.see_counts")
def overview(request: StaffRequest) -> HttpResponse:
    """Copies and money of the last thirty days by town, requests by state, and each town's standing."""
    last = now().day
    first = last - SPAN
    counted = {row.office: row for row in counts.by_town(first, last)}
    every = participants.towns()
    towns = every if request.actor.scope.role == "jlis_operator" else every.filter(office=request.actor.organisation)
    states = counts.by_state(first, last)
    shown = {
        "rows": [(town, bodies.name_of(town.office), counted.get(town.office)) for town in towns],
        "states": [(state.label, states.get(state.value, 0)) for state in TransactionState],
        "first": first,
        "last": last,
        "may_stop": request.actor.may("konbini.stop_town"),
        "breadcrumbs": [("コンビニ交付の状況", "")],
    }
    return render(request, "konbini/counts.html", shown)


@staff_view(permission="konbini.stop_town")
@require_POST
def switch(request: StaffRequest, office: str) -> HttpResponse:
    """Stop or resume a town."""
    try:
        if request.POST.get("step") == "resume":
            services.resume(office=office, by=request.actor, at=now())
            messages.success(request, "再開しました。")
        else:
            services.stop(office=office, reason=request.POST.get("reason", ""), by=request.actor, at=now())
            messages.success(request, "停止しました。これ以後の交付は行われません。")
    except Refused as refusal:
        messages.error(request, refusal.errors[0].message if refusal.errors else refusal.message)
    return redirect("konbini_counts")
