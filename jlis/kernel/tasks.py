"""The kernel's Celery tasks: one call each."""

from uuid import UUID

import structlog
from celery import shared_task

from jlis.kernel import housekeeping
from jlis.kernel.audit import sealing
from jlis.kernel.isolation.inspection import inspect
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.jobs import running
from jlis.kernel.outbox import delivery
from jlis.kernel.time import now

log = structlog.get_logger(__name__)


@shared_task(queue="kernel")
def deliver_events() -> None:
    """Deliver what the outbox holds."""
    delivery.deliver_all()


@shared_task(queue="kernel")
def seal_audit() -> None:
    """Seal the audit entries committed since the last block."""
    sealing.seal_now()


@shared_task(queue="kernel")
def anchor_audit() -> None:
    """Sign the day's head of the audit chain."""
    sealing.anchor(day=now().day)


@shared_task(queue="batch")
def run_job(job_id: str) -> None:
    """Run one job."""
    running.run_job(UUID(job_id))


@shared_task(queue="batch")
def run_due_jobs() -> None:
    """Run queued jobs whose wake was lost, and those that a killed worker left."""
    running.run_due_jobs()


@shared_task(queue="kernel")
def check_isolation() -> None:
    """Say under which roles the workers act, and cry out when one could pass by row-level security."""
    with acting(SYSTEM):
        standing = inspect()
    report = log.critical if standing.faults else log.info
    report(
        "isolation_checked",
        session_user=standing.session_user,
        current_user=standing.current_user,
        faults=standing.faults,
    )


@shared_task(queue="kernel")
def keep_house() -> None:
    """Remove expired sessions, tokens, idempotency records and results."""
    housekeeping.remove_expired(at=now().instant)
    running.expire_results()
