"""P12: a signed document is whole, signed by one of ours, and its certificate good at the time of asking."""

import base64

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jlis.demo import virtual_card
from jlis.demo.virtual_card import VirtualTerminal
from jlis.kernel.errors import Forbidden, Invalid
from jlis.kernel.isolation.scope import acting
from jpki.domain.kinds import Kind
from jpki.domain.relying_parties import Entitlement
from jpki.engine.signed_documents import Document, Format
from jpki.services import certificates, issuing, signed_documents
from jpki.services.issuing import Order
from mynacard.domain.pins import Pins
from tests.jpki import cast, parties, signing
from tests.jpki.engine.house import Authority
from tests.jpki.people import bearer
from tests.jpki.signing import Pen

URL = "/api/v1/jpki/validations"
CARD, PASSWORD = "A123456789012345", "ABC123"
CONTENT = "申請の内容".encode()


@pytest.fixture
def card(resident, clerk, at, tmp_path, settings):
    """A virtual card with both keys, and certificates of ours upon them."""
    settings.JLIS_HOME = tmp_path
    terminal = VirtualTerminal()
    kinds = (Kind.SIGN_CARD, Kind.AUTH_CARD)
    keys = terminal.make_keys(card_number=CARD, kinds=[kind.value for kind in kinds])
    terminal.set_pins(card_number=CARD, pins=Pins("1234", "1234", "1234", PASSWORD))
    issued = {}
    for kind in kinds:
        order = Order(resident=resident.pk, kind=kind, public_key=keys[kind.value])
        issued[kind] = issuing.issue(order=order, by=clerk, at=at, purpose=cast.PURPOSE)
        terminal.write_certificate(card_number=CARD, kind=kind.value, der=cast.der_of(issued[kind]))
    return issued


@pytest.fixture
def pen(card) -> Pen:
    def sign(octets: bytes) -> bytes:
        return virtual_card.sign_document(card_number=CARD, password=PASSWORD, octets=octets)

    return Pen(virtual_card.certificate(CARD, Kind.SIGN_CARD.value), sign)


@pytest.fixture
def party(founded, at):
    return parties.client(parties.active(at))


def told(document: Document, by, at, **more):
    with acting(by.scope):
        return signed_documents.validate(document=document, by=by, at=at, **more)


def verdict(document: Document, by, at) -> tuple[str, str]:
    found = told(document, by, at).decisive.found
    return found.verdict.value, found.reason


def cms(octets: bytes, content: bytes | None = None) -> Document:
    return Document(Format.CMS, octets, content)


def test_a_signed_pdf_is_good_and_after_the_revocation_it_is_not(pen, card, clerk, party, at):
    document = Document(Format.PDF, signing.signed_pdf(pen))
    assert verdict(document, party, at) == ("good", "")
    later = at.later(seconds=60)
    with acting(clerk.scope):
        certificates.revoke(
            certificate=card[Kind.SIGN_CARD].pk, verb="revoke_on_request", by=clerk, at=later, purpose=cast.PURPOSE
        )

    found = told(document, party, later).decisive.found

    assert (found.verdict, found.reason) == ("revoked", "cessation_of_operation")
    assert found.since == later.instant
    assert found.kind == "SIGN_CARD"


def test_every_format_is_good_as_it_was_signed(pen, party, at):
    documents = (
        cms(signing.signed_cms(pen, CONTENT)),
        cms(signing.signed_cms(pen, CONTENT, detached=True), CONTENT),
        Document(Format.XML, signing.signed_xml(pen)),
        Document(Format.XML, signing.signed_xml(pen, xades=True)),
        Document(Format.PDF, signing.signed_pdf(pen)),
    )
    assert [verdict(document, party, at) for document in documents] == [("good", "")] * 5


