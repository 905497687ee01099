"""Long work: a second person where the law wants one, a lease that outlives nobody, a result that ends."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.jobs import kinds, running, selectors, services
from jlis.kernel.jobs.kinds import JobKind
from jlis.kernel.jobs.models import Job, JobState
from jlis.kernel.jobs.running import Cancelled, Run
from tests.conftest import KANAGAWA, TOKYO, actor

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "test.counting"


@pytest.fixture
def operator():
    return actor(TOKYO, "EXTRACT_OPERATOR", kind="PREFECTURE")


@pytest.fixture
def approver():
    return actor(TOKYO, "EXTRACT_APPROVER", kind="PREFECTURE", number=2)


@pytest.fixture
def does(monkeypatch):
    """Let the kind's work be a function: `does(lambda run: …)`."""

    def set_work(work) -> None:
        kind = JobKind(KIND, "数える仕事", "juki.extract", "juki.approve_extract", work)
        monkeypatch.setitem(kinds._kinds, KIND, kind)

    set_work(lambda run: None)
    return set_work


@pytest.fixture
def ask(does, operator, at):
    """Ask for a job of the kind."""

    def submit(*, needs_approval: bool = False) -> Job:
        with acting(operator.scope):
            return services.submit(
                kind=KIND, by=operator, at=at, purpose="PREF-DISASTER", parameters={}, needs_approval=needs_approval
            )

    return submit


def decide(job: Job, by, at, *, approve: bool = True, reason: str = "") -> Job:
    with acting(by.scope):
        return services.decide(job_id=job.pk, approve=approve, reason=reason, by=by, at=at)


def now_(job: Job) -> Job:
    """The job as it stands."""
    with acting(SYSTEM):
        return Job.objects.get(pk=job.pk)


def set_(job: Job, **values: object) -> None:
    with acting(SYSTEM):
        Job.objects.filter(pk=job.pk).update(**values)


def actions_of(job: Job) -> list[str]:
    """What the audit chain tells of it."""
    with acting(SYSTEM):
        return list(AuditEntry.objects.filter(detail__job=str(job.pk)).order_by("at").values_list("action", flat=True))


def write_result(run: Run) -> None:
    path = run.folder() / "result.csv"
    path.write_bytes("一,二\r\n".encode())
    run.summary = {"rows": 1}
    run.attach(path, filename="result.csv", content_type="text/csv")


# --- the second person -------------------------------------------------------------------------------------------


def test_what_needs_a_second_person_does_not_run_without(ask):
    job = ask(needs_approval=True)
    assert running.run_job(job.pk) is None
    assert running.run_due_jobs() == 0
    assert now_(job).state == JobState.AWAITING_APPROVAL


def test_a_second_person_approves(ask, approver, at):
    job = ask(needs_approval=True)
    decide(job, approver, at)
    assert running.run_job(job.pk) == "SUCCEEDED"
    assert now_(job).approved_by == approver.id
    assert actions_of(job) == ["job.submitted", "job.approved", "job.succeeded"]


def test_the_requester_approves_nothing_of_their_own_whatever_duties_they_hold(ask, at):
    both = actor(TOKYO, "EXTRACT_OPERATOR", "EXTRACT_APPROVER", kind="PREFECTURE")
    job = ask(needs_approval=True)
    assert job.requested_by == both.id
    with pytest.raises(Forbidden) as refusal:
        decide(job, both, at)
    assert refusal.value.code == "own_request"
    with acting(both.scope):
        assert not selectors.waiting_for(both).exists()


