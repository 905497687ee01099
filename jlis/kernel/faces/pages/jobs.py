"""Jobs on the staff site: the list, one job with its live progress, decisions, the result."""

from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jlis.kernel.errors import Refused
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.jobs import selectors, services
from jlis.kernel.jobs.kinds import kind_of
from jlis.kernel.jobs.models import Job, JobState
from jlis.kernel.time import now


@staff_view(permission="kernel.see_jobs")
def job_list(request: StaffRequest) -> HttpResponse:
    """The organisation's jobs, newest first."""
    page = Paginator(selectors.visible_to(request.actor), 50).get_page(request.GET.get("page"))
    return render(request, "shell/jobs/list.html", {"page": page})


@staff_view(permission="kernel.see_jobs")
def job_detail(request: StaffRequest, job_id: UUID) -> HttpResponse:
    """One job: state, progress, decision, result."""
    job = selectors.get(job_id, by=request.actor)
    kind = kind_of(job.kind)
    is_other = job.requested_by != request.actor.id
    may_approve = bool(kind.approval_permission) and request.actor.may(kind.approval_permission)
    shown = {
        "job": job,
        "kind": kind,
        "may_decide": job.state == JobState.AWAITING_APPROVAL and may_approve and is_other,
        "is_own": not is_other,
        "may_cancel": not job.is_finished and request.actor.may(kind.permission),
        "may_retry": job.state == JobState.FAILED and request.actor.may(kind.permission),
        "may_fetch": job.state == JobState.SUCCEEDED and bool(job.result_path) and request.actor.may(kind.permission),
        "parameters": job.parameters.get("shown", []),
        "summary": job.summary.get("shown", []),
        "links": job.summary.get("links", []),
    }
    return render(request, "shell/jobs/detail.html", shown)


@staff_view(permission="kernel.see_jobs")
def job_state(request: StaffRequest, job_id: UUID) -> JsonResponse:
    """The state for the page's own polling."""
    return JsonResponse(state_document(selectors.get(job_id, by=request.actor)))


@staff_view(permission="kernel.see_jobs")
@require_POST
def job_decision(request: StaffRequest, job_id: UUID) -> HttpResponse:
    """Approve, send back, cancel, or try again."""
    decision, reason = request.POST.get("decision", ""), request.POST.get("reason", "")
    try:
        if decision in ("approve", "reject"):
            services.decide(job_id=job_id, approve=decision == "approve", reason=reason, by=request.actor, at=now())
            messages.success(request, "承認しました。" if decision == "approve" else "差し戻しました。")
        elif decision == "cancel":
            services.cancel(job_id=job_id, by=request.actor, at=now())
            messages.success(request, "中止を受け付けました。")
        elif decision == "retry":
            services.retry(job_id=job_id, by=request.actor, at=now())
            messages.success(request, "もう一度処理します。")
    except Refused as refusal:
        if refusal.status == 403:
            raise
        messages.error(request, refusal.message)
    return redirect("job_detail", job_id=job_id)


@staff_view(permission="kernel.see_jobs")
@require_POST
def job_result(request: StaffRequest, job_id: UUID) -> FileResponse:
    """Fetch the result; by POST, since each fetch is written down."""
    if request.POST.get("part") == "report":
        return report_response(*services.fetch_report(job_id=job_id, by=request.actor, at=now()))
    return result_response(*services.fetch_result(job_id=job_id, by=request.actor, at=now()))


def result_response(job: Job, path: Path) -> FileResponse:
    """The file of a finished job as a download with its digest."""
    response = FileResponse(path.open("rb"), as_attachment=True, filename=job.result_name)
    response.headers["Content-Type"] = job.result_type
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Digest-SHA256"] = job.result_sha256
    return response


def report_response(job: Job, path: Path) -> FileResponse:
    """The report beside a result as a download."""
    response = FileResponse(path.open("rb"), as_attachment=True, filename=job.report_name)
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    return response


def state_document(job: Job) -> dict[str, object]:
    """What the page and REST say of a job."""
    return {
        "id": str(job.pk),
        "kind": job.kind,
        "state": job.state.lower(),
        "state_label": job.get_state_display(),
        "done": job.done,
        "total": job.total,
        "percent": job.percent,
        "purpose": job.purpose,
        "created_at": timezone.localtime(job.created_at).isoformat(),
        "finished_at": timezone.localtime(job.finished_at).isoformat() if job.finished_at else None,
        "result": (
            {"name": job.result_name, "size": job.result_size, "sha256": job.result_sha256,
             "expires_at": timezone.localtime(job.result_expires_at).isoformat()}
            if job.state == JobState.SUCCEEDED and job.result_path and job.result_expires_at else None
        ),
        "fault": {"code": job.fault_code, "detail": job.fault_message} if job.fault_code else None,
        "summary": job.summary,
    }  # fmt: skip
