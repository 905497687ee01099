"""The copies of a measure on the towns' registers, and the table of who is covered: steps of other services.

They run in the caller's transaction as the registry, under locks on the persons: a measure that ends while another
begins must not take away the cover of the one that begins.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from jlis.kernel.actors import Actor
from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.audit.services import Act
from jlis.kernel.domain.subject_sets import unpack_subjects
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.jobs import services as jobs
from jlis.kernel.jobs.models import Job
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.outbox.events import Event
from jlis.kernel.time import Moment
from juki.choices import PROTECTION_LIVE, ForwardingKind, ProtectionPlace, ProtectionState
from juki.domain.town_messages import Kind
from juki.events import ProtectionEnded, ProtectionStarted
from juki.models import (
    ProtectedResident,
    ProtectionForwarding,
    ProtectionMeasure,
    ProtectionMember,
    TownMessage,
    protections,
)

# Jobs whose results hold many persons' items, and the acts that say whose.
_BULK = ("juki.extract", "juki.bulk_query")
_BULK_ACTS = ("juki.extracted", "juki.provided")
# What a copy takes over from the measure that it copies.
_SHARED = (
    "case",
    "applicant",
    "kind",
    "applied_on",
    "decided_on",
    "term_ends_on",
    "opinion",
    "note",
)
# Towns that the person has left, by address or by 本籍: what they hold follows, and where the person is now does not.
_LEFT = (ProtectionPlace.FORMER_ADDRESS, ProtectionPlace.FORMER_HONSEKI)


@dataclass
class Told:
    """Audit acts and events of what was done, for the caller to write."""

    acts: list[Act] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def lock(residents: Iterable[UUID]) -> None:
    """Lock persons for what decides whether they are covered; all at once and in one order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(one, 5014))"
            " FROM (SELECT one FROM unnest(%s::text[]) AS one ORDER BY one) AS wanted",
            [sorted(map(str, residents))],
        )


def live(case: UUID) -> list[ProtectionMeasure]:
    """The live copies of a case, locked, the residence's first."""
    rows = ProtectionMeasure.objects.select_for_update().filter(case=case, state__in=PROTECTION_LIVE)
    return sorted(rows, key=lambda row: (row.place != ProtectionPlace.RESIDENCE, row.office))


def members_of(case: UUID) -> set[UUID]:
    """Everybody whom the case has covered."""
    return set(ProtectionMember.objects.filter(measure__case=case).values_list("resident", flat=True))


def refresh(residents: Iterable[UUID], case: UUID, *, by: Actor, at: Moment) -> Told:
    """Make the table of the covered agree with the live measures; call under `lock`."""
    asked = set(residents)
    wanted = set(
        ProtectionMember.objects.filter(resident__in=asked, measure__state__in=PROTECTION_LIVE).values_list(
            "resident", flat=True
        )
    )
    present = set(ProtectedResident.objects.filter(resident__in=asked).values_list("resident", flat=True))
    begun, over = sorted(wanted - present), sorted(present - wanted)
    ProtectedResident.objects.bulk_create(ProtectedResident(resident=one, since=at.instant) for one in begun)
    ProtectedResident.objects.filter(resident__in=over).delete()
    if begun:
        _withdraw_results(frozenset(begun), by=by, at=at)
    events: list[Event] = [ProtectionStarted(subject=one, case=case) for one in begun]
    return Told(events=events + [ProtectionEnded(subject=one, case=case) for one in over])


def copy_to(
    source: ProtectionMeasure,
    office: str,
    place: ProtectionPlace,
    residents: Iterable[UUID],
    *,
    at: Moment,
    with_application: bool = True,
) -> ProtectionMeasure:
    """Lay a copy of a measure on another town's register, for these persons.

    ``with_application``: the application itself goes to that town, and names the town that took it in.
    """
    shared = {name: getattr(source, name) for name in _SHARED}
    made = ProtectionMeasure.objects.create(
        id=uuid7(at.instant),
        **municipalities.tenant_of(office)._asdict(),
        **shared,
        place=place,
        state=source.state,
        registered_at=at.instant,
        registered_by=protections.FORWARDED,
        forwarded_from=source.office if with_application else "",
        deciding_office=source.deciding_office if with_application else "",
    )
    cover([made], residents, at=at)
    return made


