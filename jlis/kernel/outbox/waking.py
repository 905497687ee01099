"""Waking the deliverers through the broker. The truth is in the tables: a lost wake only delays until the next beat."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from django.conf import settings
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)
_delivers_itself: ContextVar[bool] = ContextVar("jlis_delivers_itself", default=False)


def wake(task: str, **arguments: object) -> None:
    """Send a task to the workers, or say in the log that the broker is away."""
    try:
        import_string(settings.JLIS_CELERY_APP).send_task(task, kwargs=arguments, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        log.warning("broker_unreachable", task=task, fault=type(error).__name__)


def wake_deliverers() -> None:
    """Have the outbox delivered now."""
    if not _delivers_itself.get():
        wake("jlis.kernel.tasks.deliver_events")


@contextmanager
def delivering_oneself() -> Iterator[None]:
    """For work that delivers what it publishes, thousands of acts at a time: nobody is woken for each."""
    token = _delivers_itself.set(True)
    try:
        yield
    finally:
        _delivers_itself.reset(token)
