"""Moves made at the counter: every one from every state, by whom, once."""

import pytest
from cryptography import x509

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, NotFound
from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jlis.kernel.outbox.models import OutboxEvent
from jpki.domain.kinds import Kind
from jpki.domain.lifecycle import MOVES, State, allows
from jpki.models import CertificateStatus, CrlChange, Generation, Holding
from jpki.selectors import authorities
from jpki.services import certificates, endings
from tests.conftest import actor
from tests.jpki import cast

INTO = {State.VALID: [], State.SUSPENDED: ["suspend"], State.REVOKED: ["revoke_on_request"]}


def make(verb, certificate, *, by, at):
    with acting(by.scope):
        if verb in {"suspend", "release"}:
            return getattr(certificates, verb)(certificate=certificate.pk, by=by, at=at, purpose=cast.PURPOSE)
        return certificates.revoke(certificate=certificate.pk, verb=verb, by=by, at=at, purpose=cast.PURPOSE)


@pytest.mark.parametrize("state", INTO)
@pytest.mark.parametrize("verb", [move.verb for move in MOVES.values() if move.at_the_counter])
def test_every_move_from_every_state(signature, clerk, at, verb, state):
    for before in INTO[state]:
        make(before, signature, by=clerk, at=at)

    if allows(MOVES[verb], state):
        make(verb, signature, by=clerk, at=at)
        assert cast.status_of(signature).state == MOVES[verb].target
    else:
        with pytest.raises(Conflict):
            make(verb, signature, by=clerk, at=at)
        assert cast.status_of(signature).state == state


def test_a_revocation_is_told_in_every_place(signature, resident, clerk, at):
    make("revoke_for_compromise", signature, by=clerk, at=at)

    status = cast.status_of(signature)
    assert (status.state, status.cause, status.reason) == ("REVOKED", "KEY_COMPROMISE", 1)
    assert status.revoked_at == at.instant
    with acting(JPKI):
        assert not Holding.objects.filter(resident=resident.pk, kind=Kind.SIGN_CARD).exists()
        assert CrlChange.objects.filter(partition=status.partition_id).count() == 2
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="jpki.certificate_revoked")
        event = OutboxEvent.objects.get(kind="jpki.certificate_revoked")
    assert (entry.subject, entry.purpose, entry.actor_id) == (resident.pk, cast.PURPOSE, clerk.id)
    assert event.payload["cause"] == "KEY_COMPROMISE"


def test_what_was_on_hold_keeps_the_day_of_the_hold_on_the_list(signature, clerk, at):
    make("suspend", signature, by=clerk, at=at)
    make("revoke_on_request", signature, by=clerk, at=at.later(days=2))

    entry = bytes(cast.status_of(signature).crl_entry)
    assert at.instant.strftime("%y%m%d%H%M%SZ").encode() in entry
    assert entry.endswith(x509.CRLReason(x509.ReasonFlags.cessation_of_operation).public_bytes())


def test_a_hold_is_lifted_where_the_policy_allows(signature, clerk, at):
    make("suspend", signature, by=clerk, at=at)
    with acting(JPKI):
        profile = Generation.objects.get(authority="sign").profile
    assert profile["release_holds"] is False
    with pytest.raises(Conflict):
        make("release", signature, by=clerk, at=at)

    released = endings.apply(MOVES["release"], [signature.pk], by=clerk, at=at, purpose=cast.PURPOSE)

    assert [each.id for each in released] == [signature.pk]
    status = cast.status_of(signature)
    assert (status.state, status.cause, status.suspended_at, status.crl_entry) == ("VALID", "", None, None)


@pytest.mark.parametrize("verb", ["suspend", "revoke_on_request"])
def test_the_next_town_sees_no_certificate(signature, outsider, at, verb):
    with pytest.raises(NotFound):
        make(verb, signature, by=outsider, at=at)
    assert cast.status_of(signature).state == "VALID"


@pytest.mark.parametrize("verb", ["suspend", "revoke_on_request"])
def test_without_the_duty_nothing_is_done(signature, at, verb):
    with pytest.raises(Forbidden):
        make(verb, signature, by=actor("131016", "STAFF_ADMINISTRATOR"), at=at)


def test_a_move_that_is_not_the_counters_asks_for_its_own_permission(signature, clerk, at):
    with pytest.raises(Forbidden):
        make("revoke_for_removal", signature, by=clerk, at=at)


def test_the_centre_exports_what_was_issued_and_that_is_written_down(signature, resident, at):
    by = cast.operator()
    with acting(by.scope):
        octets = certificates.export(
            serial=cast.status_of(signature).serial, authority="sign", by=by, at=at, purpose="JPKI-EXPORT"
        )

    assert octets == cast.der_of(signature)
    with acting(SYSTEM):
        assert AuditEntry.objects.get(action="jpki.certificate_exported").subject == resident.pk


def test_the_database_refuses_a_state_without_its_dates(signature):
    from django.db import IntegrityError

    with pytest.raises(IntegrityError), acting(JPKI):
        CertificateStatus.objects.filter(pk=signature.pk).update(state="REVOKED")


def test_generations_are_read_once(signature):
    generation = cast.status_of(signature).generation_id

    assert authorities.generation(generation) is authorities.generation(generation)
