"""Cards from applications: numbers, last days, the sealed data for the maker. Steps of the lanes' services."""

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.time import Moment
from jlis.kernel.vault import sealing
from juki.selectors import residents
from juki.selectors.residents import CurrentRecord
from juki.services import numbers as individual_numbers
from mynacard.choices import Lane, LotState, State
from mynacard.domain import numbers, validity
from mynacard.domain.applications import MOVES
from mynacard.domain.applications import State as ApplicationState
from mynacard.models import Application, Card, PersonalisationFile, ProductionLot
from mynacard.models.production import bound_to_lot
from mynacard.services import applications, photos
from mynacard.services.counter import PURPOSE
from mynacard.sql import numbers as sequences

_LETTERS = {Lane.ORDINARY: numbers.ORDINARY, Lane.EXPRESS: numbers.EXPRESS}
# What stands on the card's face, beside the photo.
_PRINTED = ("name", "name_kana", "former_surname", "alias", "birth_date", "sex", "address")


@dataclass(frozen=True)
class Made:
    """A lot with its cards; `dropped` were cancelled, since their holders died, moved or may stay no longer."""

    lot: ProductionLot
    cards: list[Card]
    dropped: list[UUID]


def make(wanted: Sequence[Application], lane: Lane, *, by: Actor, at: Moment) -> Made | None:
    """Order cards for accepted applications, in the caller's transaction; None when nothing is left to be made."""
    # The card carries its holder's address by law, whoever they are (番号法2条7項).
    known = residents.current_many([each.resident_id for each in wanted], with_protected_address=True)
    fit = [each for each in wanted if _may_be_made(each, known.get(each.resident_id), at)]
    dropped = [each for each in wanted if each not in fit]
    for each in dropped:
        applications.move_one(MOVES["cancel"], each, by=by, at=at, note="製造までの間の異動")
    if not fit:
        return None
    lot = _lot(lane, len(fit), at)
    cards = _cards(lot, lane, fit, known, at)
    _personalise(lot, cards, fit, known)
    Application.objects.filter(pk__in=[each.pk for each in fit]).update(state=ApplicationState.PRODUCING.value)
    holders = [card.resident_id for card in cards]
    detail = {"lot": lot.number, "count": len(cards), "fields": [*_PRINTED, "individual_number"]}
    audit.record(action="mynacard.cards_ordered", by=by, purpose=PURPOSE, subjects=holders, detail=detail)
    return Made(lot, cards, [each.pk for each in dropped])


def opened(lot: ProductionLot) -> bytes:
    """The maker's data of a lot, as JSON lines, zlib-compressed; the caller writes down who took it."""
    (plain,) = sealing.open_many([bytes(lot.personalisation.sealed)], [bound_to_lot(lot.pk)])
    return plain


def _may_be_made(application: Application, record: CurrentRecord | None, at: Moment) -> bool:
    if record is None or not record.is_present_on(at.day) or record.office != application.office:
        return False
    return application.stay_ends_on is None or application.stay_ends_on >= at.day


def _lot(lane: Lane, count: int, at: Moment) -> ProductionLot:
    (sequence,) = sequences.draw("lot", 1)
    return ProductionLot.objects.create(
        number=f"{_LETTERS[lane]}{at.day:%Y%m%d}-{sequence:06}",
        lane=lane.value,
        state=LotState.MADE.value,
        made_on=at.day,
        made_at=at.instant,
        count=count,
        sha256="",
    )


def _cards(
    lot: ProductionLot,
    lane: Lane,
    wanted: Sequence[Application],
    known: Mapping[UUID, CurrentRecord],
    at: Moment,
) -> list[Card]:
    drawn = sequences.draw("card", len(wanted))
    letter = _LETTERS[lane]
    rows = [
        _card(each, known[each.resident_id], lot, letter, sequence, at)
        for each, sequence in zip(wanted, drawn, strict=True)
    ]
    return Card.objects.bulk_create(rows)


def _card(
    application: Application, record: CurrentRecord, lot: ProductionLot, letter: str, sequence: int, at: Moment
) -> Card:
    return Card(
        prefecture=record.prefecture,
        municipality=record.municipality,
        office=record.office,
        card_number=numbers.card_number(year=at.day.year, lane=letter, sequence=sequence),
        resident_id=record.resident_id,
        application=application,
        lot=lot,
        state=State.PRODUCTION.value,
        issued_on=at.day,
        expires_on=validity.last_day(
            applied_on=application.applied_on,
            issued_on=at.day,
            born=PartialDate.from_iso(record.birth_date),
            stay_ends_on=application.stay_ends_on,
        ),
        face_version=record.version,
        made_at=at.instant,
    )


def _personalise(
    lot: ProductionLot,
    cards: Sequence[Card],
    wanted: Sequence[Application],
    known: Mapping[UUID, CurrentRecord],
) -> None:
    pictures = photos.opened([each.pk for each in wanted])
    opened_numbers = individual_numbers.open_numbers([card.resident_id for card in cards])
    lines = [
        json.dumps(
            {name: getattr(known[card.resident_id], name) for name in _PRINTED}
            | {
                "card_number": card.card_number,
                "individual_number": opened_numbers[card.resident_id],
                "expires_on": card.expires_on.isoformat(),
                "photo": _base64(pictures.get(application.pk)),
            },
            ensure_ascii=False,
        )
        for card, application in zip(cards, wanted, strict=True)
    ]
    data = zlib.compress("\n".join(lines).encode())
    (sealed,) = sealing.seal_many([data], [bound_to_lot(lot.pk)])
    PersonalisationFile.objects.create(lot=lot, sealed=sealed)
    lot.sha256 = hashlib.sha256(data).hexdigest()
    lot.save(update_fields=["sha256"])


def _base64(octets: bytes | None) -> str:
    return base64.b64encode(octets).decode() if octets else ""
