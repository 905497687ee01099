"""Questions about who takes part: operators, kiosks, towns and what they give."""

from datetime import date

from django.db.models import Q, QuerySet

from konbini.models import Kiosk, MenuItem, Town


def kiosk(code: str) -> Kiosk | None:
    """A kiosk by its number."""
    return Kiosk.objects.select_related("operator__organisation").filter(pk=code).first()


def browser_kiosk(day: date) -> Kiosk | None:
    """The kiosk that this project's own page plays, if one is registered."""
    in_force = Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))
    return Kiosk.objects.filter(in_force, in_browser=True).order_by("code").first()


def town(office: str) -> Town | None:
    """A participating town."""
    return Town.objects.filter(pk=office).first()


def towns() -> QuerySet[Town]:
    """Every participating town."""
    return Town.objects.order_by("office")


def menu(office: str, day: date) -> dict[str, int]:
    """What a town gives on a day: fee in yen by kind. Of rows that overlap, the one that began last counts."""
    in_force = Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))
    rows = MenuItem.objects.filter(in_force, town=office).order_by("valid_from")
    return {row.kind: row.fee_yen for row in rows}
