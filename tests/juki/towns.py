"""Towns that write to each other: somebody who moves between them, and a look as each sees it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.time import Moment
from juki.models import MoveOut, Resident, TownMessage
from juki.services import move_outs
from juki.services.move_outs import Filed
from tests.juki.factories import change, grown, tell

SHINJUKU_ADDRESS = "東京都新宿区西新宿二丁目8番1号"
HEAD = {"householder": "髙﨑　太郎", "relation": "世帯主", "honseki": "東京都千代田区九段南一丁目2番",
        "koseki_head": "髙﨑　太郎", "national_health_insurance": True, "pension_class": "1",
        "pension_number": "1234567890"}  # fmt: skip


def resident_with(code: str) -> Resident:
    with acting(REGISTRY):
        return Resident.objects.get(resident_code=code)


def living(by: Actor, at: Moment, **items: Any) -> Resident:
    """Somebody grown of the actor's town, which has a lot of codes."""
    (taken,) = tell(grown(**items), by=by, at=at)
    return resident_with(taken.resident_code)


def leaves(resident: Resident, *, by: Actor, at: Moment, on: date | None = None) -> MoveOut:
    """A move-out that the town tells; returns what waits for the 転入通知."""
    day = (on or at.day).isoformat()
    tell(change("D01", resident.resident_code, changed_on=day), by=by, at=at)
    with acting(by.scope):
        return MoveOut.objects.get(resident=resident.pk, state="OPEN")


def arrives(resident: Resident, *, by: Actor, at: Moment, **items: Any) -> None:
    """An ordinary move-in."""
    notice = grown(reason="R01", resident_code=resident.resident_code, changed_on=at.day.isoformat(),
                   address=SHINJUKU_ADDRESS)  # fmt: skip
    (taken,) = tell(notice | items, by=by, at=at)
    assert taken.status == "APPLIED", taken.contradiction


def held(*move_outs_: MoveOut, by: Actor, at: Moment, destination: str = "東京都新宿区", head: bool = True,
         with_card: bool = True) -> None:  # fmt: skip
    """The former town's information on a household that leaves together; the first has the card."""
    filed = []
    for place, one in enumerate(move_outs_):
        relation = ("世帯主" if head else "妻") if place == 0 else "子"
        filed.append(Filed(one.pk, HEAD | {"relation": relation}, with_card and place == 0))
    with acting(by.scope):
        move_outs.hold_information(filed=filed, destination=destination, by=by, at=at)


def messages(by: Actor, **wanted: Any) -> list[TownMessage]:
    """What an actor's town sees."""
    with acting(by.scope):
        return list(TownMessage.objects.filter(**wanted).order_by("sent_at", "sequence"))


def later(at: Moment, days: int) -> Moment:
    return Moment.of(at.day + timedelta(days=days))


def move_out_of(resident: UUID, by: Actor) -> MoveOut:
    with acting(by.scope):
        return MoveOut.objects.get(resident=resident)
