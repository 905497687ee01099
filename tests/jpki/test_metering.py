"""P5: what each party asked, counted from the chain's tallies, priced by the day, and told to it and to nobody else."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from pypdfium2 import PdfDocument

from jlis.kernel.audit.models import AuditEntry, AuditTally
from jlis.kernel.errors import Forbidden, NotFound
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.reconciliation import tallies_are_the_chain
from jpki.domain.relying_parties import Asked, Entitlement
from jpki.engine.issuers import Issuer
from jpki.engine.keys import KeyUnavailable
from jpki.engine.ocsp_answers import Responder
from jpki.services import revocation_asking, serial_links, statements, validations
from tests.conftest import actor
from tests.jpki import cast, consenting, parties, phones
from tests.jpki.engine.house import pem
from tests.jpki.people import account, bearer, sign_in
from tests.jpki.signing import signed_cms
from tests.juki.sealed import seal_everything

OCSP = "application/ocsp-request"
VALIDATIONS = "/api/v1/jpki/validations"
MONTH = date(2026, 11, 1)


def tally(organisation: str, method: str, calls: int, day: date, action: str = "jpki.certificate_validated") -> None:
    with acting(SYSTEM):
        AuditTally.objects.create(
            day=day, organisation=organisation, action=action, kind=method, calls=calls, subjects=0
        )


def seen(party, month: date = MONTH, by=None) -> list[tuple]:
    found = statements.of_party(party=party.pk, month=month, by=by or cast.operator())
    return [(line.asked.method, line.count, line.yen_each, line.yen) for line in found.lines]


@pytest.mark.django_db
def test_a_platform_and_its_provider_see_the_same_calls(at):
    platform, provider = parties.active_pair(at)
    code, for_whom = platform.organisation_id, provider.organisation_id
    tally(code, "API/SIGN", 3, date(2026, 11, 2))
    tally(code, f"API/SIGN/{for_whom}", 2, date(2026, 11, 3))
    tally(code, f"API/SIGN/{for_whom}", 5, date(2026, 11, 30))
    tally(code, "API/UNKNOWN", 1, date(2026, 11, 3))
    tally(code, "API/SIGN", 99, date(2026, 12, 1))
    tally("MHLW", "API/SIGN", 99, date(2026, 11, 2))

    zero = Decimal(0)
    assert seen(platform) == [
        ("API/SIGN", 3, zero, 0), (f"API/SIGN/{for_whom}", 7, zero, 0), ("API/UNKNOWN", 1, zero, 0),
    ]  # fmt: skip
    assert seen(provider) == [(f"API/SIGN/{for_whom}", 7, zero, 0)]
    assert seen(platform, by=parties.staff(platform)) == seen(platform)
    assert seen(provider, by=parties.staff(platform)) == seen(provider, by=parties.staff(provider))


def test_a_telephones_certificate_is_counted_apart_at_the_same_price(signature, at):
    party = parties.active(at)
    made = phones.loaded(signature, at)
    by = parties.client(party)
    with acting(by.scope):
        answers = [
            validations.validate(certificate=pem(octets), by=by, at=at)
            for octets in (cast.der_of(signature), made.signature, made.authentication)
        ]
    assert [each.found.kind for each in answers] == ["SIGN_CARD", "SIGN_MOBILE", "AUTH_MOBILE"]
    with acting(SYSTEM):
        asked = AuditEntry.objects.filter(action="jpki.certificate_validated").order_by("at")
        assert [each.detail["method"] for each in asked] == ["API/SIGN", "API/SIGN_MOBILE", "API/AUTH_MOBILE"]
    tally("MHLW", "API/SIGN_MOBILE", 2, date(2022, 12, 31))
    tally("MHLW", "API/SIGN", 2, date(2022, 12, 31))
    lines = statements.of_party(party=party.pk, month=date(2022, 12, 1), by=cast.operator()).lines
    assert [line.what_label for line in lines] == ["署名用", "署名用（移動端末設備）"]
    assert lines[0].yen_each == lines[1].yen_each


@pytest.mark.django_db
def test_the_price_is_that_of_the_day(at):
    party = parties.active(at)
    tally("MHLW", "OCSP/SIGN", 10, date(2022, 12, 31))
    tally("MHLW", "OCSP/AUTH", 10, date(2022, 12, 31))
    tally("MHLW", "OCSP/SIGN", 10, date(2023, 1, 1))
    tally("MHLW", "API/SIGN", 1, date(2022, 12, 31))

    assert seen(party, date(2022, 12, 1)) == [
        ("API/SIGN", 1, None, None), ("OCSP/AUTH", 10, Decimal(2), 20), ("OCSP/SIGN", 10, Decimal(20), 200),
    ]  # fmt: skip
    assert seen(party, date(2023, 1, 1)) == [("OCSP/SIGN", 10, Decimal(0), 0)]
    (found,) = [
        line
        for line in statements.of_party(party=party.pk, month=date(2022, 12, 1), by=cast.operator()).lines
        if line.asked == Asked("OCSP", "AUTH")
    ]
    assert found.channel_label == "OCSPレスポンダ"


@pytest.mark.django_db
def test_another_partys_statement_is_not_there(at):
    platform, provider = parties.active_pair(at)
    ministry = parties.active(at)
    outsider = actor("NTA", "RELYING_PARTY_OFFICER", kind="NATIONAL_ORGAN")
    for party, by in ((ministry, parties.staff(platform)), (platform, parties.staff(provider)), (ministry, outsider)):
        with pytest.raises(NotFound):
            seen(party, by=by)
    with pytest.raises(Forbidden):
        seen(ministry, by=actor("131016", "COUNTER_CLERK"))


@pytest.mark.django_db(transaction=True)
def test_what_was_asked_is_what_the_chain_says(signature, authentication, at):
    platform = parties.active(at, parties.PartyKind.PLATFORM, what=frozenset(Entitlement))
    provider = parties.active(at, parties.PartyKind.PROVIDER, platform=platform.pk, what=frozenset(Entitlement))
    by, for_whom = parties.client(platform), provider.organisation_id
    for certificate, whom in ((signature, ""), (authentication, for_whom), (authentication, for_whom)):
        with acting(by.scope):
            validations.validate(certificate=pem(cast.der_of(certificate)), by=by, at=at, on_behalf_of=whom)
    with acting(by.scope):
        serial_links.link(authority="sign", serial=cast.status_of(signature).serial, by=by, at=at)
    seal_everything()

    month = at.day.replace(day=1)
    assert [line[:2] for line in seen(platform, month)] == [(f"API/AUTH/{for_whom}", 2), ("API/SIGN", 1)]
    # each answer carried its links, and one was asked for alone
    told = [statements.of_party(party=each.pk, month=month, by=cast.operator()) for each in (platform, provider)]
    assert [statement.links for statement in told] == [4, 2]
    with acting(SYSTEM):
        assert all(finding.agrees for finding in tallies_are_the_chain())


@pytest.mark.django_db
def test_ocsp_and_lists_are_answered_as_in_the_open_and_counted(founded, signature, at, client):
    platform, provider = parties.active_pair(at, what=frozenset({Entitlement.SIGNATURE_STATUS}))
    headers = bearer(client, platform.organisation_id, "jpki.validate", at=at)
    asked = request_for(founded["sign"], signature)
    whom = f"?on_behalf_of={provider.organisation_id}"

    answer = client.post(f"/api/v1/jpki/ocsp/sign{whom}", asked, content_type=OCSP, headers=headers)
    assert answer["Content-Type"] == "application/ocsp-response"
    assert ocsp.load_der_ocsp_response(answer.content).certificate_status is ocsp.OCSPCertStatus.GOOD
    listed = client.get("/api/v1/jpki/revocation-lists/sign", headers=headers)
    assert listed.getvalue() == client.get("/pki/sign/crl").getvalue()

    with acting(SYSTEM):
        acts = AuditEntry.objects.filter(action="jpki.certificate_validated").values_list("detail__method", flat=True)
        assert sorted(acts) == ["CRL/SIGN", f"OCSP/SIGN/{provider.organisation_id}"]
    other = client.get("/api/v1/jpki/revocation-lists/auth", headers=headers)
    assert (other.status_code, other.json()["code"]) == (403, "not_entitled_authentication_status")
    missing = client.get("/api/v1/jpki/revocation-lists/sign?municipality=999999", headers=headers)
    assert missing.status_code == 404
    large = client.post("/api/v1/jpki/ocsp/sign", b"x" * 70_000, content_type=OCSP, headers=headers)
    assert large.status_code == 413
    broken = client.post("/api/v1/jpki/ocsp/sign", b"x", content_type=OCSP, headers=headers)
    assert ocsp.load_der_ocsp_response(broken.content).response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def request_for(generation, certificate) -> bytes:
    return request_of(generation, cast.status_of(certificate).serial)


def request_of(generation, serial: int) -> bytes:
    issuer = Issuer(bytes(generation.certificate))
    hashed = issuer.name_hash("sha256"), issuer.key_hash("sha256")
    asked = ocsp.OCSPRequestBuilder().add_certificate_by_hash(*hashed, serial, SHA256())
    return asked.build().public_bytes(Encoding.DER)


def methods() -> list[str]:
    with acting(SYSTEM):
        acts = AuditEntry.objects.filter(action="jpki.certificate_validated").order_by("at")
        return list(acts.values_list("detail__method", flat=True))


@pytest.mark.django_db
def test_what_was_not_provided_costs_nothing(founded, signature, at, monkeypatch):
    party = parties.active(at)
    by = parties.client(party)

    def ask(octets: bytes) -> None:
        with acting(by.scope):
            revocation_asking.ocsp_answer(authority="sign", data=octets, by=by, at=at)

    ask(request_of(founded["sign"], 987654))  # never issued
    ask(request_of(founded["auth"], 987654))  # of another issuer: unauthorized
    ask(b"x")
    monkeypatch.setattr(Responder, "answer", _away)
    ask(request_for(founded["sign"], signature))  # the key is away: tryLater
    assert methods() == ["OCSP/UNKNOWN"]

    monkeypatch.undo()
    with acting(by.scope):
        validations.validate(certificate=pem(bytes(founded["auth"].certificate)), by=by, at=at)
    assert methods() == ["OCSP/UNKNOWN", "API/UNKNOWN"]
    tally("MHLW", "OCSP/UNKNOWN", 1, date(2022, 12, 1))
    tally("MHLW", "OCSP/SIGN", 1, date(2022, 12, 1))
    assert [line[0::3] for line in seen(party, date(2022, 12, 1))] == [("OCSP/SIGN", 20), ("OCSP/UNKNOWN", 0)]


def _away(*_: object, **__: object) -> bytes:
    raise KeyUnavailable("the token is away")


@pytest.mark.django_db
def test_who_asks_again_for_a_lost_answer_is_counted_once(signature, at, client):
    headers = bearer(client, parties.active(at).organisation_id, "jpki.validate", at=at) | {"Idempotency-Key": "k-1"}
    asked = {"certificate": pem(cast.der_of(signature))}
    document = signed_cms(consenting.pen(cast.der_of(signature)), b"what was signed")

    def post(key: str, octets: bytes = b"") -> HttpResponse:
        sent = headers | {"Idempotency-Key": key}
        if octets:
            form = {"document": SimpleUploadedFile("a.p7m", octets), "format": "cms"}
            return client.post(VALIDATIONS, form, headers=sent)
        return client.post(VALIDATIONS, asked, content_type="application/json", headers=sent)

    first, again = post("k-1"), post("k-1")
    assert (first.status_code, again.content) == (200, first.content)
    assert again["Idempotency-Replayed"] == "true"
    file, same, other = post("k-2", document), post("k-2", document), post("k-2", document + b"0")
    assert (file.status_code, same.content, other.status_code) == (200, file.content, 422)
    assert methods() == ["API/SIGN", "API/SIGN"]


@pytest.mark.django_db
def test_on_the_screen_as_a_file_and_as_a_paper(at, client):
    platform, provider = parties.active_pair(at)
    today = at.day
    tally(platform.organisation_id, f"API/SIGN/{provider.organisation_id}", 1234, today)
    account("operator-jpki", "JLIS-JPKI", "CERTIFICATE_OPERATOR", at=at)
    sign_in(client, "operator-jpki")
    url = f"/jpki/parties/{platform.pk}/statement/?month={today:%Y-%m}"

    page = client.get(url).content.decode()
    rows = client.get(f"{url}&format=csv").content.decode("utf-8-sig").splitlines()
    paper = client.get(f"{url}&format=pdf")

    assert "1,234" in page
    assert "見本保険株式会社" in page
    assert rows[1].split(",")[1:] == [
        "見本プラットフォーム株式会社", "有効性確認API", "署名用", provider.organisation_id, "見本保険株式会社", "1234",
        "0.00", "0",
    ]  # fmt: skip
    text = PdfDocument(BytesIO(paper.content))[0].get_textpage().get_text_bounded()
    assert "1,234" in text
    assert "見本保険株式会社" in text
