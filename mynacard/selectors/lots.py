"""Questions about production: lots name nobody; shipments are their office's."""

from collections.abc import Sequence

from django.db.models import QuerySet

from jlis.kernel.errors import NotFound
from mynacard.choices import ApplicationState, Channel, LotState
from mynacard.models import Application, ArrivalDiscrepancy, ProductionLot, Shipment


def newest_first() -> QuerySet[ProductionLot]:
    """Every lot."""
    return ProductionLot.objects.order_by("-pk")


def at_the_maker() -> Sequence[ProductionLot]:
    """Lots that are not finished, the oldest first."""
    return list(ProductionLot.objects.exclude(state=LotState.FINISHED).order_by("pk"))


def waiting() -> dict[str, int]:
    """How many accepted applications wait to be made, ordinary and express."""
    accepted = Application.objects.filter(state=ApplicationState.ACCEPTED)
    express = accepted.filter(channel=Channel.EXPRESS).count()
    return {"ORDINARY": accepted.count() - express, "EXPRESS": express}


def shipments() -> QuerySet[Shipment]:
    """The shipments in sight, newest first."""
    return Shipment.objects.order_by("-pk")


def shipment(pk: int) -> Shipment:
    """One shipment. NotFound, also for another town's."""
    found = Shipment.objects.select_related("lot").filter(pk=pk).first()
    if found is None:
        raise NotFound("shipment_not_found", "該当する送付がありません。")
    return found


def discrepancies(shipment: int) -> Sequence[ArrivalDiscrepancy]:
    """What did not agree on a shipment's arrival, open ones first."""
    return list(ArrivalDiscrepancy.objects.filter(shipment_id=shipment).order_by("settled_at", "pk"))
