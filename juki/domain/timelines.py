"""A person's changes put into the order in which they happened, when some were told late (施行令30条の5).

A town numbers what it tells of a person, and nobody numbers across towns: a move-in may be told before what happened in
a third town in between. What came late is then told into its place, if everything that was applied already still holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from jlis.kernel.domain.partial_dates import PartialDate
from juki.domain.changes import ChangeClass, ChangeReason
from juki.domain.contradictions import HELD_ITEMS, Contradiction, Standing, contradiction
from juki.domain.item_rules import without_other_class
from juki.domain.notices import Notice


@dataclass(frozen=True)
class Told:
    """A notice with its place among those that came, and whether the register holds it already."""

    place: int
    notice: Notice
    is_applied: bool


def standing_after(standing: Standing, notice: Notice) -> Standing:
    """What the register holds of the person once a notice was applied."""
    is_removal = notice.facts.kind is ChangeClass.REMOVAL
    born = PartialDate.from_iso(notice.birth_date).earliest() if notice.birth_date else standing.born_from
    return replace(
        standing,
        office=notice.municipality,
        is_current=not is_removal,
        removal_reason=notice.reason.value if is_removal else "",
        last_changed_on=notice.changed_on,
        born_from=born,
        items=_items_after(standing, notice),
        entered_on=notice.changed_on if notice.facts.kind is ChangeClass.ENTRY else standing.entered_on,
    )


def _items_after(standing: Standing, notice: Notice) -> Mapping[str, str]:
    if notice.reason is ChangeReason.CORRECTION_CANCELLED and not notice.items():
        return {}
    items = {**standing.items, **notice.items()}
    if notice.resident_class:
        items = without_other_class(items)
    return {name: value for name, value in items.items() if name in HELD_ITEMS}


def arranged(standing: Standing, told: Sequence[Told]) -> list[Told] | None:
    """The order in which they happened, from a standing on; None where something applied would not hold in it.

    Each town's own order stands. What came late and contradicts even in its place is left out.
    """
    queues: dict[str, list[Told]] = {}
    for each in sorted(told, key=_in_its_town):
        queues.setdefault(each.notice.municipality, []).append(each)
    order: list[Told] = []
    while any(queues.values()):
        following = _next(standing, [queue[0] for queue in queues.values() if queue])
        queues[following.notice.municipality].pop(0)
        if contradiction(following.notice, standing) is None:
            order.append(following)
            standing = standing_after(standing, following.notice)
        elif following.is_applied:
            return None
    return order


def _in_its_town(told: Told) -> tuple[int, bool, int]:
    # A town that numbers nothing is taken by arrival: its own order is never turned round by dates.
    return told.notice.sequence or 0, not told.is_applied, told.place


def _next(standing: Standing, heads: Sequence[Told]) -> Told:
    """The earliest; on one day first what the town tells where the person is. A move-out comes before the move-in that
    it makes room for, though it was told for a later day (法24条)."""
    earliest = min(
        heads, key=lambda told: (told.notice.changed_on, told.notice.municipality != standing.office, told.place)
    )
    verdict = contradiction(earliest.notice, standing)
    if verdict is not None and verdict.kind is Contradiction.TWO_MUNICIPALITIES:
        for head in heads:
            if head.notice.municipality == standing.office and head.notice.facts.may_be_future:
                return head
    return earliest