def cover(measures: Sequence[ProtectionMeasure], residents: Iterable[UUID], *, at: Moment) -> None:
    """Enter persons on copies of a measure; who stands on one stays as they are."""
    ProtectionMember.objects.bulk_create(
        [
            ProtectionMember(
                measure=measure,
                prefecture=measure.prefecture,
                municipality=measure.municipality,
                office=measure.office,
                resident=resident,
                added_on=at.day,
            )
            for measure in measures
            for resident in sorted(residents)
        ],
        ignore_conflicts=True,
    )


def forward(
    kind: ForwardingKind, copies: Iterable[ProtectionMeasure], source: ProtectionMeasure, *, at: Moment
) -> None:
    """Write down what was told to whom; a copy that changes is to be looked at again by its town."""
    told = [copy for copy in copies if copy.office != source.office]
    ProtectionForwarding.objects.bulk_create(
        ProtectionForwarding(
            id=uuid7(at.instant),
            case=copy.case,
            prefecture=copy.prefecture,
            municipality=copy.municipality,
            office=copy.office,
            kind=kind,
            sent_from=named_to(copy, source),
            sent_at=at.instant,
        )
        for copy in told
    )
    ProtectionMeasure.objects.filter(pk__in=[copy.pk for copy in told]).update(confirmed_at=None, confirmed_by="")


def covered_by_live_measures(residents: Iterable[UUID]) -> set[UUID]:
    """Who of these persons stands on a live measure."""
    asked = list(residents)
    if not asked:
        return set()
    live_ones = ProtectionMember.objects.filter(resident__in=asked, measure__state__in=PROTECTION_LIVE)
    return set(live_ones.values_list("resident", flat=True))


def named_to(copy: ProtectionMeasure, source: ProtectionMeasure) -> str:
    """The town that leads, as the town of a copy may know it; empty where nothing in the law tells that town.

    The 本籍地 hears of each address (法19条1項), the town that was left last of the new one (9条1項), and the
    application names the town that took it in to those it went to. A town that was left before learns what goes on,
    not where.
    """
    if copy.place not in _LEFT or copy.forwarded_from == source.office:
        return source.office
    told = TownMessage.objects.filter(
        kind=Kind.MOVE_IN_NOTICE, sender=source.office, receiver=copy.office, resident=copy.applicant
    )
    return source.office if told.exists() else ""


def follow(resident: UUID, office: str, *, at: Moment) -> Told:
    """Somebody was entered in a town: every live case of theirs stands on its register from that moment on.

    The new town's copy is provisional until it has decided; the cover itself has no gap, for it hangs on the person.
    """
    told = Told()
    cases = ProtectionMember.objects.filter(resident=resident, measure__state__in=PROTECTION_LIVE)
    for case in sorted(set(cases.values_list("measure__case", flat=True))):
        lock(members_of(case))
        if _follow_case(case, resident, office, at):
            detail = {"case": str(case), "office": office}
            told.acts.append(Act("juki.protection_moved", resident, None, detail))
    return told


