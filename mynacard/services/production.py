"""製造: lots for the maker, the data that the maker fetches, the quality result, and shipping to the towns."""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import F, Q

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict, FieldError, Invalid, NotFound
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.time import Moment
from mynacard.choices import ApplicationState, Channel, Lane, LotState
from mynacard.domain.lifecycle import MOVES
from mynacard.models import Application, Card, ProductionLot, Shipment
from mynacard.services import making, moving, remaking, setting_up
from mynacard.services.counter import PURPOSE

LARGEST_LOT = 1_000


def make_lot(*, by: Actor, at: Moment, lane: Lane = Lane.ORDINARY, most: int = LARGEST_LOT) -> ProductionLot | None:
    """Order the cards of a lane's accepted applications, the oldest first; None when none waits.

    Holders who died or moved meanwhile are left out, their applications cancelled.
    """
    by.must("mynacard.produce")
    with acting(MYNACARD):
        waiting = Application.objects.select_for_update(skip_locked=True).filter(state=ApplicationState.ACCEPTED)
        express = Q(channel=Channel.EXPRESS)
        of_lane = waiting.filter(express if lane is Lane.EXPRESS else ~express).order_by("received_at", "pk")
        made = making.make(list(of_lane[: min(most, LARGEST_LOT)]), lane, by=by, at=at)
    return made.lot if made else None


def fetch(*, lot: int, by: Actor, at: Moment, purpose: str = PURPOSE) -> bytes:
    """The maker takes the lot's data (JSON lines, zlib); each time is written down. Conflict when it was erased."""
    by.must("mynacard.fetch_personalisation")
    with acting(MYNACARD):
        found = _locked(lot)
        if found.state == LotState.FINISHED:
            raise Conflict("lot_finished", "このロットの製造は終わり、製造データは消去されています。")
        data = making.opened(found)
        ProductionLot.objects.filter(pk=lot).update(
            state=LotState.FETCHED, fetched_at=found.fetched_at or at.instant, fetched=F("fetched") + 1
        )
        holders = list(Card.objects.filter(lot_id=lot).values_list("resident_id", flat=True))
        detail = {"lot": found.number, "count": found.count, "sha256": found.sha256}
        audit.record(action="mynacard.personalisation_fetched", by=by, purpose=purpose, subjects=holders, detail=detail)
    return data


def finish(*, lot: int, faulty: Collection[str], by: Actor, at: Moment) -> list[Shipment]:
    """Take the quality result: faulty cards are void and made anew, the others go to their towns; the data is erased.

    Cards of the express lane go nowhere: they are set up centrally. `faulty` names card numbers. Invalid for a number
    that is not of the lot.
    """
    by.must("mynacard.produce")
    with acting(MYNACARD):
        found = _locked(lot)
        if found.state != LotState.FETCHED:
            raise Conflict("lot_not_fetched", "製造中のロットではありません。")
        cards = list(Card.objects.filter(lot_id=lot).select_related("application"))
        _must_be_of_lot(faulty, cards)
        remaking.discard([card for card in cards if card.card_number in faulty], by=by, at=at)
        good = [card for card in cards if card.card_number not in faulty]
        is_express = found.lane == Lane.EXPRESS
        shipments = [] if is_express else _ship(found, good, by, at)
        if is_express:
            setting_up.set_up_centrally(good, by=by, at=at)
        found.personalisation.delete()
        ProductionLot.objects.filter(pk=lot).update(state=LotState.FINISHED, finished_at=at.instant, faulty=len(faulty))
        detail = {"lot": found.number, "faulty": len(faulty), "shipments": len(shipments)}
        audit.record(action="mynacard.lot_finished", by=by, detail=detail)
    return shipments


def _ship(lot: ProductionLot, cards: Collection[Card], by: Actor, at: Moment) -> list[Shipment]:
    by_office: dict[str, list[Card]] = defaultdict(list)
    for card in cards:
        by_office[card.office].append(card)
    shipments = []
    for office, group in sorted(by_office.items()):
        # Cards voided since the lot was made (the holder died) stay with the maker.
        shipment = Shipment.objects.create(
            prefecture=group[0].prefecture,
            municipality=group[0].municipality,
            office=office,
            number=f"{lot.number}-{office}",
            lot=lot,
            count=0,
            shipped_at=at.instant,
        )
        ids = [card.pk for card in group]
        moved = moving.apply(MOVES["ship"], ids, by=by, at=at, purpose=PURPOSE, changes={"shipment": shipment})
        shipment.count = len(moved)
        shipment.save(update_fields=["count"])
        shipments.append(shipment)
    return shipments


def _must_be_of_lot(faulty: Collection[str], cards: Collection[Card]) -> None:
    strange = set(faulty) - {card.card_number for card in cards}
    if strange:
        raise Invalid.of([FieldError("faulty", "not_of_lot", "このロットにない製造番号が含まれています。")])


def _locked(lot: int) -> ProductionLot:
    found = ProductionLot.objects.select_for_update().filter(pk=lot).first()
    if found is None:
        raise NotFound("lot_not_found", "該当する製造ロットがありません。")
    return found
