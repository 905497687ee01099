"""個人番号の通知: a town's own system fetches the numbers of those whom the town registers (番号法8条2項, J2).

The notice has no number: it is opened when it is fetched, for the office where the person is registered at that moment.
Who has moved on is told of to the new town by its own entry, and no more to the old one.
"""

from dataclasses import dataclass
from datetime import date

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import FieldError, Invalid
from jlis.kernel.isolation.scope import acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from juki.domain.number_notices import MOST
from juki.services import numbers
from juki.services.ledger import PURPOSE
from juki.sql import number_notices as sql

FIELDS = ["individual_number", "resident_code"]


@dataclass(frozen=True)
class Told:
    """A number as its town is told it."""

    place: int
    office: str
    kind: str
    given_on: date
    resident_code: str
    number: str


@dataclass(frozen=True)
class Page:
    """What comes after a place, where the next page begins, and whether there may be one."""

    told: list[Told]
    next: int
    more: bool


def fetch(*, after: int = 0, limit: int = MOST, by: Actor, at: Moment) -> Page:
    """The numbers that the town has not been told yet, in order. The same `after` gives the same page again.

    Raises `Invalid` for a place that was never given or too large a page, `NotFound` for who is no town.
    """
    by.must("juki.receive_numbers")
    if not 1 <= limit <= MOST:
        raise Invalid.of([FieldError("limit", "out_of_range", f"一度に受け取れるのは1件から{MOST:,}件です。")])
    with acting(by.scope):
        town = municipalities.tenant_of(by.organisation).municipality
        sql.lock(town)
        if not 0 <= after <= sql.last(town):
            raise Invalid.of([FieldError("after", "not_given", "この番号までの通知はまだありません。")])
        rows = sql.page({"town": town, "after": after, "limit": limit, "at": at.instant})
        told = _opened([row for row in rows if row[-1] is not None], by, after)
    return Page(told, rows[-1][0] if rows else after, len(rows) == limit)


def _opened(rows: list[tuple], by: Actor, after: int) -> list[Told]:
    if not rows:
        return []
    residents = [resident for *_, resident, _ in rows]
    opened = numbers.in_order(b"".join(resident.bytes for resident in residents))
    detail = {"fields": FIELDS, "count": len(rows), "after": after}
    audit.record(action="juki.numbers_told", by=by, purpose=PURPOSE, subjects=residents, detail=detail)
    return [
        Told(place, office, kind, given_on, code, number.decode())
        for (place, office, kind, given_on, _, code), number in zip(rows, opened, strict=True)
    ]
