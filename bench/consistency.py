"""整合性確認: what crosses the line for a few differences against everything, and what the digests cost (J16)."""

import json
from random import Random

from bench.stage import TOWN, Line, chief, fill, in_turn

DIFFERING = (1, 10, 100)


def measure(rows: int) -> list[Line]:
    """Bytes told for so many differences against the whole register; seconds of the digests against Python's."""
    fill(rows)
    register = _register()
    everything = len(json.dumps(register, ensure_ascii=False).encode())
    lines = []
    for differing in DIFFERING:
        told, found = _told(register, differing)
        assert found == differing, (found, differing)
        what = f"consistency, {differing} of {len(register):,} differ, bytes"
        lines.append(Line(what, told, "the register whole", everything, at_most=0.05))
    digests, by_row = in_turn(_digests, _by_row)
    lines.append(Line("consistency, nation's digests, s", digests, "row by row in Python", by_row, at_most=1))
    return lines


def _register() -> dict[str, dict[str, str]]:
    from jlis.kernel.isolation.scope import acting
    from juki.domain.consistency import ITEMS
    from juki.selectors import residents

    with acting(chief().scope):
        found = residents.latest_versions().filter(state="CURRENT").values_list("resident_code", *ITEMS)
        return {code: dict(zip(ITEMS, items, strict=True)) for code, *items in found.iterator(chunk_size=5000)}


def _told(register: dict[str, dict[str, str]], differing: int) -> tuple[int, int]:
    """Bytes of both directions of one check, and how many differences it found."""
    from jlis.kernel.time import now
    from juki.domain.consistency import TownSide
    from juki.services import consistency

    town = dict(register)
    for code in Random(differing).sample(sorted(town), differing):
        town[code] = town[code] | {"address": "別の住所"}
    side, by = TownSide(town), chief()
    crossed = _size(side.opening())
    step = consistency.start(office=TOWN, told=side.opening(), by=by, at=now())
    while step.question is not None:
        told = side.answer(step.question)
        crossed += _size(told) + _size([*step.question.nodes, *step.question.resident_codes])
        step = consistency.answer(check_id=step.check.pk, step=step.check.step, told=told, by=by, at=now())
    return crossed, step.check.differences


def _size(document: object) -> int:
    return len(json.dumps(document).encode())


def _digests() -> None:
    from jlis.kernel.isolation.scope import REGISTRY, acting
    from jlis.kernel.organisations.selectors.municipalities import tenant_of
    from jlis.kernel.time import now
    from juki.selectors import consistency

    with acting(REGISTRY):
        consistency.tree_of(tenant_of(TOWN), now().day)


def _by_row() -> None:
    from juki.domain.consistency import TownSide

    TownSide(_register()).opening()
