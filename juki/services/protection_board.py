"""The town's list of measures and one of them, for those who may know why; each look is written down as such (J11).

A town that holds a copy may never have held the person's record (the 本籍地, say): the name comes from the register,
and nothing of where they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import NotFound
from jlis.kernel.isolation.scope import REGISTRY, scope
from jlis.kernel.time import Moment
from juki.choices import PROTECTION_LIVE, ProtectionPlace, ProtectionState
from juki.domain.protections import Due, due
from juki.models import ProtectionForwarding, ProtectionMeasure, ProtectionMember
from juki.selectors import residents
from juki.selectors.residents import CurrentRecord

PURPOSE = "JUKI-COUNTER"
LEADING = (ProtectionPlace.RESIDENCE, ProtectionPlace.MEMBER_RESIDENCE)
MOST = 500


@dataclass(frozen=True)
class Listed:
    """A measure, its applicant as the register knows them (without an address), and what it asks of the clerk."""

    measure: ProtectionMeasure
    applicant: CurrentRecord | None
    due: Due


@dataclass(frozen=True)
class Seen:
    """One measure whole: whom it covers, and what came from where or went where."""

    listed: Listed
    members: list[CurrentRecord]
    forwardings: list[ProtectionForwarding]

    @property
    def leads(self) -> bool:
        """Whether the own town decides on it."""
        return self.listed.measure.place in LEADING


def listed(*, ended: bool = False, by: Actor, at: Moment) -> list[Listed]:
    """The office's measures, what is due first; `ended` ones instead where asked, the latest first."""
    by.must("juki.see_protections")
    with scope(by.scope):
        found = list(_measures(ended=ended)[:MOST])
    known = _known([measure.applicant for measure in found])
    rows = [_listed(measure, known, at) for measure in found]
    detail = {"list": "ended" if ended else "live", "count": len(rows)}
    with scope(by.scope):
        audit.record(action="juki.protections_listed", by=by, purpose=PURPOSE, subjects=list(known), detail=detail)
    order = list(Due)
    return sorted(rows, key=lambda row: order.index(row.due))


def see(*, measure: UUID, by: Actor, at: Moment) -> Seen:
    """One measure of the office. `NotFound`, also for another town's copy of the same case."""
    by.must("juki.see_protections")
    with scope(by.scope):
        found = ProtectionMeasure.objects.filter(pk=measure).first()
        if found is None:
            raise NotFound("protection_not_found", "該当する支援措置がありません。")
        members = list(ProtectionMember.objects.filter(measure=found).order_by("pk").values_list("resident", flat=True))
        told = _forwardings(found)
        detail = {"case": str(found.case), "office": found.office}
        audit.record(action="juki.protection_seen", by=by, purpose=PURPOSE, subjects=members, detail=detail)
    known = _known([found.applicant, *members])
    return Seen(_listed(found, known, at), [known[one] for one in members if one in known], told)


def _forwardings(measure: ProtectionMeasure) -> list[ProtectionForwarding]:
    """What came to the own town; for the town where the applicant lives, what went to the others as well."""
    if measure.place != ProtectionPlace.RESIDENCE:
        return list(ProtectionForwarding.objects.filter(case=measure.case).order_by("-sent_at"))
    with scope(REGISTRY):
        return list(ProtectionForwarding.objects.filter(case=measure.case).order_by("-sent_at", "office"))


def _measures(*, ended: bool) -> QuerySet[ProtectionMeasure]:
    if ended:
        return ProtectionMeasure.objects.filter(state=ProtectionState.ENDED).order_by("-ended_on", "-pk")
    return ProtectionMeasure.objects.filter(state__in=PROTECTION_LIVE).order_by("term_ends_on", "applied_on", "pk")


def _listed(measure: ProtectionMeasure, known: dict[UUID, CurrentRecord], at: Moment) -> Listed:
    asks = due(
        state=measure.state,
        leads=measure.place in LEADING,
        waits_for_confirmation=measure.was_forwarded and measure.confirmed_at is None,
        end_asked=bool(measure.end_asked_by),
        ends_on=measure.term_ends_on,
        on=at.day,
    )
    return Listed(measure, known.get(measure.applicant), asks)


def _known(wanted: Sequence[UUID]) -> dict[UUID, CurrentRecord]:
    with scope(REGISTRY):
        return residents.current_many(wanted)
