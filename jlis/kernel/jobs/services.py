"""Asking for long work, deciding on it, cancelling it, fetching its result."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, Forbidden, NotFound
from jlis.kernel.isolation.scope import SYSTEM, scope
from jlis.kernel.jobs import asked_files, result_files
from jlis.kernel.jobs.kinds import kind_of
from jlis.kernel.jobs.models import FINISHED, Job, JobState
from jlis.kernel.outbox import waking
from jlis.kernel.time import Moment


def submit(
    *,
    kind: str,
    by: Actor,
    at: Moment,
    purpose: str,
    parameters: Mapping[str, Any],
    needs_approval: bool = False,
    received: Path | None = None,
) -> Job:
    """Ask for a job; it runs after the commit, or after a second person's approval. Parameters carry no person.

    `received`: the file that it works on, in `asked_files.folder()`; a copy is kept until the work is done.
    """
    by.must(kind_of(kind).permission)
    job = Job(
        id=uuid7(at.instant),
        kind=kind,
        state=JobState.AWAITING_APPROVAL if needs_approval else JobState.QUEUED,
        requested_by=by.id,
        requested_by_kind=by.kind.value,
        requested_by_label=by.label,
        organisation=by.organisation,
        role=by.scope.role,
        purpose=purpose,
        parameters=dict(parameters),
        created_at=at.instant,
    )
    job.save(force_insert=True)
    if received is not None:
        asked_files.keep(received, job.pk)
    audit.record(action="job.submitted", by=by, purpose=purpose, detail={"job": str(job.pk), "kind": kind})
    if not needs_approval:
        _run_after_commit(job)
    return job


def decide(*, job_id: UUID, approve: bool, reason: str, by: Actor, at: Moment) -> Job:
    """Approve or send back a job, as a second person; `Conflict` when somebody else has decided already."""
    job = _locked(job_id)
    permission = kind_of(job.kind).approval_permission
    if not permission or not by.may(permission):
        raise Forbidden("approval_not_permitted", "承認する権限がありません。")
    if job.requested_by == by.id:
        raise Forbidden("own_request", "自分の依頼は承認できません。ほかの承認者に依頼してください。")
    if job.state != JobState.AWAITING_APPROVAL:
        raise Conflict("already_decided", f"この依頼は承認待ちではありません（{job.get_state_display()}）。")
    if not approve and not reason.strip():
        raise Conflict("reason_missing", "差戻しには理由が必要です。", field="reason")
    job.approved_by, job.approved_by_label, job.approved_at = by.id, by.label, at.instant
    job.decision_reason = reason.strip()
    job.state = JobState.QUEUED if approve else JobState.REJECTED
    job.finished_at = None if approve else at.instant
    job.save()
    audit.record(
        action="job.approved" if approve else "job.rejected",
        by=by,
        purpose=job.purpose,
        detail={"job": str(job.pk), "kind": job.kind},
    )
    if approve:
        _run_after_commit(job)
    return job


def cancel(*, job_id: UUID, by: Actor, at: Moment) -> Job:
    """Cancel a job that has not finished: at once when it does not run yet, else at its next step."""
    job = _locked(job_id)
    by.must(kind_of(job.kind).permission)
    if job.state in FINISHED:
        raise Conflict("already_finished", f"このジョブは終わっています（{job.get_state_display()}）。")
    if job.state == JobState.RUNNING:
        job.cancel_requested = True
    else:
        job.state, job.finished_at = JobState.CANCELLED, at.instant
    job.save()
    audit.record(action="job.cancelled", by=by, purpose=job.purpose, detail={"job": str(job.pk), "kind": job.kind})
    return job


def retry(*, job_id: UUID, by: Actor, at: Moment) -> Job:
    """Run a failed job once more."""
    job = _locked(job_id)
    by.must(kind_of(job.kind).permission)
    if job.state != JobState.FAILED:
        raise Conflict("not_failed", "やり直せるのは失敗したジョブだけです。")
    job.state, job.attempts, job.done, job.finished_at = JobState.QUEUED, 0, 0, None
    job.fault_code = job.fault_message = ""
    job.cancel_requested = False
    job.save()
    audit.record(action="job.retried", by=by, purpose=job.purpose, detail={"job": str(job.pk), "kind": job.kind})
    _run_after_commit(job)
    return job


def fetch_result(*, job_id: UUID, by: Actor, at: Moment) -> tuple[Job, Path]:
    """The finished job's file, for one more audited fetch; `Conflict` when there is none (any more)."""
    job = _locked(job_id)
    by.must(kind_of(job.kind).permission)
    if job.state == JobState.EXPIRED or (job.result_expires_at and job.result_expires_at <= at.instant):
        raise Conflict("result_expired", "結果の保存期限を過ぎました。もう一度依頼してください。")
    if job.state != JobState.SUCCEEDED or not job.result_path:
        raise Conflict("no_result", "まだ結果がありません。")
    Job.objects.filter(pk=job.pk).update(fetched=F("fetched") + 1)
    audit.record(
        action="job.result_fetched",
        by=by,
        purpose=job.purpose,
        detail={"job": str(job.pk), "kind": job.kind, "sha256": job.result_sha256},
    )
    return job, Path(settings.JLIS_FILES_DIR) / job.result_path


def fetch_report(*, job_id: UUID, by: Actor, at: Moment) -> tuple[Job, Path]:
    """The report that lies beside a result; `Conflict` when there is none."""
    job, _ = fetch_result(job_id=job_id, by=by, at=at)
    if not job.report_path:
        raise Conflict("no_report", "この結果に付属の報告はありません。")
    return job, Path(settings.JLIS_FILES_DIR) / job.report_path


def withdraw(*, kinds: Sequence[str], holds: Callable[[Job], bool], message: str, by: Actor, at: Moment) -> int:
    """Take back the results of these kinds that may no longer be delivered as they stand; returns how many.

    `holds` says of a finished job whether its result is concerned; of one that runs nobody can say, and it is to be
    asked for again. The files go with the commit.
    """
    with scope(SYSTEM):
        drawn = Job.objects.select_for_update().filter(kind__in=kinds, state__in=[JobState.SUCCEEDED, JobState.RUNNING])
        found = [job for job in drawn if job.state == JobState.RUNNING or holds(job)]
        ids = [job.pk for job in found]
        over = {"fault_code": "withdrawn", "fault_message": message, "result_path": "", "report_path": ""}
        Job.objects.filter(pk__in=ids, state=JobState.SUCCEEDED).update(state=JobState.EXPIRED, **over)
        Job.objects.filter(pk__in=ids, state=JobState.RUNNING).update(
            state=JobState.FAILED, finished_at=at.instant, lease_until=None, **over
        )
        for job in found:
            audit.record(
                action="job.withdrawn", by=by, purpose=job.purpose, detail={"job": str(job.pk), "kind": job.kind}
            )
    transaction.on_commit(lambda: _remove_files(ids))
    return len(ids)


def _remove_files(job_ids: Sequence[UUID]) -> None:
    for job_id in job_ids:
        result_files.remove(job_id)


def _locked(job_id: UUID) -> Job:
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotFound("job_not_found", "該当するジョブがありません。")
    return job


def _run_after_commit(job: Job) -> None:
    transaction.on_commit(lambda: waking.wake("jlis.kernel.tasks.run_job", job_id=str(job.pk)))
