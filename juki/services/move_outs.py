"""転出地の事務: 転出証明書情報 held ready for the new town, and those whose 転入通知 has not come."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.time import Moment
from jlis.kernel.vault import sealing
from juki.choices import MoveOutState
from juki.domain.items import WITHHELD
from juki.domain.move_outs import Information, read_information
from juki.domain.town_messages import sealed_form
from juki.models import MoveOut, MoveOutInformation
from juki.selectors import move_outs as move_out_selectors
from juki.selectors import protections
from juki.selectors import town_messages as selectors
from juki.services import answering, unlocking

PURPOSE = "JUKI-COUNTER"


@dataclass(frozen=True)
class Filed:
    """What is held of one person: of which move-out, the items, whether they move in by a card of their own."""

    move_out: int
    items: Mapping[str, Any]
    with_card: bool


def hold_information(*, filed: Sequence[Filed], destination: str, by: Actor, at: Moment) -> int:
    """Hold 転出証明書情報 of people who leave together; a town that already asks for it is answered at once.

    Returns how many requests were answered. Raises NotFound for another town's, Conflict when one is over already,
    Invalid naming row and field.
    """
    by.must("juki.keep_move_outs")
    items = _read(filed, destination)
    with acting(by.scope):
        found = {row.pk: row for row in MoveOut.objects.filter(pk__in=[one.move_out for one in filed])}
    if len(found) != len(filed):
        raise NotFound("move_out_not_found", "該当する転出がありません。")
    if any(row.state != MoveOutState.OPEN for row in found.values()):
        raise Conflict("move_out_over", "転入通知が届いた、または取り消された転出です。")
    filing = uuid7(at.instant)
    with acting(REGISTRY):
        for one in filed:
            MoveOut.objects.filter(pk=one.move_out, state=MoveOutState.OPEN).update(
                destination=destination.strip(), with_card=one.with_card, filing=filing
            )
        _keep([(found[one.move_out], each) for one, each in zip(filed, items, strict=True)], at)
        audit.record(
            action="juki.move_out_information_held",
            by=by,
            purpose=PURPOSE,
            subjects=[row.resident for row in found.values()],
            detail={"filing": str(filing), "with_card": sum(one.with_card for one in filed)},
        )
        waiting = [row.resident for row in found.values()]
        return sum(answering.answer_move_out_requests(waiting, at=at))


@dataclass(frozen=True)
class Held:
    """What is held of one person. ``destination``: the words for a covered person's, unless it may be shown."""

    move_out: MoveOut
    information: Information
    destination: str
    held_at: datetime


def held(*, move_out: int, by: Actor, at: Moment) -> Held:
    """What the own town holds of one who left, as registered last. NotFound for another's, or where nothing is."""
    by.must("juki.keep_move_outs")
    with acting(by.scope):
        found = move_out_selectors.get(move_out)
        kept = MoveOutInformation.objects.filter(move_out=found).order_by("-held_at", "-pk").first()
        if kept is None:
            raise NotFound("information_not_held", "転出証明書情報は登録されていません。")
        detail = {"move_out": found.pk}
        audit.record(
            action="juki.move_out_information_seen", by=by, purpose=PURPOSE, subject=found.resident, detail=detail
        )
        opened = sealing.open_many([bytes(kept.sealed)], [found.resident.bytes])[0]
    is_covered = bool(protections.covered([found.resident]))
    hides = is_covered and not unlocking.is_open(resident=found.resident, purpose=PURPOSE, by=by, at=at)
    return Held(
        found, Information.from_body(json.loads(opened)), WITHHELD if hides else found.destination, kept.held_at
    )


def missing(*, by: Actor, at: Moment) -> QuerySet[MoveOut]:
    """The own town's move-outs whose 転入通知 has not come in the days that the town has set (転入通知未着)."""
    by.must("juki.see_town_messages")
    days = selectors.desk_of(by.organisation).days_until_missing
    last = at.day - timedelta(days=days)
    return MoveOut.objects.filter(state=MoveOutState.OPEN, intended_on__lt=last).order_by("intended_on")


def _read(filed: Sequence[Filed], destination: str) -> list[Information]:
    errors: list[FieldError] = []
    items: list[Information] = []
    if not filed:
        errors.append(FieldError("move_out", "empty", "転出する者を1人以上選んでください。"))
    if not destination.strip():
        errors.append(FieldError("destination", "required", "転出先を入力してください。"))
    for row, one in enumerate(filed, start=1):
        information, faults = read_information(one.items, row=row)
        errors += faults
        items += [information] if information else []
    if errors:
        raise Invalid.of(errors)
    return items


def _keep(held: Sequence[tuple[MoveOut, Information]], at: Moment) -> None:
    values = sealing.seal_many(
        [sealed_form(information.body()) for _, information in held], [row.resident.bytes for row, _ in held]
    )
    MoveOutInformation.objects.bulk_create(
        MoveOutInformation(
            id=uuid7(at.instant), move_out=row, resident=row.resident, prefecture=row.prefecture,
            municipality=row.municipality, office=row.office, sealed=value, held_at=at.instant,
        )
        for (row, _), value in zip(held, values, strict=True)
    )  # fmt: skip
