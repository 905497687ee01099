"""Questions about 検証者. A party's scope shows it itself and, to a platform, the providers under it."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from jlis.kernel.errors import NotFound
from jpki.choices import PartyKind, PartyState
from jpki.domain.relying_parties import LIVING, Entitlement
from jpki.models import PartyEntitlement, RelyingParty

_LIVING = [state.value for state in LIVING]


def get(pk: int) -> RelyingParty:
    """One party that the scope shows. NotFound."""
    found = RelyingParty.objects.select_related("platform", "organisation").filter(pk=pk).first()
    if found is None:
        raise NotFound("party_not_found", "該当する検証者がありません。")
    return found


def in_sight(*, kind: str = "", state: str = "") -> QuerySet[RelyingParty]:
    """The parties that the scope shows, the latest first."""
    found = RelyingParty.objects.select_related("platform")
    if kind:
        found = found.filter(kind=kind)
    return found.filter(state=state) if state else found


def alive(organisation: str, *, platform: RelyingParty | None = None) -> RelyingParty | None:
    """An organisation's own registration, or the one under a platform; None where it has none that lives."""
    return RelyingParty.objects.filter(
        organisation_id=organisation, platform=platform, state__in=_LIVING
    ).first()  # the constraint keeps it single


def last_state(organisation: str) -> PartyState | None:
    """The state of the organisation's latest registration of its own, ended ones included."""
    latest = RelyingParty.objects.filter(organisation_id=organisation, platform=None).order_by("-pk").first()
    return PartyState(latest.state) if latest else None


def own_platform(organisation: str) -> RelyingParty | None:
    """The organisation's registration as a platform that may have providers under it."""
    return RelyingParty.objects.filter(
        organisation_id=organisation,
        kind=PartyKind.PLATFORM,
        state__in=[PartyState.ACCEPTED, PartyState.ACTIVE, PartyState.STOPPED],
    ).first()


def platforms() -> QuerySet[RelyingParty]:
    """The platforms under which a provider may be entered."""
    registered = [PartyState.ACCEPTED, PartyState.ACTIVE, PartyState.STOPPED]
    return RelyingParty.objects.filter(kind=PartyKind.PLATFORM, state__in=registered).order_by("name")


def entitled(party: RelyingParty, day: date) -> frozenset[Entitlement]:
    """What the party may be told on a day."""
    rows = _on(party.entitlements.all(), day).values_list("what", flat=True)
    return frozenset(map(Entitlement, rows))


def living_providers(platform: RelyingParty) -> Iterable[RelyingParty]:
    """The providers under a platform that have not ended."""
    return platform.providers.filter(state__in=_LIVING).order_by("pk")


def _on(rows: QuerySet[PartyEntitlement], day: date) -> QuerySet[PartyEntitlement]:
    return rows.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


def in_force_by_year(years: Iterable[int], today: date) -> list[tuple[int, int, int]]:
    """(fiscal year, platforms, providers) in force on the year's last day, for the running year on today."""
    rows = list(
        RelyingParty.objects.exclude(started_on=None)
        .exclude(kind=PartyKind.ADMINISTRATIVE)
        .values_list("kind", "started_on", "ended_on")
    )
    counted = []
    for year in years:
        day = min(date(year + 1, 3, 31), today)
        there = [kind for kind, start, end in rows if start and start <= day and (end is None or end > day)]
        counted.append((year, there.count(PartyKind.PLATFORM), there.count(PartyKind.PROVIDER)))
    return counted
