"""How many papers went out, what they cost, and what did not come out; from the charges and the requests."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum

from konbini.models import Charge, Transaction


@dataclass(frozen=True)
class TownCount:
    """One town's count for a span of days, in copies and yen."""

    office: str
    copies: int
    fee_yen: int
    commission_yen: int


def by_town(first: date, last: date) -> list[TownCount]:
    """Copies and money by town, both days included, the towns in the order of their codes."""
    rows = (
        Charge.objects.filter(charged_on__gte=first, charged_on__lte=last)
        .values("office")
        .annotate(copies=Count("pk"), fee=Sum("fee_yen"), commission=Sum("commission_yen"))
        .order_by("office")
    )
    return [TownCount(row["office"], row["copies"], row["fee"], row["commission"]) for row in rows]


def by_state(first: date, last: date) -> dict[str, int]:
    """Requests by their state, of whatever the scope may see."""
    rows = Transaction.objects.filter(asked_at__date__gte=first, asked_at__date__lte=last).values_list("state")
    return dict(rows.annotate(count=Count("pk")).order_by("state"))
