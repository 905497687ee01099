"""到着: the scan of what came against what was sent; what does not agree stays open until somebody settles it."""

from collections.abc import Sequence

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict, FieldError, Invalid, NotFound
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.time import Moment
from mynacard.choices import DiscrepancyKind, State
from mynacard.domain.lifecycle import MOVES
from mynacard.domain.numbers import is_card_number
from mynacard.models import ArrivalDiscrepancy, Card, Shipment
from mynacard.services import moving, remaking
from mynacard.services.counter import PURPOSE


def scan(*, shipment: int, scanned: Sequence[str], by: Actor, at: Moment) -> Shipment:
    """Take the card numbers that were read off the cards. May be done again when a missing card turns up.

    Raises NotFound for another town's shipment, Invalid for a misread number.
    """
    by.must("mynacard.receive")
    with acting(by.scope):
        found = _shipment(shipment)
    numbers = [number.strip().upper() for number in scanned if number.strip()]
    _must_be_read_right(numbers)
    with acting(MYNACARD):
        Shipment.objects.select_for_update().get(pk=shipment)
        sent = {card.card_number: card for card in Card.objects.filter(shipment_id=shipment)}
        here = [card.pk for number, card in sent.items() if number in set(numbers)]
        moving.apply(MOVES["arrive"], here, by=by, at=at, purpose=PURPOSE)
        _settle_found(shipment, here, by, at)
        missing = [card for card in sent.values() if card.pk not in here and card.state == State.SHIPPED]
        _open(found, missing, sorted(set(numbers) - sent.keys()), at)
        Shipment.objects.filter(pk=shipment, arrived_at=None).update(arrived_at=at.instant)
        detail = {"shipment": found.number, "arrived": len(here), "missing": len(missing)}
        audit.record(action="mynacard.shipment_scanned", by=by, detail=detail)
    with acting(by.scope):
        return _shipment(shipment)


def settle(*, discrepancy: int, is_lost: bool, note: str, by: Actor, at: Moment) -> ArrivalDiscrepancy:
    """Close a discrepancy. A lost card is void and made anew; a strange one is noted as sent back."""
    by.must("mynacard.receive")
    if not note.strip():
        raise Invalid.of([FieldError("note", "required", "処理の内容を入力してください。")])
    with acting(by.scope):
        visible = ArrivalDiscrepancy.objects.filter(pk=discrepancy).exists()
    if not visible:
        raise NotFound("discrepancy_not_found", "該当する不一致がありません。")
    with acting(MYNACARD):
        found = ArrivalDiscrepancy.objects.select_for_update(of=("self",)).get(pk=discrepancy)
        if found.settled_at is not None:
            raise Conflict("already_settled", "この不一致は処理済みです。")
        if is_lost and found.card is not None:
            remaking.discard([found.card], by=by, at=at, verb="void_missing")
        found.settled_at, found.settled_by, found.note = at.instant, by.label, note.strip()
        found.save()
        audit.record(action="mynacard.discrepancy_settled", by=by, detail={"discrepancy": discrepancy})
    return found


def _shipment(pk: int) -> Shipment:
    found = Shipment.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound("shipment_not_found", "該当する送付がありません。")
    return found


def _must_be_read_right(numbers: Sequence[str]) -> None:
    if not numbers:
        raise Invalid.of([FieldError("scanned", "required", "製造番号を読み取ってください。")])
    wrong = [place for place, number in enumerate(numbers, start=1) if not is_card_number(number)]
    if wrong:
        places = "、".join(map(str, wrong[:5]))
        raise Invalid.of(
            [FieldError("scanned", "misread", f"{places}行目は製造番号ではありません。読み直してください。")]
        )


def _settle_found(shipment: int, here: Sequence[int], by: Actor, at: Moment) -> None:
    ArrivalDiscrepancy.objects.filter(shipment_id=shipment, card__in=here, settled_at=None).update(
        settled_at=at.instant, settled_by=by.label, note="後の読取りで到着を確認しました。"
    )


def _open(shipment: Shipment, missing: Sequence[Card], strange: Sequence[str], at: Moment) -> None:
    known = set(
        ArrivalDiscrepancy.objects.filter(shipment=shipment, settled_at=None).values_list("card_number", flat=True)
    )
    wanted = [(card.card_number, card, DiscrepancyKind.MISSING) for card in missing]
    wanted += [(number, None, DiscrepancyKind.UNEXPECTED) for number in strange]  # type: ignore[misc]
    ArrivalDiscrepancy.objects.bulk_create(
        ArrivalDiscrepancy(
            prefecture=shipment.prefecture,
            municipality=shipment.municipality,
            office=shipment.office,
            shipment=shipment,
            card=card,
            card_number=number,
            kind=kind,
            opened_at=at.instant,
        )
        for number, card, kind in wanted
        if number not in known
    )
