"""P5: the register of relying parties, its life as one table, two persons, and who sees whom."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import JPKI, SYSTEM, Scope, acting
from jlis.kernel.organisations.models import Organisation
from jpki.choices import PartyKind, PartyState
from jpki.domain.relying_parties import (
    PARTY_MOVES,
    Asked,
    Entitlement,
    party_allows,
    party_diagram,
)
from jpki.domain.relying_parties import (
    PartyState as State,
)
from jpki.models import PartyStep, RelyingParty
from jpki.selectors import relying_parties as selectors
from jpki.services import relying_parties
from tests.conftest import actor
from tests.jpki import cast, parties

pytestmark = pytest.mark.django_db
TABLES = ("jpki_relyingparty", "jpki_partyentitlement", "jpki_partypaper", "jpki_partystep")
# How a party comes into each state.
WAYS = {
    State.APPLIED: (), State.ACCEPTED: ("accept",), State.ACTIVE: ("accept", "start"),
    State.STOPPED: ("accept", "start", "stop"), State.ENDED: ("accept", "end"), State.REFUSED: ("refuse",),
    State.WITHDRAWN: ("withdraw",),
}  # fmt: skip


@pytest.mark.parametrize("state", list(State))
def test_every_move_from_every_state(state, at):
    party = parties.moved(parties.applied(at), *WAYS[state], at=at)
    assert party.state == state
    for verb, move in PARTY_MOVES.items():
        with transaction.atomic():
            try:
                after = parties.moved(party, verb, at=at).state
            except Conflict:
                after = None
            transaction.set_rollback(True)
        assert after == (move.target if party_allows(move, state) else None), verb


def test_whoever_entered_it_does_not_accept_it(at):
    party = parties.applied(at, by=cast.operator(1))
    for verb in ("accept", "refuse"):
        with pytest.raises(Forbidden) as refused:
            parties.moved(party, verb, at=at, by=cast.operator(1))
        assert refused.value.code == "same_person"
    with acting(JPKI), pytest.raises(IntegrityError, match="party_two_persons"), transaction.atomic():
        RelyingParty.objects.filter(pk=party.pk).update(accepted_by=party.entered_by)


def test_a_company_gets_its_body_and_its_code_when_it_is_accepted(at):
    party = parties.applied(at, PartyKind.PLATFORM)
    assert party.organisation is None
    party = parties.moved(party, "accept", at=at)
    assert party.organisation_id == f"PF-{party.pk:04}"
    with acting(SYSTEM):
        assert Organisation.objects.get(pk=party.organisation_id).kind == "OPERATOR"
    with acting(parties.staff(party).scope):
        assert selectors.get(party.pk).entitlements.count() == 2
        assert [step.verb for step in PartyStep.objects.all()] == ["apply", "accept"]


def test_a_provider_ends_with_its_platform(at):
    platform, provider = parties.active_pair(at)
    waiting = parties.applied(at, PartyKind.PROVIDER, platform=platform.pk, name="見本証券株式会社")

    parties.moved(platform, "end", at=at)

    with acting(JPKI):
        ended, withdrawn = RelyingParty.objects.get(pk=provider.pk), RelyingParty.objects.get(pk=waiting.pk)
        assert (ended.state, ended.ended_on, withdrawn.state) == (PartyState.ENDED, at.day, PartyState.WITHDRAWN)
        assert selectors.entitled(ended, at.day) == frozenset()
        assert "見本プラットフォーム" in ended.steps.last().note


def test_a_provider_does_not_start_before_its_platform(at):
    platform = parties.moved(parties.applied(at, PartyKind.PLATFORM), "accept", at=at)
    provider = parties.moved(parties.applied(at, PartyKind.PROVIDER, platform=platform.pk), "accept", at=at)
    with pytest.raises(Conflict) as refused:
        parties.moved(provider, "start", at=at)
    assert refused.value.code == "platform_not_active"


def test_a_platforms_staff_enter_and_end_their_own_providers_and_no_others(at):
    platform = parties.active(at, PartyKind.PLATFORM)
    other = parties.active(at, PartyKind.PLATFORM, name="別のプラットフォーム株式会社")
    staff, stranger = parties.staff(platform), parties.staff(other)

    provider = parties.applied(at, PartyKind.PROVIDER, by=staff)
    assert (provider.platform_id, provider.keeper) == (platform.pk, platform.organisation_id)

    with pytest.raises(NotFound):
        parties.moved(provider, "withdraw", at=at, by=stranger)
    with pytest.raises(Forbidden):
        parties.moved(provider, "accept", at=at, by=staff)
    with pytest.raises(Forbidden):
        parties.applied(at, PartyKind.PROVIDER, by=stranger, platform=platform.pk)
    with pytest.raises(Forbidden):
        parties.applied(at, PartyKind.PLATFORM, by=staff)
    provider = parties.moved(provider, "accept", "start", at=at)
    with pytest.raises(Forbidden):
        parties.moved(provider, "stop", at=at, by=staff)
    assert parties.moved(provider, "end", at=at, by=staff).state == PartyState.ENDED
    with pytest.raises(Forbidden):
        parties.moved(platform, "end", at=at, by=staff)


@pytest.mark.parametrize("duties", [("COUNTER_CLERK",), ("SUPERVISOR",)])
def test_a_town_registers_nobody(at, duties):
    with pytest.raises(Forbidden):
        parties.applied(at, by=actor("131016", *duties))


@pytest.mark.parametrize(
    ("kind", "changes", "fields"),
    [
        (PartyKind.ADMINISTRATIVE, {"organisation": ""}, {"organisation"}),
        (PartyKind.ADMINISTRATIVE, {"organisation": "JLIS"}, {"organisation"}),
        (PartyKind.PLATFORM, {"name": " ", "service": "", "what": frozenset()}, {"name", "service", "what"}),
        (PartyKind.PLATFORM, {"corporate_number": "1234567890123"}, {"corporate_number"}),
        (PartyKind.PROVIDER, {}, {"platform"}),
    ],
)
def test_a_faulty_application_is_refused_by_its_fields(at, kind, changes, fields):
    with pytest.raises(Invalid) as refused:
        parties.applied(at, kind, **changes)
    assert {fault.field for fault in refused.value.errors} == fields


def test_nobody_is_registered_twice_until_it_has_ended(at):
    party = parties.active(at)
    with pytest.raises(Conflict) as refused:
        parties.applied(at)
    assert refused.value.code == "registered_already"
    parties.moved(party, "end", at=at)
    assert parties.applied(at).state == PartyState.APPLIED


def test_what_needs_a_reason(at):
    party = parties.active(at)
    officer = cast.operator(2)
    with acting(officer.scope), pytest.raises(Invalid):
        relying_parties.move(party=party.pk, verb="stop", note=" ", by=officer, at=at)


@pytest.mark.parametrize("table", TABLES)
def test_each_sees_its_own_and_a_platform_its_providers(table, at):
    platform, provider = parties.active_pair(at)
    parties.active(at)

    def count(scope: Scope) -> int:
        with acting(scope), connection.cursor() as cursor:
            party = "id" if table == "jpki_relyingparty" else "party_id"
            cursor.execute(f"SELECT count(DISTINCT {party}) FROM {table}")
            return cursor.fetchone()[0]

    seen = [
        count(Scope(role, org))
        for role, org in (
            ("jlis_public", platform.organisation_id), ("jlis_national", "MHLW"), ("jlis_national", "NTA"),
            ("jlis_public", ""), ("jlis_municipal", "131016"), ("jlis_operator", "JLIS-JPKI"),
        )
    ]  # fmt: skip
    assert seen == [2, 1, 0, 0, 0, 3]
    assert count(Scope("jlis_public", provider.organisation_id)) == 1
    with pytest.raises(ProgrammingError, match="permission denied"):
        count(Scope("jlis_konbini"))


def test_a_step_is_rewritten_by_nobody(at):
    parties.applied(at)
    with acting(JPKI), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        PartyStep.objects.update(note="別の理由")


def test_each_move_is_in_the_chain(at):
    parties.active(at)
    with acting(SYSTEM):
        acts = AuditEntry.objects.filter(action__startswith="jpki.party").values_list("action", flat=True)
    assert set(acts) == {"jpki.party_applied", "jpki.party_accept", "jpki.party_start"}


def test_how_many_there_were_by_year(at):
    platform, provider = parties.active_pair(at)
    with acting(JPKI):
        RelyingParty.objects.filter(pk=platform.pk).update(started_on=date(2024, 5, 1))
        RelyingParty.objects.filter(pk=provider.pk).update(started_on=date(2025, 5, 1))
        rows = selectors.in_force_by_year(range(2023, 2027), at.day)
    assert rows == [(2023, 0, 0), (2024, 1, 0), (2025, 1, 1), (2026, 1, 1)]


def test_what_was_asked_is_read_as_it_was_written():
    for asked in (Asked("API", "SIGN"), Asked("OCSP", "AUTH", "SP-000012")):
        assert Asked.read(asked.method) == asked


def test_the_diagram_names_every_move():
    assert all(move.label in party_diagram() for move in PARTY_MOVES.values())


def test_an_entitlement_has_its_days(at):
    party = parties.active(at)
    officer = cast.operator()
    tomorrow = at.later(days=1)
    with acting(officer.scope):
        relying_parties.entitle(party=party.pk, what=Entitlement.LINK_KINDS, basis="取決め", by=officer, at=at)
        with pytest.raises(Conflict):
            relying_parties.entitle(party=party.pk, what=Entitlement.LINK_KINDS, basis="取決め", by=officer, at=at)
        relying_parties.end_entitlement(party=party.pk, what=Entitlement.LINK_KINDS, by=officer, at=tomorrow)
    with acting(JPKI):
        assert Entitlement.LINK_KINDS in selectors.entitled(party, at.day)
        assert Entitlement.LINK_KINDS not in selectors.entitled(party, tomorrow.day)
