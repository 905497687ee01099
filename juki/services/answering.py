"""A town's desk that answers by itself from what the town holds ready: under that town's own scope.

The network cannot read what a town has sealed. The desk assumes the receiving town's role for one look, and puts the
answer on its way.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from jlis.kernel.actors import Actor, system_actor
from jlis.kernel.isolation.scope import REGISTRY, Scope, acting
from jlis.kernel.time import Moment
from jlis.kernel.vault import sealing
from juki import issuing
from juki.choices import MoveOutState
from juki.domain import special_move_ins, wide_area
from juki.domain.move_outs import Information
from juki.domain.notices import IDENTITY_FIELDS
from juki.domain.special_move_ins import Standing, Verdict
from juki.domain.town_messages import MOVES, OPEN, Kind
from juki.domain.wide_area import Order
from juki.issuing import Household, NotGiven
from juki.models import IdentityRecord, MoveOut, MoveOutInformation, TownMessage
from juki.selectors import protections, residents
from juki.selectors import town_messages as selectors
from juki.services import numbers, posting

PURPOSE = "JUKI-COUNTER"


@dataclass(frozen=True)
class _Person:
    """Somebody who leaves, with what the town holds of them."""

    move_out: MoveOut
    record: IdentityRecord
    information: Information


def desk_of(office: str) -> Actor:
    """The town's desk as an actor: it sees what the town sees."""
    desk = system_actor("juki.town_desk", Scope("jlis_municipal", office))
    return replace(desk, organisation=office, label="自動回答")


def answer_move_out_requests(wanted: Sequence[UUID], *, at: Moment) -> list[bool]:
    """Answer the requests for 転出証明書情報 that wait for these residents; for each, whether it could be answered."""
    with acting(REGISTRY):
        waiting = TownMessage.objects.select_for_update().filter(
            kind=Kind.MOVE_OUT_INFORMATION, state__in=[state.value for state in OPEN], resident__in=list(wanted)
        )
        return [_answer(message, at) for message in waiting.order_by("pk")]


def answer_wide_area(message: TownMessage, *, at: Moment) -> bool:
    """Answer a request for the items of a 住民票 from the town's book, where a room above keeps it."""
    desk = desk_of(message.receiver)
    assert message.resident is not None, "the requester was found"
    with acting(desk.scope):
        order = wide_area.order_in(selectors.contents(message)["REQUEST"])
    try:
        found = issuing.household(
            resident=message.resident, office=message.receiver, order=order, by=desk, at=at, purpose=PURPOSE
        )
    except NotGiven as refusal:
        posting.move(MOVES["refuse"], message, by=desk, at=at, note=refusal.message)
        return True
    if found is None:
        return False
    if protections.covered(each["resident"] for each in found.members if each["resident"]):
        posting.move(MOVES["refuse"], message, by=desk, at=at, note=issuing.TO_THE_COUNTER)
        return True
    body = wide_area.answer_body(order, _with_numbers(found, order), whole=found.whole)
    posting.move(MOVES["answer"], message, by=desk, at=at, answer=body)
    return True


def _with_numbers(found: Household, order: Order) -> list[dict[str, Any]]:
    """The members with their 個人番号, where they are asked for."""
    if not order.individual_number:
        return list(found.members)
    opened = numbers.open_numbers([member["resident"] for member in found.members if member["resident"]])
    return [member | {"individual_number": opened.get(member["resident"], "")} for member in found.members]


def _answer(message: TownMessage, at: Moment) -> bool:
    desk = desk_of(message.receiver)
    with acting(desk.scope):
        asked = selectors.contents(message)["REQUEST"]
        people = _held_for(message.resident) if message.resident else []
    if not people:
        return False
    verdict = _bar(people, asked, at)
    if verdict is not None:
        posting.move(MOVES["refuse"], message, by=desk, at=at, note=verdict.bar.value)
        return True
    told = people if asked["with_family"] else people[:1]
    posting.move(MOVES["answer"], message, by=desk, at=at, answer=_answer_body(told))
    return True


def _held_for(resident: UUID) -> list[_Person]:
    """The one who asks first, then those of the same filing who have no card; empty where nothing is held."""
    own = MoveOut.objects.filter(resident=resident, state=MoveOutState.OPEN, filing__isnull=False).first()
    if own is None:
        return []
    family = MoveOut.objects.filter(filing=own.filing, state=MoveOutState.OPEN, with_card=False).exclude(pk=own.pk)
    return [_person(each) for each in (own, *family.order_by("pk"))]


def _person(move_out: MoveOut) -> _Person:
    sealed = MoveOutInformation.objects.filter(move_out=move_out).order_by("-held_at", "-pk").values_list("sealed")[0]
    opened = sealing.open_many([bytes(sealed[0])], [move_out.resident.bytes])[0]
    # The law has the former town tell the address to the town that enters the person (施行令24条の3).
    record = residents.latest_of(move_out.resident, with_protected_address=True)
    assert record is not None, "the former town keeps the removed record"
    return _Person(move_out, record, Information.from_body(json.loads(opened)))


def _bar(people: Sequence[_Person], asked: dict[str, Any], at: Moment) -> Verdict | None:
    own = people[0]
    return special_move_ins.bar_on(
        Standing(
            filed_on=at.day,
            moved_on=at.day,
            card_is_live=True,
            intended_on=at.day,
            with_family=bool(asked["with_family"]),
            told_with_card=own.move_out.with_card,
            is_head=own.information.is_head,
        )
    )


def _answer_body(people: Sequence[_Person]) -> dict[str, Any]:
    """法7条1号から5号まで・13号, 施行令24条の3 (the card's own items are on the card)."""
    first = people[0]
    return {
        "former_address": first.record.address,
        "destination": first.move_out.destination,
        "intended_on": first.move_out.intended_on.isoformat(),
        "persons": [
            {"resident_code": one.record.resident_code, "with_card": one.move_out.with_card}
            | {item: getattr(one.record, item) for item in IDENTITY_FIELDS if item != "address"}
            | one.information.body()
            for one in people
        ],
    }
