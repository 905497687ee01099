"""A town's own register as its system compares it with the nation's."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.time import Moment
from juki.domain.consistency import ITEMS, TownSide
from juki.models import ConsistencyDifference, IdentityRecord
from juki.services import consistency
from tests.juki.registers import row

Register = dict[str, dict[str, str]]


def person(number: int, **changes: str) -> tuple[str, dict[str, str]]:
    """Code and notified items of the number-th resident of `registers`."""
    told = dict.fromkeys(ITEMS, "") | {"kana_source": "NOTIFIED"} | row(number)
    return told["resident_code"], {item: told[item] for item in ITEMS} | changes


def register_of(office: str) -> Register:
    """What the nation holds of an office's present residents, as an honest town would hold it."""
    with acting(REGISTRY):
        found = IdentityRecord.objects.filter(
            office=office, state="CURRENT", valid_to__isnull=True, superseded_at__isnull=True
        )
        return {each.resident_code: {item: getattr(each, item) for item in ITEMS} for each in found}


def compared(register: Mapping[str, Mapping[str, str]], *, office: str, by: Actor, at: Moment) -> consistency.Step:
    """A whole check, as the town's system leads it."""
    side = TownSide(register)
    step = consistency.start(office=office, told=side.opening(), by=by, at=at)
    while step.question is not None:
        told: Any = side.answer(step.question)
        step = consistency.answer(check_id=step.check.pk, step=step.check.step, told=told, by=by, at=at)
    return step


def differences(check: UUID) -> set[tuple[str, str, tuple[str, ...]]]:
    """Kind, code and items of everybody whom a check found to differ."""
    with acting(REGISTRY):
        rows = ConsistencyDifference.objects.filter(run=check)
        return {(each.kind, each.resident_code, tuple(each.items)) for each in rows}