def test_the_database_itself_tells_the_two_apart(ask, operator):
    job = ask(needs_approval=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        set_(job, approved_by=operator.id, approved_at=datetime.now(UTC), state=JobState.QUEUED)


def test_without_the_permission_nobody_approves(ask, at):
    colleague = actor(TOKYO, "EXTRACT_OPERATOR", kind="PREFECTURE", number=3)
    with pytest.raises(Forbidden) as refusal:
        decide(ask(needs_approval=True), colleague, at)
    assert refusal.value.code == "approval_not_permitted"


def test_for_another_prefecture_the_job_does_not_exist(ask, at):
    outsider = actor(KANAGAWA, "EXTRACT_APPROVER", kind="PREFECTURE", number=4)
    job = ask(needs_approval=True)
    with pytest.raises(NotFound):
        decide(job, outsider, at)
    with acting(outsider.scope), pytest.raises(NotFound):
        selectors.get(job.pk, by=outsider)


def test_sending_back_needs_a_reason_and_ends_it(ask, approver, at):
    job = ask(needs_approval=True)
    with pytest.raises(Conflict):
        decide(job, approver, at, approve=False, reason="　 ")
    decide(job, approver, at, approve=False, reason="期間が広すぎます。")
    assert now_(job).state == JobState.REJECTED
    assert running.run_job(job.pk) is None
    with pytest.raises(Conflict) as refusal:
        decide(job, approver, at)
    assert refusal.value.code == "already_decided"


# --- the lease ---------------------------------------------------------------------------------------------------


def test_a_running_job_is_left_to_its_worker(ask):
    job = ask()
    set_(job, state=JobState.RUNNING, attempts=1, lease_until=datetime.now(UTC) + running.LEASE)
    assert running.run_job(job.pk) is None
    assert running.run_due_jobs() == 0


def test_a_dead_workers_job_is_taken_up(ask):
    job = ask()
    set_(job, state=JobState.RUNNING, attempts=1, lease_until=datetime.now(UTC) - timedelta(seconds=1))
    assert running.run_due_jobs() == 1
    after = now_(job)
    assert (after.state, after.attempts, after.lease_until) == (JobState.SUCCEEDED, 2, None)


def test_a_job_that_kills_every_worker_is_given_up_and_written_down(ask):
    job = ask()
    set_(job, state=JobState.RUNNING, attempts=running.MAX_ATTEMPTS, lease_until=datetime.now(UTC) - running.LEASE)
    assert running.run_due_jobs() == 0
    after = now_(job)
    assert (after.state, after.fault_code, after.lease_until) == (JobState.FAILED, "too_many_attempts", None)
    assert actions_of(job)[-1] == "job.failed"


def test_a_worker_that_slept_past_its_lease_stops_and_spoils_nothing(ask, does):
    """The first worker wakes up after a second one has done the job: it must neither go on nor write the end."""
    told = []

    def work(run: Run) -> None:
        if run.job.attempts == 2:
            return write_result(run)
        set_(run.job, lease_until=datetime.now(UTC) - timedelta(seconds=1))
        assert running.run_job(run.job.pk) == "SUCCEEDED"
        try:
            run.progress(7, 7, at_once=True)
        except Cancelled:
            told.append("stopped")
            raise
        return None

    does(work)
    job = ask()
    running.run_job(job.pk)
    after = now_(job)
    assert told == ["stopped"]
    assert (after.state, after.attempts, after.lease_until, after.done) == (JobState.SUCCEEDED, 2, None, 0)
    assert (Path(settings.JLIS_FILES_DIR) / after.result_path).read_bytes() == "一,二\r\n".encode()
    assert actions_of(job) == ["job.submitted", "job.succeeded"]


def test_each_attempt_begins_with_an_empty_folder(ask, does, operator, at):
    found = []

    def work(run: Run) -> None:
        found.append([path.name for path in run.folder().iterdir()])
        (run.folder() / "rows.tmp").write_text("left behind")
        raise RuntimeError

    does(work)
    job = ask()
    running.run_job(job.pk)
    with acting(operator.scope):
        services.retry(job_id=job.pk, by=operator, at=at)
    running.run_job(job.pk)
    assert found == [[], []]


# --- progress, cancelling, failing -------------------------------------------------------------------------------


def test_progress_is_seen_before_the_work_commits_and_prolongs_the_lease(ask, does):
    def work(run: Run) -> None:
        before = now_(run.job).lease_until
        with transaction.atomic():
            run.progress(30, 120, at_once=True)
            transaction.set_rollback(True)
        during = now_(run.job)
        assert (during.done, during.total, during.percent) == (30, 120, 25)
        assert during.lease_until > before
        run.progress(31)
        assert now_(run.job).done == 30, "at most once a second"

    does(work)
    assert running.run_job(ask().pk) == "SUCCEEDED"


def test_what_waits_is_cancelled_at_once(ask, operator, at):
    job = ask()
    with acting(operator.scope):
        services.cancel(job_id=job.pk, by=operator, at=at)
    assert now_(job).state == JobState.CANCELLED
    assert running.run_job(job.pk) is None
    with acting(operator.scope), pytest.raises(Conflict) as refusal:
        services.cancel(job_id=job.pk, by=operator, at=at)
    assert refusal.value.code == "already_finished"


def test_what_runs_is_cancelled_at_its_next_step(ask, does, operator, at):
    steps = []

    def work(run: Run) -> None:
        for step in range(5):
            run.progress(step, 5, at_once=True)
            steps.append(step)
            if step == 1:
                with acting(operator.scope):
                    services.cancel(job_id=run.job.pk, by=operator, at=at)

    does(work)
    job = ask()
    assert running.run_job(job.pk) == "CANCELLED"
    assert steps == [0, 1]
    assert now_(job).state == JobState.CANCELLED
    assert actions_of(job)[-2:] == ["job.cancelled", "job.cancelled"], "asked for, and done"


def test_a_refusal_is_told_in_words_and_a_fault_without_its_text(ask, does):
    def refuse(run: Run) -> None:
        raise Invalid("out_of_range", "期間が長すぎます。")

    does(refuse)
    refused = ask()
    assert running.run_job(refused.pk) == "FAILED"
    assert (now_(refused).fault_code, now_(refused).fault_message) == ("out_of_range", "期間が長すぎます。")

    def crash(run: Run) -> None:
        raise ValueError("千代田 花子")

    does(crash)
    crashed = ask()
    assert running.run_job(crashed.pk) == "FAILED"
    assert (now_(crashed).fault_code, now_(crashed).fault_message) == ("ValueError", "処理中に障害が起きました。")


def test_a_failed_job_can_be_tried_again_even_if_somebody_had_asked_it_to_stop(ask, does, operator, at):
    def fail_while_asked_to_stop(run: Run) -> None:
        with acting(operator.scope):
            services.cancel(job_id=run.job.pk, by=operator, at=at)
        raise RuntimeError

    does(fail_while_asked_to_stop)
    job = ask()
    assert running.run_job(job.pk) == "FAILED"
    does(write_result)
    with acting(operator.scope):
        services.retry(job_id=job.pk, by=operator, at=at)
    assert running.run_job(job.pk) == "SUCCEEDED"
    assert now_(job).fault_code == ""


def test_only_what_failed_is_tried_again(ask, operator, at):
    job = ask()
    running.run_job(job.pk)
    with acting(operator.scope), pytest.raises(Conflict) as refusal:
        services.retry(job_id=job.pk, by=operator, at=at)
    assert refusal.value.code == "not_failed"


# --- the result --------------------------------------------------------------------------------------------------


def test_a_result_is_fetched_under_audit_and_ends_with_its_file(ask, does, operator, at):
    does(write_result)
    job = ask()
    running.run_job(job.pk)
    with acting(operator.scope):
        found, path = services.fetch_result(job_id=job.pk, by=operator, at=at)
    assert path.read_bytes() == "一,二\r\n".encode()
    assert (found.result_size, len(found.result_sha256)) == (len("一,二\r\n".encode()), 64)
    assert now_(job).fetched == 1
    assert actions_of(job)[-1] == "job.result_fetched"

    assert running.expire_results() == 0
    set_(job, result_expires_at=datetime.now(UTC) - timedelta(seconds=1))
    with acting(operator.scope), pytest.raises(Conflict) as refusal:
        services.fetch_result(job_id=job.pk, by=operator, at=at.later(days=8))
    assert refusal.value.code == "result_expired"
    assert running.expire_results() == 1
    assert now_(job).state == JobState.EXPIRED
    assert not path.exists()
    assert not list((Path(settings.JLIS_FILES_DIR) / "jobs").glob(str(job.pk)))


def test_a_result_is_for_those_who_may_ask_for_it(ask, does, approver, at):
    does(write_result)
    job = ask()
    running.run_job(job.pk)
    with acting(approver.scope), pytest.raises(Forbidden):
        services.fetch_result(job_id=job.pk, by=approver, at=at)


def test_before_its_end_a_job_has_no_result(ask, operator, at):
    job = ask()
    with acting(operator.scope), pytest.raises(Conflict) as refusal:
        services.fetch_result(job_id=job.pk, by=operator, at=at)
    assert refusal.value.code == "no_result"
