"""An extract on a medium: its slip to be printed, its passphrase for who asked."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from jlis.kernel.faces.papers import pdf_response
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from juki.services import media


@staff_view(permission="juki.extract")
def medium(request: StaffRequest, job_id: UUID) -> HttpResponse:
    """The medium of a job; by POST its passphrase, since each look is written down."""
    job, found = media.of_job(job_id, by=request.actor)
    shown = {
        "job": job,
        "medium": found,
        "is_own": job.requested_by == request.actor.id,
        "breadcrumbs": [("一括抽出", reverse("job_detail", args=[job.pk])), ("媒体", "")],
    }
    if request.method == "POST":
        shown["passphrase"] = media.open_passphrase(job_id=job.pk, by=request.actor, at=now())
    response = render(request, "juki/extracts/medium.html", shown)
    response.headers["Cache-Control"] = "no-store"
    return response


@staff_view(permission="juki.extract")
@require_safe
def slip(request: StaffRequest, job_id: UUID) -> HttpResponse:
    """The 送付票."""
    return pdf_response(media.slip(job_id=job_id, by=request.actor, at=now()), name=f"delivery-slip-{job_id}.pdf")
