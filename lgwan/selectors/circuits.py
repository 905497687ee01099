"""Questions about circuits, of whatever bodies the running scope may see."""

from datetime import date

from django.db.models import QuerySet

from lgwan.models import Circuit


def in_sight(*, day: date | None = None, prefecture: str = "", generation: str = "") -> QuerySet[Circuit]:
    """Circuits in the order of their bodies; of a day, or with those that ended and those to come."""
    found = Circuit.objects.select_related("body")
    if day is not None:
        found = found.valid_at(day)
    if prefecture.isdecimal():
        found = found.filter(prefecture=int(prefecture))
    if generation.isdecimal():
        found = found.filter(generation=int(generation))
    return found.order_by("body", "-generation", "role", "valid_from")