def remember(resident: UUID, office: str, place: ProtectionPlace, *, at: Moment) -> Told:
    """A town turns out to hold a record of somebody (a past stay told late, a new 本籍地): it gets its copy of each
    live case and leads none; the application did not go to it, so it is not told where the person lives."""
    told = Told()
    cases = ProtectionMember.objects.filter(resident=resident, measure__state__in=PROTECTION_LIVE)
    for case in sorted(set(cases.values_list("measure__case", flat=True))):
        lock(members_of(case))
        copies = live(case)
        if not copies or any(copy.office == office for copy in copies):
            continue
        made = copy_to(copies[0], office, place, members_of(case), at=at, with_application=False)
        made.deciding_office = named_to(made, copies[0]) if copies[0].deciding_office else ""
        made.save(update_fields=["deciding_office"])
        forward(ForwardingKind.BEGUN, [made], copies[0], at=at)
        detail = {"case": str(case), "office": office, "place": place.value}
        told.acts.append(Act("juki.protection_copied", resident, None, detail))
    return told


def honseki_moved(resident: UUID, former: str, office: str, *, at: Moment) -> Told:
    """転籍: the new 本籍地 holds the measure as such, the former one goes on holding it."""
    held = ProtectionMeasure.objects.filter(members__resident=resident, state__in=PROTECTION_LIVE)
    held.filter(office=former, place=ProtectionPlace.HONSEKI).update(place=ProtectionPlace.FORMER_HONSEKI)
    for copy in held.filter(office=office, place__in=_LEFT):
        copy.place = ProtectionPlace.HONSEKI
        copy.deciding_office = live(copy.case)[0].deciding_office
        copy.save(update_fields=["place", "deciding_office"])
    return remember(resident, office, ProtectionPlace.HONSEKI, at=at)


def _follow_case(case: UUID, resident: UUID, office: str, at: Moment) -> bool:
    copies = live(case)
    here = next((copy for copy in copies if copy.office == office), None)
    if not copies or (here is not None and here.place == ProtectionPlace.RESIDENCE):
        return False
    source = copies[0]
    if source.applicant == resident:
        made = _take_over(source, here, office, at)
    elif here is None:
        made = _provisional(copy_to(source, office, ProtectionPlace.MEMBER_RESIDENCE, [resident], at=at))
    else:
        cover([here], [resident], at=at)
        return False
    forward(ForwardingKind.MOVED, [made], source, at=at)
    return True


def _take_over(former: ProtectionMeasure, here: ProtectionMeasure | None, office: str, at: Moment) -> ProtectionMeasure:
    """The applicant lives in another town now: its copy leads, and the former one's stays beside it."""
    everybody = members_of(former.case)
    if former.place == ProtectionPlace.RESIDENCE:
        former.place = ProtectionPlace.FORMER_ADDRESS
        former.save(update_fields=["place"])
    if here is None:
        return _provisional(copy_to(former, office, ProtectionPlace.RESIDENCE, everybody, at=at))
    cover([here], everybody, at=at)
    here.place = ProtectionPlace.RESIDENCE
    return _provisional(here)


def _provisional(copy: ProtectionMeasure) -> ProtectionMeasure:
    copy.state, copy.deciding_office = ProtectionState.PROVISIONAL, ""
    copy.decided_on = copy.term_ends_on = None
    copy.save(update_fields=["place", "state", "decided_on", "term_ends_on", "deciding_office"])
    return copy


def _withdraw_results(residents: frozenset[UUID], *, by: Actor, at: Moment) -> None:
    """A file that was drawn and is still to be had holds the address as it was: it must be drawn again."""
    jobs.withdraw(
        kinds=_BULK,
        holds=lambda job: _holds(job, residents),
        message="支援措置が始まったため、結果を破棄しました。もう一度依頼してください。",
        by=by,
        at=at,
    )


def _holds(job: Job, residents: frozenset[UUID]) -> bool:
    """Whether a job's result has one of these persons, by its own entry in the chain; without one, it is taken to."""
    entries = AuditEntry.objects.filter(
        at__gte=job.started_at or job.created_at, organisation=job.organisation, action__in=_BULK_ACTS
    )
    own = list(entries.filter(detail__job=str(job.pk)))
    return not own or any(not residents.isdisjoint(unpack_subjects(bytes(entry.subjects or b""))) for entry in own)