def test_what_was_changed_after_signing_is_named(pen, party, at):
    pdf, xml = signing.signed_pdf(pen), signing.signed_xml(pen)
    changed = (
        (cms(signing.signed_cms(pen, CONTENT).replace(CONTENT, "申請の外容".encode())), "document_changed"),
        (cms(signing.signed_cms(pen, CONTENT, detached=True), CONTENT + b"!"), "document_changed"),
        (Document(Format.XML, xml.replace("見本".encode(), "実物".encode()).replace(b"&#35211;", b"&#35212;")),
         "document_changed"),
        (Document(Format.PDF, pdf.replace(b"/MediaBox", b"/MediaBux", 1)), "document_changed"),
    )  # fmt: skip
    for document, reason in changed:
        assert verdict(document, party, at) == ("invalid_signature", reason), document.format


def test_a_pdf_signed_twice_is_good_and_one_written_on_after_signing_is_not(pen, party, at):
    twice = signing.signed_pdf(pen, signing.signed_pdf(pen), "Signature2")
    answer = told(Document(Format.PDF, twice), party, at)
    assert [each.answer.found.verdict.value for each in answer.signatures] == ["good", "good"]

    once = signing.signed_pdf(pen)
    for later in (signing.written_on(once), once + b"1 0 obj<</A 1>>endobj", twice + b"1 0 obj<</A 1>>endobj"):
        assert verdict(Document(Format.PDF, later), party, at) == ("invalid_signature", "document_changed")
    assert verdict(Document(Format.PDF, once + b"\n"), party, at) == ("good", "")


def test_what_the_signature_does_not_cover_is_named(pen, party, at):
    part = signing.signed_xml(pen, '<doc><item Id="a">見本</item></doc>', uri="#a")
    assert verdict(Document(Format.XML, part), party, at) == ("invalid_signature", "not_covered")


def test_a_signature_without_attributes_is_not_passed_off_on_the_attributes_of_another(pen, party, at):
    assert verdict(cms(signing.signed_plainly(pen, CONTENT)), party, at) == ("good", "")
    stolen = signing.passed_off(signing.signed_cms(pen, CONTENT))
    assert verdict(cms(stolen), party, at) == ("invalid_signature", "wrong_signature")


def test_a_weak_digest_is_named(pen, party, at):
    weak = signing.signed_cms(pen, CONTENT, digest="sha1")
    assert verdict(cms(weak), party, at) == ("invalid_signature", "weak_algorithm")


def test_another_key_than_the_certificates_is_named(pen, party, at):
    other = Pen(pen.certificate, signing.signed_by(cast.pooled_key("rsa2048-sha256", 7)))
    assert verdict(cms(signing.signed_cms(other, CONTENT)), party, at) == ("invalid_signature", "wrong_signature")


def test_the_card_signs_for_its_password_alone_and_locks_after_five(card):
    def sign(password: str) -> bytes:
        return virtual_card.sign_document(card_number=CARD, password=password, octets=CONTENT)

    assert len(sign(PASSWORD)) == 256
    for left in (4, 3, 2, 1):
        with pytest.raises(virtual_card.WrongPin) as wrong:
            sign("WRONG1")
        assert wrong.value.tries_left == left
    with pytest.raises(virtual_card.Locked):
        sign("WRONG1")
    with pytest.raises(virtual_card.Locked):
        sign(PASSWORD)


def test_the_authentication_key_signs_no_document(card, party, at):
    pen = Pen(
        virtual_card.certificate(CARD, Kind.AUTH_CARD.value),
        lambda octets: virtual_card.sign(card_number=CARD, pin="1234", challenge=octets),
    )
    assert verdict(cms(signing.signed_cms(pen, CONTENT)), party, at) == ("invalid_signature", "not_for_signing")


def test_a_strangers_signature_is_unknown_however_whole(founded, party, at):
    stranger = Authority.made("sign")
    key = cast.pooled_key("rsa2048-sha256", 7)
    pen = Pen(stranger.certificate(1000, key=key), signing.signed_by(key))
    assert verdict(cms(signing.signed_cms(pen, CONTENT)), party, at) == ("unknown", "")


