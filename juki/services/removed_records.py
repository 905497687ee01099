"""除票 (J17): searched, read and issued by the office that removed the record, for that purpose alone."""

from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import Moment
from juki.models import IdentityRecord
from juki.selectors import affairs
from juki.selectors import removed_records as selectors
from juki.selectors.residents import FourItems
from juki.services.queries import LISTED, MOST_CANDIDATES, SHOWN

PURPOSE = "JUKI-REMOVED"


def search(*, items: FourItems, by: Actor, at: Moment) -> tuple[list[IdentityRecord], bool]:
    """The removed records of the own office that match, and whether there are more than `MOST_CANDIDATES`."""
    _must_be_let(by, at)
    with acting(by.scope.for_purpose(PURPOSE)):
        found = selectors.matching(items, day=at.day, limit=MOST_CANDIDATES + 1)
        too_many = len(found) > MOST_CANDIDATES
        found = found[:MOST_CANDIDATES]
        audit.record(
            action="juki.removed_searched",
            by=by,
            purpose=PURPOSE,
            subjects=[row.resident for row in found],
            detail={"asked": items.given(), "fields": LISTED, "count": len(found)},
        )
    return found, too_many


def open_record(*, resident: UUID, version: int, by: Actor, at: Moment) -> IdentityRecord:
    """One removed record of the own office. Raises NotFound for a present one and for another office's."""
    return _seen(resident, version, "juki.removed_record_viewed", by, at)


def issue(*, resident: UUID, version: int, by: Actor, at: Moment) -> IdentityRecord:
    """One removed record for a paper. Raises Conflict for a person whom a 支援措置 covers: no paper leaves then."""
    _must_be_let(by, at)
    with acting(by.scope.for_purpose(PURPOSE)):
        is_covered = selectors.get(resident, version, at.day).is_protected
    if is_covered:
        raise Conflict("protected", "この除票の書面は作成できません。担当に確かめてください。")
    return _seen(resident, version, "juki.removed_record_issued", by, at)


def _seen(resident: UUID, version: int, action: str, by: Actor, at: Moment) -> IdentityRecord:
    _must_be_let(by, at)
    with acting(by.scope.for_purpose(PURPOSE)):
        found = selectors.get(resident, version, at.day)
        audit.record(
            action=action, by=by, purpose=PURPOSE, subject=resident, detail={"fields": SHOWN, "version": version}
        )
    return found


def _must_be_let(by: Actor, at: Moment) -> None:
    by.must("juki.search_removed")
    with acting(by.scope):
        affairs.require(PURPOSE, organisation=by.organisation, day=at.day)
