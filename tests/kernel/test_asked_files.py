"""Files that came with jobs: gone with the job's end, after a day for a failed one, and when nobody waits for them."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.jobs import asked_files
from jlis.kernel.jobs.models import Job, JobState

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.JLIS_FILES_DIR = tmp_path


def job_with_file(state: JobState, *, days_ago: float):
    when = datetime.now(UTC) - timedelta(days=days_ago)
    job = Job(
        id=uuid7(when), kind="juki.bulk_query", state=state, requested_by="a", requested_by_kind="CLIENT",
        requested_by_label="a", organisation="NENKIN", role="jlis_national", created_at=when, finished_at=when,
    )  # fmt: skip
    with acting(SYSTEM):
        job.save(force_insert=True)
    _aged(asked_files.path_of(job.pk), days_ago)
    return asked_files.path_of(job.pk)


def _aged(path, days_ago: float) -> None:
    path.write_bytes(b"key\n")
    when = (datetime.now(UTC) - timedelta(days=days_ago)).timestamp()
    os.utime(path, (when, when))


@pytest.mark.parametrize(
    ("state", "days_ago", "stays"),
    [
        (JobState.QUEUED, 3, True),
        (JobState.RUNNING, 3, True),
        (JobState.FAILED, 0.5, True),
        (JobState.FAILED, 3, False),
        (JobState.CANCELLED, 3, False),
        (JobState.REJECTED, 3, False),
    ],
)
def test_a_file_stays_as_long_as_its_job_may_need_it(state, days_ago, stays):
    path = job_with_file(state, days_ago=days_ago)
    with acting(SYSTEM):
        asked_files.sweep()
    assert path.exists() is stays


def test_what_a_killed_request_left_behind_goes_after_a_day():
    old, new = asked_files.folder() / "received-old", asked_files.folder() / "received-new"
    _aged(old, 2)
    _aged(new, 0)
    with acting(SYSTEM):
        assert asked_files.sweep() == 1
    assert not old.exists()
    assert new.exists()


def test_the_folder_is_the_services_alone():
    assert asked_files.folder().stat().st_mode & 0o777 == 0o700
