"""Questions about 緊急事案. What is seen is what the running scope may see: a case's four bodies, and nobody else."""

from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet

from jlis.kernel.actors import Actor
from jlis.kernel.errors import NotFound
from jlis.kernel.organisations.choices import OrganisationKind
from jlis.kernel.organisations.models import Organisation
from juki.domain.emergencies import OVER, Part, Route, State, owes
from juki.models import EmergencyCase, EmergencyReport

_OVER = [state.value for state in OVER]


def in_sight(*, state: str = "") -> QuerySet[EmergencyCase]:
    """Cases, the most pressing first and those that are over last; of one state, or `open`, or all."""
    found = EmergencyCase.objects.order_by(F("due_on").asc(nulls_last=True), "-recorded_at")
    if state == "open":
        return found.exclude(state__in=_OVER)
    return found.filter(state=state) if state else found


def get(case: UUID) -> EmergencyCase:
    """One case in sight; `NotFound` also for one of other bodies."""
    found = EmergencyCase.objects.filter(pk=case).first()
    if found is None:
        raise NotFound("emergency_not_found", "該当する緊急事案がありません。")
    return found


def report(case: UUID, number: int) -> EmergencyReport:
    """One report in sight; `NotFound` for one that has not reached the asking body."""
    found = EmergencyReport.objects.select_related("case").filter(case=case, number=number).first()
    if found is None:
        raise NotFound("report_not_found", "該当する報告がありません。")
    return found


def latest_report(case: EmergencyCase) -> EmergencyReport | None:
    """The last report in sight."""
    return EmergencyReport.objects.filter(case=case).order_by("-number").first()


def parts_of(case: EmergencyCase, by: Actor) -> frozenset[Part]:
    """Which parts the actor's body plays in a case; none for one that was only told of it."""
    bodies = {Part.REPORTER: case.reporter, Part.RELAY: case.relay, Part.MINISTRY: case.ministry}
    return frozenset(part for part, body in bodies.items() if body and body == by.organisation)


def body_that_owes(case: EmergencyCase) -> tuple[Part | None, str]:
    """Whose move is awaited, with the code of the body; an empty code for a case that is over."""
    part = owes(State(case.state))
    bodies = {Part.REPORTER: case.reporter, Part.RELAY: case.relay, Part.MINISTRY: case.ministry}
    return part, bodies[part] if part else ""


def overdue(today: date) -> QuerySet[EmergencyCase]:
    """Open cases whose next move is late."""
    return EmergencyCase.objects.filter(due_on__lt=today)


def not_taken_up(today: date) -> QuerySet[EmergencyCase]:
    """Cases that J-LIS told a body of, and of which that body has not made a case of its own by the next day."""
    taken = Q(pk__in=EmergencyCase.objects.filter(origin__isnull=False).values("origin"))
    told = EmergencyCase.objects.filter(route=Route.JLIS.value).exclude(told="").exclude(state__in=_OVER)
    return told.exclude(taken).filter(since__lt=today)


def is_taken_up(case: EmergencyCase) -> bool:
    """Whether the body that was told has a case of its own, as far as the asker sees."""
    return EmergencyCase.objects.filter(origin=case).exists()


def prefecture_of(organisation: str) -> str:
    """The code of the prefecture through which a body reports; empty for a body in none."""
    place = Organisation.objects.filter(pk=organisation).values_list("prefecture", flat=True).first()
    prefectures = Organisation.objects.filter(kind=OrganisationKind.PREFECTURE, prefecture=place)
    return prefectures.values_list("pk", flat=True).first() or "" if place else ""


def route_of(organisation: str) -> Route | None:
    """By which way a body's case goes up; None for a body that reports no case."""
    kind = Organisation.objects.filter(pk=organisation).values_list("kind", flat=True).first()
    if kind in Organisation.LOCAL_KINDS:
        return Route.TOWN
    return {OrganisationKind.PREFECTURE.value: Route.PREFECTURE, OrganisationKind.JLIS.value: Route.JLIS}.get(
        kind or ""
    )


def is_local_body(organisation: str, day: date) -> bool:
    """Whether a code is that of a prefecture or a municipality of the day."""
    kinds = [OrganisationKind.PREFECTURE, *Organisation.LOCAL_KINDS]
    return Organisation.objects.valid_at(day).filter(pk=organisation, kind__in=kinds).exists()
