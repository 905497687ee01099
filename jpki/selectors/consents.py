"""Questions about consents. They name a person: jpki's own role alone reads them."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Count, QuerySet

from jpki.choices import PartyState
from jpki.domain import consents as rules
from jpki.domain.consents import Standing
from jpki.models import Consent, RelyingParty


def of_resident(resident: UUID) -> QuerySet[Consent]:
    """Everything that somebody ever agreed to, the latest first."""
    return Consent.objects.select_related("party__platform").filter(resident=resident)


def kept_by(organisation: str, provider: str) -> QuerySet[Consent]:
    """The consents to a body's own registration, or to a provider under it, whatever has become of either."""
    rows = Consent.objects.select_related("party")
    if provider:
        return rows.filter(party__organisation_id=provider, party__platform__organisation_id=organisation)
    return rows.filter(party__organisation_id=organisation, party__platform=None)


def open_of(party: RelyingParty, day: date) -> QuerySet[Consent]:
    """What holders have agreed to with a party and is neither cancelled nor over."""
    return Consent.objects.filter(party=party, ended_at=None, last_day__gte=day).defer("signed")


def due(party: RelyingParty, day: date) -> QuerySet[Consent]:
    """Those whose holders the party has not asked for a year, the longest waiting first."""
    return open_of(party, day).filter(asked_on__lte=rules.asked_before(day)).order_by("asked_on", "pk")


def owing(day: date) -> Iterable[tuple[int, int]]:
    """(party, how many it has to ask) of every party that lives."""
    waiting = Consent.objects.filter(ended_at=None, last_day__gte=day, asked_on__lte=rules.asked_before(day))
    living = waiting.exclude(party__state=PartyState.ENDED)
    return living.values_list("party").annotate(count=Count("pk")).order_by("party")


def standing(consent: Consent, day: date) -> Standing:
    """What a consent is worth on a day, its party's standing included."""
    party = consent.party
    states = {party.state} | ({party.platform.state} if party.platform else set())
    return rules.standing(
        day=day,
        last=consent.last_day,
        has_ended=consent.ended_at is not None,
        party_is_active=states == {PartyState.ACTIVE},
        party_is_over=PartyState.ENDED in states,
    )
