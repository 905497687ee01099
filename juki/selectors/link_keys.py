"""Questions about the network system's public keys."""

from datetime import date

from django.db.models import Q

from juki.models import LinkKey


def in_force(day: date) -> LinkKey | None:
    """The key to which codes are sealed on a day; None where none is registered."""
    standing = LinkKey.objects.filter(Q(ended_on=None) | Q(ended_on__gt=day), valid_from__lte=day)
    return standing.order_by("-valid_from", "-pk").first()


def every() -> list[LinkKey]:
    """All keys, the latest first."""
    return list(LinkKey.objects.all())
