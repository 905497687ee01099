"""The centre's page of what the daily inspections found."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jlis.kernel.faces.web import staff_view
from jpki.choices import AuthorityCode, Inspected, Severity
from jpki.models import Inspection
from jpki.selectors import inspections


@staff_view(permission="jpki.see_inspections")
@require_safe
def recent(request: HttpRequest) -> HttpResponse:
    """The last month's inspections, and each finding of theirs."""
    held = inspections.recent()
    findings = [row for inspection in held for row in _findings(inspection)]
    return render(request, "jpki/inspections.html", {"held": held, "findings": findings})


def _findings(inspection: Inspection) -> list[dict[str, object]]:
    """The grave ones first, in words."""
    rows = sorted(inspection.findings, key=lambda each: list(Severity.values).index(each["severity"]))
    return [
        each
        | {
            "day": inspection.day,
            "severity": Severity(each["severity"]).label,
            "tone": "error" if each["severity"] in {Severity.FATAL, Severity.ERROR} else "warning",
            "what": Inspected(each["what"]).label,
            "authority": AuthorityCode(each["authority"]).label,
        }
        for each in rows
    ]
