"""Whatever the structure of what is sent, every door gives its proper answer or a problem, and never a server error."""

import base64
import json
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.x509 import ocsp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jlis.kernel.isolation.scope import acting
from jpki.domain.relying_parties import Entitlement
from jpki.engine.signed_documents import Format
from jpki.services import consents
from jpki.services.consents import Wish
from tests.jpki import cast, consenting, parties, phones, signing
from tests.jpki.consenting import EVERY_ITEM
from tests.jpki.people import bearer
from tests.jpki.structures import rebuilt, rebuilt_pdf, rebuilt_xml
from tests.jpki.test_metering import OCSP, request_for

EVERY = frozenset(Entitlement)
REBUILD = {Format.CMS: rebuilt, Format.XML: rebuilt_xml, Format.PDF: rebuilt_pdf}
few = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Door:
    """A door of the house, with the token that opens it."""

    def __init__(self, client, path: str, headers: dict[str, str]):
        self._client, self._path, self._headers = client, path, headers

    def told(self, body: dict[str, object]) -> dict[str, object]:
        """The answer, which is what the door is for or a refusal with its cause."""
        answer = self._client.post(self._path, body, content_type="application/json", headers=self._headers)
        told = json.loads(answer.content)
        if answer.status_code not in (200, 201):
            assert answer.status_code in (400, 403, 404, 409, 422), answer.content
            assert (answer["Content-Type"], bool(told["code"])) == ("application/problem+json", True)
        return told


@pytest.fixture
def validations(founded, client, at) -> Door:
    party = parties.active(at, what=EVERY)
    return Door(client, "/api/v1/jpki/validations", bearer(client, party.organisation_id, "jpki.validate", at=at))


@few
@given(data=st.data())
def test_ocsp_requests(data, founded, authentication, client):
    octets = data.draw(rebuilt(request_for(founded["auth"], authentication)))
    encoded = quote(base64.b64encode(octets).decode(), safe="")
    by_body = client.post("/pki/auth/ocsp", octets, content_type=OCSP)
    by_path = client.get(f"/pki/auth/ocsp/{encoded}")
    for answer in (by_body, by_path):
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/ocsp-response")
        ocsp.load_der_ocsp_response(answer.content)


def test_ocsp_requests_of_parties(founded, authentication, client, at):
    headers = bearer(client, parties.active(at).organisation_id, "jpki.validate", at=at)

    @few
    @given(octets=rebuilt(request_for(founded["auth"], authentication)))
    def each(octets):
        answer = client.post("/api/v1/jpki/ocsp/auth", octets, content_type=OCSP, headers=headers)
        assert answer.status_code == 200, answer.content
        ocsp.load_der_ocsp_response(answer.content)

    each()


def test_certificates(signature, validations):
    sound = cast.der_of(signature)
    certified = x509.load_der_x509_certificate(sound).tbs_certificate_bytes

    @few
    @given(octets=rebuilt(sound), as_pem=st.booleans())
    def each(octets, as_pem):
        told = validations.told({"certificate": pem_of(octets) if as_pem else phones.text(octets)})
        assert told.get("status") != "good" or certified in octets

    each()


@pytest.mark.parametrize("form", Format)
def test_documents(form, signature, validations):
    pen = consenting.pen(cast.der_of(signature))
    sound = {
        Format.CMS: lambda: signing.signed_cms(pen, b"what was signed"),
        Format.XML: lambda: signing.signed_xml(pen),
        Format.PDF: lambda: signing.signed_pdf(pen),
    }[form]()

    @few
    @given(octets=REBUILD[form](sound))
    def each(octets):
        validations.told({"document": phones.text(octets), "format": form.value})

    each()


def test_consents(signature, client, at):
    party = parties.active(at, what=EVERY)
    by = parties.client(party, "jpki.latest_items")
    door = Door(client, "/api/v1/jpki/consents", bearer(client, party.organisation_id, "jpki.latest_items", at=at))
    with acting(by.scope):
        words = consents.words(wish=Wish(EVERY_ITEM, "r-1"), by=by, at=at)
    sound = consenting.signed(signature, words)
    body = {"items": [item.value for item in EVERY_ITEM], "reference": "r-1"}

    @few
    @given(octets=rebuilt(sound))
    def each(octets):
        told = door.told(body | {"signed": phones.text(octets)})
        assert "id" not in told or words.encode() in octets

    each()


def test_requests_for_telephones_certificates(signature, client, at):
    headers = bearer(client, "JLIS-JPKI", phones.PERMISSION, at=at)
    door = Door(client, "/api/v1/jpki/mobile-applications", headers)
    phone = phones.Phone()
    document = phone.document(at)

    @few
    @given(request=rebuilt(phone.request(1)), odd=st.sampled_from(["", "\ud800", "\x00", "a" * 300]))
    def each(request, odd):
        told = document | {"authentication_request": phones.text(request)} | ({odd: odd} if odd else {})
        answer = door.told({"signed": phones.text(phones.signed(told, signature))})
        assert "signature_certificate" not in answer or not odd

    each()


def pem_of(octets: bytes) -> str:
    """As PEM, whatever the octets are."""
    return f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(octets).decode()}-----END CERTIFICATE-----\n"
