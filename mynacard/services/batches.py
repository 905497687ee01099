"""A batch's row for its day comes first: whoever finds it there does nothing and tells what the first run did."""

from django.db import connection

from jlis.kernel.time import Moment
from mynacard.models import BatchRun

_TAKE = """
    INSERT INTO mynacard_batchrun (task, day, started_at, summary) VALUES (%s, %s, %s, '{}')
    ON CONFLICT (task, day) DO NOTHING RETURNING id
"""


def take(task: str, *, at: Moment) -> bool:
    """Whether this run is the day's first, in the caller's transaction; a second one waits for the first to end."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [task, at.day, at.instant])
        return cursor.fetchone() is not None


def finish(task: str, summary: dict[str, int], *, at: Moment) -> dict[str, int]:
    """Keep what the run did; returns it."""
    BatchRun.objects.filter(task=task, day=at.day).update(summary=summary)
    return summary


def summary_of(task: str, *, at: Moment) -> dict[str, int]:
    """What the day's run did."""
    return dict(BatchRun.objects.values_list("summary", flat=True).get(task=task, day=at.day))
