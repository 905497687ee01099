"""P9: a telephone's two certificates on the word of the card's signature certificate, and nothing else's."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, Refused
from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jpki.domain.devices import Platform, device_rule_on
from jpki.domain.kinds import Kind
from jpki.engine import certification_requests
from jpki.engine.algorithms import ALGORITHMS
from jpki.engine.certification_requests import UnfitRequest
from jpki.engine.key_files import LoadedKey
from jpki.models import Certificate, MobileDevice
from jpki.services import certificates, mobile_applications
from jpki.services.holder_signing import NotSigned
from tests.jpki import cast, phones
from tests.jpki.people import bearer
from tests.jpki.phones import Phone

URL = "/api/v1/jpki/mobile-applications"


def apply(octets: bytes, at, by=None):
    by = by or phones.app()
    with acting(by.scope):
        return mobile_applications.apply(signed=octets, by=by, at=at)


def refused(octets: bytes, at) -> Refused:
    with pytest.raises(Refused) as refusal:
        apply(octets, at)
    with acting(JPKI):
        assert not MobileDevice.objects.exists()
        assert not Certificate.objects.filter(kind__in=[Kind.SIGN_MOBILE, Kind.AUTH_MOBILE]).exists()
    return refusal.value


def status_of(octets: bytes, at) -> int:
    """What the door says; anything but a refusal breaks the test."""
    try:
        apply(octets, at)
    except Refused as refusal:
        return refusal.status
    return 201


def faults(document: dict[str, object], signature, at) -> set[str]:
    refusal = refused(phones.signed(document, signature), at)
    assert isinstance(refusal, Invalid)
    return {fault.field for fault in refusal.errors}


def test_both_certificates_hang_on_the_card(signature, resident, at):
    made = phones.loaded(signature, at, platform="IOS")

    device = phones.again(made.device)
    assert (device.state, device.platform, device.resident_id) == ("LIVE", "IOS", resident.pk)
    assert (device.signature.kind, device.authentication.kind) == ("SIGN_MOBILE", "AUTH_MOBILE")
    sign, auth = (x509.load_der_x509_certificate(octets) for octets in (made.signature, made.authentication))
    assert "霞が関".encode() in made.signature
    assert "霞が関".encode() not in made.authentication
    phone = Phone()
    for certificate, use in ((sign, 0), (auth, 1)):
        assert certificate.public_key() == phone.key(use).public_key
        assert certificate.not_valid_after_utc <= cast.status_of(signature).not_after
    with acting(SYSTEM):
        begun = AuditEntry.objects.get(action="jpki.device_begun")
        issued = AuditEntry.objects.filter(action="jpki.certificate_issued", detail__kind__endswith="_MOBILE")
        assert (begun.subject, begun.purpose) == (resident.pk, "JPKI-MOBILE")
        assert issued.count() == 2


def test_never_longer_than_the_cards_certificate(resident, clerk, at):
    ends_on = at.day + timedelta(days=40)
    signature = cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at, card_expires_on=ends_on)

    device = phones.again(phones.loaded(signature, at).device)

    until = cast.status_of(signature).not_after
    assert (device.signature.not_after, device.authentication.not_after) == (until, until)


def test_the_same_application_again_gets_the_same_answer(signature, at):
    phone = Phone()
    octets = phones.signed(phone.document(at), signature)
    first = apply(octets, at)

    again = apply(octets, at.later(minutes=1))

    assert (again.device.pk, again.signature, again.authentication) == (
        first.device.pk, first.signature, first.authentication
    )  # fmt: skip
    other = phones.signed(phone.document(at, attestation="f" * 64), signature)
    with pytest.raises(Conflict, match="番号"):
        apply(other, at)


def test_a_new_telephone_ends_the_former_one(signature, at):
    first = phones.loaded(signature, at).device
    second = phones.loaded(signature, at.later(minutes=1), Phone(1)).device

    assert phones.states(first) == ("ENDED", "REVOKED", "REVOKED")
    assert phones.states(second) == ("LIVE", "VALID", "VALID")
    former = phones.again(first)
    assert (former.cause, former.signature.reason) == ("REPLACED", 4)


def test_only_the_cards_signature_certificate_in_force_speaks(signature, authentication, clerk, at):
    document = Phone().document(at)
    assert refused(phones.signed(document, authentication), at).code == "wrong_kind"
    octets = phones.signed(document, signature)
    with acting(clerk.scope):
        certificates.suspend(certificate=signature.pk, by=clerk, at=at, purpose=cast.PURPOSE)
    assert refused(octets, at).code == "suspended"
    with acting(clerk.scope):
        certificates.revoke(certificate=signature.pk, verb="revoke_on_request", by=clerk, at=at, purpose=cast.PURPOSE)
    assert refused(octets, at).code == "revoked"


def test_a_telephone_does_not_beget_a_telephone(signature, at):
    first = phones.loaded(signature, at).device
    with acting(JPKI):
        of_phone = Certificate.objects.get(pk=first.signature_id)
    octets = phones.signed(Phone(1).document(at), of_phone, Phone().key(0))

    with pytest.raises(NotSigned) as refusal:
        apply(octets, at)
    assert refusal.value.code == "wrong_kind"


def test_what_was_changed_after_signing_is_refused(signature, at):
    octets = phones.signed(Phone().document(at), signature)
    assert refused(octets.replace(b"ANDROID", b"ANDROIX"), at).code == "document_changed"


def test_every_item_at_fault_is_named(signature, at):
    phone = Phone()
    document = phone.document(
        at, platform="PAGER", attestation="ABC", application="1", signature_request="%", authentication_request=None
    )
    assert faults(document, signature, at) == {
        "platform", "attestation", "application", "signature_request", "authentication_request",
    }  # fmt: skip
    assert faults(phone.document(at, telephone="0312345678"), signature, at) == {"telephone"}
    assert faults(phone.document(at, what="some_contract"), signature, at) == {"what"}
    for off in (-31, 31):
        told = at.later(minutes=off).instant.isoformat()
        assert faults(phone.document(at, signed_at=told), signature, at) == {"signed_at"}
    assert faults(phone.document(at, signed_at="2026-04-01T00:00:00"), signature, at) == {"signed_at"}
    assert faults([1], signature, at) == {"signed"}


def test_keys_must_be_proved_new_and_fit(signature, at):
    phone, other = Phone(), Phone(1)
    cards = cast.pooled_key("rsa2048-sha256", phones.CARD_KEY)
    weak = LoadedKey(ALGORITHMS["rsa2048-sha256"], rsa.generate_private_key(65537, 1024))
    broken = bytearray(phone.request(1))
    broken[-1] ^= 1
    for octets in (
        other.request(1),
        phone.request(1, name="someone else"),
        phone.request(1, key=cards),
        phone.request(0),
        bytes(broken),
        phone.request(1, key=weak),
        b"\x30\x00",
    ):
        document = phone.document(at, authentication_request=phones.text(octets))
        assert faults(document, signature, at) == {"authentication_request"}


def test_before_its_day_a_platform_is_not_served():
    assert device_rule_on(date(2023, 5, 10)) is None
    assert device_rule_on(date(2023, 5, 11)).platforms == {Platform.ANDROID}
    assert device_rule_on(date(2025, 6, 23)).platforms == {Platform.ANDROID}
    assert device_rule_on(date(2025, 6, 24)).platforms == {Platform.ANDROID, Platform.IOS}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_request_breaks_the_reader(data):
    good = Phone().request(0)
    octets = bytearray(good)
    for place in data.draw(st.lists(st.integers(0, len(good) - 1), max_size=4)):
        octets[place] = data.draw(st.integers(0, 255))
    cut = bytes(octets[: data.draw(st.integers(0, len(good)))])
    for tried in (bytes(octets), cut, data.draw(st.binary(max_size=80))):
        with suppress(UnfitRequest):
            assert certification_requests.read(tried).key.spki


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_document_breaks_the_door(signature, at, data):
    good = phones.signed(Phone().document(at), signature)
    octets = bytearray(good)
    for place in data.draw(st.lists(st.integers(0, len(good) - 1), min_size=1, max_size=3)):
        octets[place] ^= data.draw(st.integers(1, 255))
    for tried in (bytes(octets), data.draw(st.binary(max_size=60))):
        assert status_of(tried, at) < 500


def test_over_http(signature, at, client):
    headers = bearer(client, "JLIS-JPKI", phones.PERMISSION, at=at)
    body = {"signed": phones.text(phones.signed(Phone().document(at), signature))}

    answer = client.post(URL, body, content_type="application/json", headers=headers)

    assert answer.status_code == 201, answer.content
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json()
    assert (told["platform"], told["state"], told["cause"]) == ("ANDROID", "LIVE", "")
    assert told["signature_certificate"] != told["authentication_certificate"]
    for octets in ("%%%", phones.text(b"\x30\x80\x00"), ""):
        wrong = client.post(URL, {"signed": octets}, content_type="application/json", headers=headers)
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "signed")


@pytest.mark.parametrize("url", [URL, "/api/v1/jpki/mobile-endings"])
def test_without_the_scope(signature, at, client, url):
    headers = bearer(client, "JLIS-JPKI", "jpki.validate", at=at)
    assert client.post(url, {"signed": "MA=="}, content_type="application/json", headers=headers).status_code == 403
    assert client.post(url, {"signed": "MA=="}, content_type="application/json").status_code == 401


def test_another_systems_client_is_refused_by_the_service(signature, at):
    by = phones.app("jpki.validate")
    with pytest.raises(Forbidden):
        apply(phones.signed(Phone().document(at), signature), at, by)


def test_the_clerk_exports_nothing_of_it_as_a_card(signature, at, clerk):
    device = phones.loaded(signature, at).device
    with acting(clerk.scope), pytest.raises(Conflict, match="端末ごと"):
        certificates.suspend(certificate=device.signature_id, by=clerk, at=at, purpose=cast.PURPOSE)
    assert phones.states(device) == ("LIVE", "VALID", "VALID")
