"""Two at once: one revocation, one certificate, one number."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Refused
from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jpki.domain.kinds import Kind
from jpki.models import CertificateStatus, CrlPublication, MobileDevice
from jpki.services import certificates, mobile_applications, mobile_devices, publications
from tests.jpki import cast, phones

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    def run(act):
        try:
            return act()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_revocations_are_one(signature, clerk, at):
    def revoke():
        with acting(clerk.scope):
            return certificates.revoke(
                certificate=signature.pk, verb="revoke_on_request", by=clerk, at=at, purpose=cast.PURPOSE
            )

    results = at_once(*[revoke] * 4)

    assert sum(isinstance(each, Conflict) for each in results) == 3
    with acting(SYSTEM):
        assert AuditEntry.objects.filter(action="jpki.certificate_revoked").count() == 1


def test_two_issues_to_one_person_are_one(resident, clerk, at):
    def issue():
        return cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at)

    results = at_once(*[issue] * 4)

    assert sum(not isinstance(each, Refused) for each in results) == 1
    with acting(JPKI):
        states = CertificateStatus.objects.values_list("state", flat=True)
        assert sorted(states).count("VALID") == 1
        assert "PREPARED" not in states


def test_two_publishers_never_give_one_number_twice(signature, authentication, at):
    def publish():
        return publications.publish_all(by=cast.operator(), at=at)

    results = at_once(*[publish] * 3)

    assert not any(isinstance(each, Refused) or each.refused for each in results)
    with acting(JPKI):
        numbers = CrlPublication.objects.filter(series__partition__isnull=False).values_list("number", flat=True)
        assert sorted(numbers) == [1, 1, 2, 2, 3, 3]


def test_two_telephones_at_once_leave_one(signature, at):
    octets = [phones.signed(phones.Phone(number).document(at), signature) for number in range(2)]
    by = phones.app()

    def apply(signed: bytes):
        with acting(by.scope):
            return mobile_applications.apply(signed=signed, by=by, at=at)

    results = at_once(*[lambda signed=signed: apply(signed) for signed in octets])

    assert not any(isinstance(each, Refused) for each in results)
    assert sorted(phones.states(each.device) for each in results) == [
        ("ENDED", "REVOKED", "REVOKED"), ("LIVE", "VALID", "VALID"),
    ]  # fmt: skip


def test_a_telephone_never_outlives_the_card_that_ends_meanwhile(signature, clerk, at):
    device = phones.loaded(signature, at).device
    octets = phones.signed(phones.Phone(1).document(at), signature)
    by = phones.app()

    def apply():
        with acting(by.scope):
            return mobile_applications.apply(signed=octets, by=by, at=at)

    def revoke():
        with acting(clerk.scope):
            certificates.revoke(
                certificate=signature.pk, verb="revoke_on_request", by=clerk, at=at, purpose=cast.PURPOSE
            )

    def lose():
        with acting(clerk.scope):
            mobile_devices.make_move(device=device.pk, verb="end_lost", by=clerk, at=at, purpose=cast.PURPOSE)

    at_once(apply, revoke, lose)

    with acting(JPKI):
        assert set(MobileDevice.objects.values_list("state", flat=True)) == {"ENDED"}
        assert set(CertificateStatus.objects.filter(kind__endswith="_MOBILE").values_list("state", flat=True)) == {
            "REVOKED"
        }
