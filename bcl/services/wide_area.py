"""広域交付: a household's items from the copy, for the answer that the town owes (住民基本台帳法12条の4第3項)."""

from typing import Any
from uuid import UUID

from bcl.domain.giving import Bar
from bcl.domain.relations import label_of
from bcl.selectors import households, participation
from bcl.selectors.copies import Held
from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.isolation.scope import BCL, acting
from jlis.kernel.time import Moment
from juki.domain.wide_area import ALWAYS, Order, Who
from juki.issuing import TO_THE_COUNTER, Household, NotGiven

# What a kiosk asks of whoever stands before it alone; a clerk has seen this requester.
_OF_KIOSKS = frozenset({Bar.UNDER_15, Bar.MOVED_IN_TODAY})


def household(*, resident: UUID, office: str, order: Order, by: Actor, at: Moment, purpose: str) -> Household | None:
    """The members that are wanted, recorded; None where the office keeps no copy here. Raises `NotGiven`.

    Called for the town itself: ``by`` is its own desk, whose scope names the office.
    """
    if by.scope.org != office:
        raise NotGiven("not_own", TO_THE_COUNTER)
    with acting(BCL):
        if not participation.serves(office):
            return None
        found = households.find(resident, office, at.day)
        bar = found.bar if found.bar not in _OF_KIOSKS else None
        chosen = [] if bar or found.own is None else _chosen(order, found.own, found.members)
        chosen = chosen if _may_be_told(chosen) else []
        audit.record(
            action="bcl.household_told" if chosen else "bcl.household_refused",
            by=by,
            purpose=purpose,
            subjects=[held.resident for held in chosen if held.resident] or [resident],
            detail={"office": office, "refused": bar.value} if bar else {"office": office, "count": len(chosen)},
        )
    if not chosen:
        raise NotGiven("not_given", TO_THE_COUNTER)
    return Household([_items(held) for held in chosen], len(chosen) == len(found.members))


def _chosen(order: Order, own: Held, members: list[Held]) -> list[Held]:
    """Nobody where a name is not of the household."""
    if order.who is Who.SELF:
        return [own]
    if order.who is Who.HOUSEHOLD:
        return members
    named = [held for held in members if held.row.name in order.names]
    return named if {held.row.name for held in named} == set(order.names) else []


def _may_be_told(chosen: list[Held]) -> bool:
    """Whoever has told of a move-out comes to the own town's counter: the paper would not say so."""
    return not any(held.row.moving_out_on for held in chosen)


def _items(held: Held) -> dict[str, Any]:
    row = held.row
    items: dict[str, Any] = {item: getattr(row, item) for item in ALWAYS}
    return items | {
        "relation": label_of(row.relation),
        "householder": row.householder,
        "resident_code": row.resident_code,
        "resident": held.resident,
    }
