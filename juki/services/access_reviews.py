"""利用記録の分析 (J18): a day's audit entries put through the rules; what is found is kept once, with the entries' ids.

The chain is read as the auditor, surnames are turned into keys where they stand, and no resident's name leaves the
register. A second run of a day finds the same and adds what came since.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.isolation.scope import AUDITOR, REGISTRY, SYSTEM, acting
from jlis.kernel.time import Moment
from jlis.kernel.vault import sealing
from juki.domain import access_reviews as law
from juki.domain.access_reviews import Families, Found, Look
from juki.models import AccessFinding, AccessReview
from juki.selectors import access_reviews as selectors


@dataclass(frozen=True)
class Reviewed:
    """What a run did."""

    entries: int
    findings: int
    new: int


def review(*, day: date, by: Actor, at: Moment) -> Reviewed:
    """Review a day. Raises Forbidden."""
    by.must("juki.review_access")
    with acting(AUDITOR):
        looks, labels = selectors.looks_of(day)
    found = law.review(looks, day, _families(looks))
    with acting(REGISTRY):
        new = sum(_keep(each, day, labels, at) for each in found)
        told = {"reviewed_at": at.instant, "entries": len(looks), "findings": len(found)}
        AccessReview.objects.update_or_create(day=day, defaults=told)
        detail = {"day": day.isoformat(), "entries": len(looks), "findings": len(found), "new": new}
        audit.record(action="juki.access_reviewed", by=by, detail=detail)
    return Reviewed(len(looks), len(found), new)


def _families(looks: list[Look]) -> Families:
    with acting(SYSTEM):
        of_actors = selectors.families_of_staff({look.actor for look in looks})
    with acting(REGISTRY):
        of_residents = selectors.families_of_residents({look.resident for look in looks if look.resident})
    return Families(of_actors, of_residents)


def _keep(found: Found, day: date, labels: dict[str, str], at: Moment) -> bool:
    """Write a finding, or what came since to a known one; whether it is new."""
    key = {"day": day, "rule": found.rule.value, "organisation": found.organisation, "actor": found.actor,
           "mark": _mark(found)}  # fmt: skip
    told: dict[str, Any] = {"count": len(found.looks), "entries": [_entry(look) for look in found.looks]}
    if AccessFinding.objects.filter(**key).update(**told):
        return False
    label = labels.get(found.actor, "")
    AccessFinding.objects.create(id=uuid7(at.instant), actor_label=label, found_at=at.instant, **key, **told)
    return True


def _mark(found: Found) -> str:
    """Tells two residents apart within a day's findings, and leads to neither."""
    return sealing.index_many([found.resident.bytes])[0].hex() if found.resident else ""


def _entry(look: Look) -> dict[str, str]:
    return {"entry": str(look.entry), "at": look.local.isoformat(), "action": look.action, "actor": look.actor}
