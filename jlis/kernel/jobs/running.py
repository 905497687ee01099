"""Running jobs: claimed by a lease, so that a killed worker's job is taken up by the next one."""

import hashlib
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import structlog
from django.conf import settings
from django.db import connection

from jlis.kernel.actors import Actor, ActorKind
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Refused
from jlis.kernel.isolation.scope import SYSTEM, Scope, acting, scope
from jlis.kernel.jobs import asked_files, result_files
from jlis.kernel.jobs.kinds import kind_of
from jlis.kernel.jobs.models import Job, JobState
from jlis.kernel.people.permissions import registered
from jlis.kernel.request_context import set_request_id

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 3
RESULT_KEPT = timedelta(days=7)


class Cancelled(Exception):
    """The job was asked to stop, or another worker has taken it up since."""


class Run:
    """A job at work: what it was asked, and the ways in which it reports."""

    def __init__(self, job: Job, reporter: psycopg.Connection):
        self.job = job
        self.parameters: Mapping[str, Any] = job.parameters
        self.purpose = job.purpose
        self.actor = _actor(job)
        self.scope = self.actor.scope
        self._reporter = reporter
        self._reported = 0.0
        self.summary: dict[str, Any] = {}
        self._result: dict[str, Any] = {}

    def folder(self) -> Path:
        """This attempt's own folder for its result: a worker that slept past its lease writes beside, not into it."""
        path = result_files.folder(self.job.pk) / str(self.job.attempts)
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path

    def asked_file(self) -> Path:
        """The file that was sent with the job."""
        return asked_files.path_of(self.job.pk)

    def progress(self, done: int, total: int | None = None, *, at_once: bool = False) -> None:
        """Tell how far the work is (at most once a second), prolong the lease; raises `Cancelled` when asked to stop.

        It goes over a connection of its own: what the work's transaction writes is seen by nobody until it commits.
        """
        if not at_once and time.monotonic() - self._reported < 1:
            return
        self._reported = time.monotonic()
        row = self._reporter.execute(
            "UPDATE kernel_job SET done = %s, total = coalesce(%s, total), lease_until = %s"
            " WHERE id = %s AND state = 'RUNNING' AND attempts = %s RETURNING cancel_requested",
            (done, total, datetime.now(UTC) + LEASE, self.job.pk, self.job.attempts),
        ).fetchone()
        if row is None or row[0]:
            raise Cancelled

    def attach(self, path: Path, *, filename: str, content_type: str) -> None:
        """Make a file of the job's folder its result."""
        digest = hashlib.sha256()
        with path.open("rb") as file:
            for piece in iter(lambda: file.read(1 << 20), b""):
                digest.update(piece)
        self._result |= {
            "result_path": str(path.relative_to(settings.JLIS_FILES_DIR)),
            "result_name": filename,
            "result_type": content_type,
            "result_size": path.stat().st_size,
            "result_sha256": digest.hexdigest(),
            "result_expires_at": datetime.now(UTC) + RESULT_KEPT,
        }

    def attach_report(self, path: Path, *, filename: str) -> None:
        """Lay a report (CSV) beside the result: what could not be delivered as it stands."""
        self._result |= {
            "report_path": str(path.relative_to(settings.JLIS_FILES_DIR)),
            "report_name": filename,
        }


def run_job(job_id: UUID) -> str | None:
    """Claim a job and do it; returns the state it ended in, None when it was not to be had or kept."""
    job = _claim(job_id)
    if job is None:
        return None
    set_request_id(str(job.pk))
    result_files.remove(job.pk)
    with _reporting_connection() as reporter:
        run = Run(job, reporter)
        try:
            run.progress(0, at_once=True)
            with scope(run.scope):
                kind_of(job.kind).work(run)
            return _finish(run, JobState.SUCCEEDED)
        except Cancelled:
            return _finish(run, JobState.CANCELLED)
        except Refused as refusal:
            return _finish(run, JobState.FAILED, refusal.code, refusal.message)
        except Exception as error:  # whatever a kind's work raises: the row must tell that the job failed
            log.exception("job_failed", job=str(job.pk), kind=job.kind, fault=type(error).__name__)
            return _finish(run, JobState.FAILED, type(error).__name__, "処理中に障害が起きました。")


