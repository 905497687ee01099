"""Answering a resident who asks who looked at their record (J12)."""

from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import NotFound
from jlis.kernel.isolation.scope import REGISTRY, scope
from jlis.kernel.time import Moment
from juki.models import IdentityRecord
from juki.selectors import disclosures, residents
from juki.selectors.disclosures import Disclosed
from juki.services import unlocking

PURPOSE = "SELF-DISCLOSURE"


def disclose(*, resident: UUID, by: Actor, at: Moment) -> tuple[IdentityRecord, list[Disclosed]]:
    """The resident's record and every look at it; the disclosure itself is written down too."""
    by.must("juki.disclose")
    with scope(by.scope.for_purpose(PURPOSE)):
        latest = residents.latest_of(resident)
    if latest is None:
        raise NotFound("resident_not_found", "該当する住民がいません。")
    # Which towns and organs have looked tells where somebody is: not without care for who stands at the counter.
    unlocking.must_be_open(resident=resident, purpose=PURPOSE, by=by, at=at)
    with scope(REGISTRY):
        lines = disclosures.of_resident(resident)
        audit.record(action="juki.disclosed", by=by, purpose=PURPOSE, subject=resident, detail={"count": len(lines)})
    return latest, lines
