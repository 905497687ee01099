"""The room's Celery tasks: one call each."""

from celery import shared_task

from jlis.kernel.time import now
from konbini.services import requests


@shared_task(queue="kiosk")
def erase_forgotten_papers() -> None:
    """Erase papers whose print nobody told of in time."""
    requests.erase_forgotten(at=now())
