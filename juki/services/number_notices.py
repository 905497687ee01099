"""個人番号の通知: a town's own system fetches the numbers of those whom the town registers (番号法8条2項, J2).

The notice has no number: it is opened when it is fetched, for the office where the person is registered at that moment.
Who has moved on is told of to the new town by its own entry, and no more to the old one.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import FieldError, Invalid
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.organisations.selectors.municipalities import Tenant
from jlis.kernel.time import Moment
from juki.domain.number_notices import MOST
from juki.models import NumberNotice
from juki.services import numbers
from juki.services.ledger import PURPOSE
from juki.sql import number_notices as sql
from juki.sql import register

# Of a fill-in, in one transaction.
BATCH = 20_000
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


def fill_in(*, by: Actor, at: Moment) -> int:
    """Have the towns told what they were not: numbers from before there were notices. Returns how many were added.

    Office by office, `BATCH` at a time, each a transaction of its own: a run that was cut off goes on where it ended.
    """
    by.must("juki.fill_number_notices")
    with acting(by.scope):
        tenants = [municipalities.tenant_of(office.code) for office in municipalities.offices_at(at.day)]
    added = 0
    for tenant in tenants:
        last: UUID | None = UUID(int=0)
        while last is not None:
            count, last = _fill_batch(tenant, last, by, at)
            added += count
    return added


def _fill_batch(tenant: Tenant, after: UUID, by: Actor, at: Moment) -> tuple[int, UUID | None]:
    """Add the notices of an office's residents after an id; how many, and where the next batch begins."""
    with acting(REGISTRY):
        missing = sql.untold_of_office(tenant._asdict() | {"after": after, "limit": BATCH})
        since = numbers.given_on([resident for resident, _ in missing])
        notices = [
            NumberNotice(**tenant._asdict(), resident=resident, kind=kind, given_on=since[resident],
                         noted_at=at.instant)
            for resident, kind in missing
            if resident in since
        ]  # fmt: skip
        if notices:
            register.add_number_notices(notices)
            detail = {"office": tenant.office, "count": len(notices)}
            audit.record(action="juki.number_notices_filled", by=by, detail=detail)
    return len(notices), missing[-1][0] if len(missing) == BATCH else None


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
