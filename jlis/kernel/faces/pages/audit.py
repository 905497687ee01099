"""The auditor's screen: entries by time, action and actor, and the state of the chain."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from jlis.kernel.audit.models import AuditAnchor, AuditBlock, AuditEntry, Outcome
from jlis.kernel.audit.verification import verify
from jlis.kernel.faces.web import StaffRequest, staff_view


@staff_view(permission="kernel.read_audit")
def audit_list(request: StaffRequest) -> HttpResponse:
    """Entries, newest first, narrowed by action, organisation or outcome."""
    entries = AuditEntry.objects.order_by("-at", "-id")
    narrowed = {name: request.GET.get(name, "").strip() for name in ("action", "organisation", "outcome")}
    if narrowed["action"]:
        entries = entries.filter(action__startswith=narrowed["action"])
    if narrowed["organisation"]:
        entries = entries.filter(organisation=narrowed["organisation"])
    if narrowed["outcome"]:
        entries = entries.filter(outcome=narrowed["outcome"])
    page = Paginator(entries.defer("subjects", "mac"), 100).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "narrowed": narrowed,
        "outcomes": Outcome.choices,
        "head": AuditBlock.objects.order_by("-height").first(),
        "anchor": AuditAnchor.objects.order_by("-day").first(),
    }
    return render(request, "shell/audit/list.html", shown)


@staff_view(permission="kernel.read_audit")
def audit_check(request: StaffRequest) -> HttpResponse:
    """Verify the whole chain now and show the first fault."""
    result = verify() if request.method == "POST" else None
    return render(request, "shell/audit/check.html", {"result": result})
