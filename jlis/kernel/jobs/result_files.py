"""Where the results of jobs lie: a folder a job, and in it one an attempt."""

import shutil
from pathlib import Path
from uuid import UUID

from django.conf import settings


def folder(job_id: UUID) -> Path:
    """A job's own folder; it need not exist."""
    return Path(settings.JLIS_FILES_DIR) / "jobs" / str(job_id)


def remove(job_id: UUID) -> None:
    """What a job or a former attempt of it has left."""
    shutil.rmtree(folder(job_id), ignore_errors=True)
