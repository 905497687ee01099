"""The file that a client sent with a job: kept for the work and for another try, and gone with the job's end."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings

from jlis.kernel.jobs.models import FINISHED, Job, JobState

_KEPT_AFTER_FAILURE = timedelta(days=1)


def folder() -> Path:
    """Where they lie, readable for the service alone; what is being received lies here too."""
    path = Path(settings.JLIS_FILES_DIR) / "asked"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def path_of(job: UUID) -> Path:
    """The file of a job."""
    return folder() / str(job)


def keep(received: Path, job: UUID) -> None:
    """Lay a received file beside the others under its job's name."""
    os.link(received, path_of(job))


def remove(job: UUID) -> None:
    """The work is done."""
    path_of(job).unlink(missing_ok=True)


def sweep() -> int:
    """Remove what no job waits for: ended ones, failed ones after a day, and what a killed request left behind.

    Runs under the system's scope. Returns how many were removed.
    """
    over = datetime.now(UTC) - _KEPT_AFTER_FAILURE
    removed = 0
    for path in folder().iterdir():
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) > over:
            continue
        job = Job.objects.filter(pk=path.name).first() if _is_uuid(path.name) else None
        if job is None or (job.state in FINISHED and (job.state != JobState.FAILED or _before(job, over))):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _before(job: Job, day: datetime) -> bool:
    return job.finished_at is not None and job.finished_at < day


def _is_uuid(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True
