"""Certificates, their audit entries and their events agree; what was tampered with is found."""

from django.db import connection

from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.outbox import delivery
from jpki.domain.kinds import Kind
from jpki.models import Holding, MobileDevice
from jpki.reconciliation import certificates_have_entries_and_events, telephones_stand_as_their_certificates
from jpki.services import certificates
from tests.jpki import cast, phones
from tests.juki import factories


def disagreements() -> list[str]:
    return [finding.name for finding in certificates_have_entries_and_events() if not finding.agrees]


def test_after_a_full_life_everything_agrees(signature, authentication, resident, clerk, at):
    other = cast.resident_of(clerk, at)
    held = cast.issued_to(other, Kind.AUTH_CARD, by=clerk, at=at)
    with acting(clerk.scope):
        certificates.suspend(certificate=held.pk, by=clerk, at=at, purpose=cast.PURPOSE)
    factories.tell(factories.change("D03", resident.resident_code, changed_on=at.day.isoformat()), by=clerk, at=at)
    delivery.deliver_all()

    assert disagreements() == []


def test_a_certificate_nobody_issued_is_found(signature, authentication):
    with acting(JPKI), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO jpki_certificatestatus (generation_id, serial, kind, partition_id, state, cause, not_before,"
            " not_after, prepared_at, issued_at, signature, version) SELECT generation_id, serial + 1000000, kind,"
            " partition_id, state, cause, not_before, not_after, prepared_at, issued_at, signature, 1"
            " FROM jpki_certificatestatus LIMIT 1"
        )

    assert {"jpki.issued_audited", "jpki.issued_told", "jpki.nameless", "jpki.holdings"} == set(disagreements())


def test_a_telephone_that_was_left_standing_is_found(signature, clerk, at):
    def astray() -> list[str]:
        return [each.name for each in telephones_stand_as_their_certificates() if not each.agrees]

    device = phones.loaded(signature, at).device
    with acting(clerk.scope):
        certificates.revoke(certificate=signature.pk, verb="revoke_on_request", by=clerk, at=at, purpose=cast.PURPOSE)
    assert astray() == disagreements() == []
    with acting(JPKI):
        MobileDevice.objects.filter(pk=device.pk).update(state="LIVE", cause="", ended_at=None)
    assert astray() == ["jpki.devices"]


def test_a_holding_taken_away_is_found(signature):
    with acting(JPKI):
        Holding.objects.filter(status=signature.pk).delete()

    assert disagreements() == ["jpki.holdings"]