@pytest.mark.parametrize(
    ("document", "field", "code"),
    [
        (Document(Format.CMS, b"0"), "document", "malformed"),
        (Document(Format.CMS, b""), "document", "malformed"),
        (Document(Format.XML, b"<a"), "document", "malformed"),
        (Document(Format.XML, b"<a/>"), "document", "not_signed"),
        (Document(Format.XML, b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "document", "doctype"),
        (Document(Format.PDF, b"%PDF-1.7"), "document", "malformed"),
        (Document(Format.PDF, b"<a/>"), "document", "malformed"),
        (Document(Format.PDF, signing.blank_pdf()), "document", "not_signed"),
        (Document(Format.PDF, signing.bomb()), "document", "too_large_inside"),
    ],
)
def test_what_cannot_be_read_is_refused_by_field_and_cause(document, field, code, party, at):
    with pytest.raises(Invalid) as refused:
        told(document, party, at)
    (fault,) = refused.value.errors
    assert (fault.field, fault.code) == (field, code)


def test_content_beside_the_cms_is_asked_for_and_not_twice(pen, party, at):
    for document, code in (
        (cms(signing.signed_cms(pen, CONTENT, detached=True)), "content_needed"),
        (cms(signing.signed_cms(pen, CONTENT), CONTENT), "content_twice"),
    ):
        with pytest.raises(Invalid) as refused:
            told(document, party, at)
        assert (refused.value.errors[0].field, refused.value.errors[0].code) == ("content", code)


def test_over_http_as_json_and_as_a_file(pen, at, client):
    party = parties.active(at)
    headers = bearer(client, party.organisation_id, "jpki.validate", at=at)
    octets = signing.signed_cms(pen, CONTENT, detached=True)
    encoded = {"document": base64.b64encode(octets).decode(), "content": base64.b64encode(CONTENT).decode()}

    by_json = client.post(URL, encoded | {"format": "cms"}, content_type="application/json", headers=headers)
    files = {"document": SimpleUploadedFile("a.p7s", octets), "content": SimpleUploadedFile("a.txt", CONTENT)}
    by_form = client.post(URL, files | {"format": "cms"}, headers=headers)

    for answer in (by_json, by_form):
        assert answer.status_code == 200, answer.content
        told = answer.json()
        assert (told["status"], told["kind"], len(told["signatures"])) == ("good", "SIGN_CARD", 1)
        assert told["links"] is None
        assert "髙﨑" not in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "field", "status"),
    [
        ({}, "certificate", 400),
        ({"certificate": "a", "document": "b"}, "certificate", 400),
        ({"document": "AAAA"}, "format", 400),
        ({"document": "%%%", "format": "cms"}, "document", 400),
        ({"document": "AAAA", "format": "docx"}, "format", 400),
        ({"document": "A" * (6 << 20), "format": "cms"}, None, 413),
    ],
)
def test_bad_bodies(founded, at, client, body, field, status):
    headers = bearer(client, parties.active(at).organisation_id, "jpki.validate", at=at)
    answer = client.post(URL, body, content_type="application/json", headers=headers)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    if field:
        assert answer.json()["errors"][0]["field"] == field


def test_a_file_too_large_and_a_form_of_another_kind(founded, at, client, monkeypatch):
    monkeypatch.setattr("jpki.api.validations.LARGEST", 10)
    headers = bearer(client, parties.active(at).organisation_id, "jpki.validate", at=at)
    large = client.post(URL, {"document": SimpleUploadedFile("a", b"x" * 11), "format": "cms"}, headers=headers)
    assert (large.status_code, large.json()["code"]) == (413, "document_too_large")
    other = client.post(URL, "a=b", content_type="application/x-www-form-urlencoded", headers=headers)
    assert other.status_code == 415


def test_who_is_not_entitled_to_signature_certificates_is_told_nothing_of_them(pen, at):
    party = parties.client(parties.active(at, what=frozenset({Entitlement.AUTHENTICATION_STATUS})))
    with pytest.raises(Forbidden) as refused:
        told(cms(signing.signed_cms(pen, CONTENT)), party, at)
    assert refused.value.code == "not_entitled_signature_status"
