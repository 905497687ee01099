"""Who is about to leave Japan and keeps the card. Under the room's own role alone."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from jpki.models import Departure


def going_on(residents: Iterable[UUID], *, day: date) -> dict[UUID, date]:
    """The day of leaving of those who keep the card, while it has not come."""
    asked = list(residents)
    if not asked:
        return {}
    waiting = Departure.objects.filter(resident__in=asked, goes_on=True, leaves_on__gt=day)
    return dict(waiting.values_list("resident", "leaves_on"))
