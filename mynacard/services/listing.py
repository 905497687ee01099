"""Names beside a list: who stands on it is looked up under the actor's own scope, and written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.isolation.scope import acting
from juki.selectors import residents
from juki.selectors.residents import CurrentRecord
from mynacard.services import counter

PURPOSE = counter.PURPOSE
# The agency's officers see applications by number; names are the towns' to see.
_SEE_NAMES = frozenset({"jlis_municipal", "jlis_city"})


class OfSomebody(Protocol):
    """A row that belongs to a resident."""

    resident_id: UUID


Row = TypeVar("Row", bound=OfSomebody)


@dataclass(frozen=True)
class Named(Generic[Row]):
    """A row and, where the actor may see it, its resident's record."""

    row: Row
    record: CurrentRecord | None


def named(rows: Sequence[Row], *, what: str, by: Actor) -> list[Named[Row]]:
    """The rows with their residents' records; `what` says in the chain which list was shown."""
    wanted = [row.resident_id for row in rows]
    if by.scope.role not in _SEE_NAMES or not wanted:
        return [Named(row, None) for row in rows]
    with acting(by.scope):
        known = residents.current_many(wanted)
        protected = sum(record.is_protected for record in known.values())
        detail = {"list": what} | ({"protected": protected} if protected else {})
        audit.record(action="mynacard.list_seen", by=by, purpose=PURPOSE, subjects=list(known), detail=detail)
    return [Named(row, known.get(row.resident_id)) for row in rows]