def run_due_jobs() -> int:
    """Run what is queued or was left by a killed worker; returns how many were run."""
    with acting(SYSTEM):
        now = datetime.now(UTC)
        queued = Job.objects.filter(state=JobState.QUEUED).values_list("pk", flat=True)
        orphaned = Job.objects.filter(state=JobState.RUNNING, lease_until__lt=now).values_list("pk", flat=True)
        due = [*queued.order_by("created_at")[:20], *orphaned[:20]]
    return sum(run_job(job_id) is not None for job_id in due)


def expire_results() -> int:
    """Remove results past their time; returns how many."""
    with acting(SYSTEM):
        over = Job.objects.filter(state=JobState.SUCCEEDED, result_expires_at__lt=datetime.now(UTC))
        ids = list(over.values_list("pk", flat=True))
        Job.objects.filter(pk__in=ids).update(state=JobState.EXPIRED, result_path="", report_path="")
        asked_files.sweep()
    for job_id in ids:
        result_files.remove(job_id)
    return len(ids)


def _claim(job_id: UUID) -> Job | None:
    now = datetime.now(UTC)
    with acting(SYSTEM):
        job = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id).first()
        if job is None:
            return None
        orphaned = job.state == JobState.RUNNING and job.lease_until is not None and job.lease_until < now
        if job.state != JobState.QUEUED and not orphaned:
            return None
        job.attempts += 1
        if job.attempts > MAX_ATTEMPTS:
            job.state, job.finished_at, job.lease_until = JobState.FAILED, now, None
            job.fault_code, job.fault_message = "too_many_attempts", "処理が繰り返し中断しました。"
            job.save()
            _record_end(job, JobState.FAILED)
            return None
        job.state, job.lease_until = JobState.RUNNING, now + LEASE
        job.started_at = job.started_at or now
        job.save()
        return job


def _finish(run: Run, state: JobState, code: str = "", message: str = "") -> str | None:
    now = datetime.now(UTC)
    with acting(SYSTEM):
        fields: dict[str, Any] = {
            "state": state,
            "finished_at": now,
            "lease_until": None,
            "fault_code": code,
            "fault_message": message,
            "summary": run.summary,
        }
        if state == JobState.SUCCEEDED:
            fields |= run._result
        changed = Job.objects.filter(pk=run.job.pk, state=JobState.RUNNING, attempts=run.job.attempts).update(**fields)
        if not changed:
            return None
        _record_end(run.job, state)
    if state != JobState.FAILED:
        asked_files.remove(run.job.pk)
    return state.value


def _record_end(job: Job, state: JobState) -> None:
    detail = {"job": str(job.pk), "kind": job.kind}
    audit.record(action=f"job.{state.value.lower()}", by=_actor(job), purpose=job.purpose, detail=detail)


def _actor(job: Job) -> Actor:
    """Who asked. The permission was held when the job was submitted; the job acts on that decision."""
    return Actor(
        ActorKind(job.requested_by_kind),
        job.requested_by,
        job.requested_by_label,
        job.organisation,
        Scope(job.role, job.organisation, job.purpose),
        frozenset(),
        frozenset(registered()),
    )


def _reporting_connection() -> psycopg.Connection:
    parameters = {
        name: value
        for name, value in connection.get_connection_params().items()
        if name in ("host", "port", "user", "password", "dbname")
    }
    reporter = psycopg.connect(**parameters, autocommit=True)
    reporter.execute("SELECT set_config('role', %s, false)", (SYSTEM.role,))
    return reporter


__all__ = ["Cancelled", "Run", "expire_results", "run_due_jobs", "run_job"]
