"""POST /api/v1/jpki/validations: what a relying party is told of a certificate."""

import base64

import pytest

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Forbidden
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.time import Moment
from jpki.domain.relying_parties import Entitlement, PartyKind
from jpki.services import certificates, validations
from tests.conftest import client_of
from tests.jpki import cast, parties
from tests.jpki.engine.house import Authority, pem
from tests.jpki.people import bearer

URL = "/api/v1/jpki/validations"


@pytest.fixture
def relying_party(founded, at):
    return parties.client(parties.active(at.later(days=-7)))


def told(certificate: bytes | str, by, at, **more):
    text = certificate if isinstance(certificate, str) else base64.b64encode(certificate).decode()
    with acting(by.scope):
        return validations.validate(certificate=text, by=by, at=at, **more).found


def test_good_suspended_revoked(authentication, clerk, at, relying_party):
    octets = cast.der_of(authentication)
    assert told(octets, relying_party, at).verdict == "good"
    assert told(pem(octets), relying_party, at).verdict == "good"

    with acting(clerk.scope):
        certificates.suspend(certificate=authentication.pk, by=clerk, at=at, purpose=cast.PURPOSE)
    assert told(octets, relying_party, at).verdict == "suspended"
    with acting(clerk.scope):
        certificates.revoke(
            certificate=authentication.pk, verb="revoke_for_compromise", by=clerk, at=at, purpose=cast.PURPOSE
        )
    found = told(octets, relying_party, at)
    assert (found.verdict, found.reason, found.since) == ("revoked", "key_compromise", at.instant)


def test_in_time_and_out_of_it(authentication, at, relying_party):
    octets = cast.der_of(authentication)
    ends = Moment.of(cast.status_of(authentication).not_after)

    assert told(octets, relying_party, ends).verdict == "good"
    assert told(octets, relying_party, ends.later(seconds=1)).verdict == "expired"
    assert told(octets, relying_party, at.later(days=-1)).verdict == "not_yet_valid"


def test_a_forgery_under_our_name_is_unknown(founded, at, relying_party):
    assert told(Authority.made("auth").certificate(1000), relying_party, at).verdict == "unknown"


def test_ours_but_never_issued_is_unknown(founded, at, relying_party):
    assert told(bytes(founded["auth"].certificate), relying_party, at).verdict == "unknown"


def test_without_the_permission(authentication, clerk, at):
    with pytest.raises(Forbidden):
        told(cast.der_of(authentication), clerk, at)


def refusal(*arguments, **more) -> tuple[str, str]:
    with pytest.raises(Forbidden) as refused:
        told(*arguments, **more)
    return refused.value.code, refused.value.field


def test_who_is_not_registered_or_not_in_force_is_refused_by_name(authentication, at):
    octets = cast.der_of(authentication)
    stranger = client_of("NTA", "jpki.validate", kind="NATIONAL_ORGAN")
    assert refusal(octets, stranger, at) == ("not_a_relying_party", "")

    party = parties.applied(at)
    by = parties.client(party)
    seen = []
    for verb in ("accept", "start", "stop", "resume", "end"):
        try:
            seen.append(told(octets, by, at).verdict.value)
        except Forbidden as refused:
            seen.append(refused.code)
        parties.moved(party, verb, at=at)
    seen.append(refusal(octets, by, at)[0])
    assert seen == [
        "relying_party_applied", "relying_party_accepted", "good", "relying_party_stopped", "good",
        "relying_party_ended",
    ]  # fmt: skip


def test_who_may_ask_of_the_other_kind_alone_is_refused(authentication, signature, at):
    party = parties.client(parties.active(at, what=frozenset({Entitlement.SIGNATURE_STATUS})))
    assert told(cast.der_of(signature), party, at).verdict == "good"
    assert refusal(cast.der_of(authentication), party, at) == ("not_entitled_authentication_status", "")


def test_a_provider_asks_through_its_platform_and_both_are_counted(authentication, at):
    octets = cast.der_of(authentication)
    platform, provider = parties.active_pair(at)
    by = parties.client(platform)

    assert told(octets, by, at, on_behalf_of=provider.organisation_id).verdict == "good"

    assert refusal(octets, parties.client(provider), at) == ("provider_asks_through_platform", "")
    with acting(SYSTEM):
        (entry,) = AuditEntry.objects.filter(action="jpki.certificate_validated")
    assert (entry.organisation, entry.detail["method"]) == (
        platform.organisation_id, f"API/AUTH/{provider.organisation_id}",
    )  # fmt: skip


def test_on_behalf_of_whom_a_platform_may_not_ask(authentication, at, relying_party):
    octets = cast.der_of(authentication)
    platform, provider = parties.active_pair(at)
    by, code = parties.client(platform), provider.organisation_id
    assert refusal(octets, relying_party, at, on_behalf_of=code) == ("not_a_platform", "on_behalf_of")
    assert refusal(octets, by, at, on_behalf_of="SP-999999") == ("provider_not_registered", "on_behalf_of")

    parties.moved(provider, "stop", at=at)
    assert refusal(octets, by, at, on_behalf_of=code) == ("provider_stopped", "on_behalf_of")
    assert told(octets, by, at).verdict == "good"


def test_a_provider_is_told_no_more_than_it_and_its_platform_are_entitled_to(authentication, at):
    platform = parties.active(at, PartyKind.PLATFORM)
    narrow = frozenset({Entitlement.SIGNATURE_STATUS})
    provider = parties.active(at, PartyKind.PROVIDER, platform=platform.pk, what=narrow)
    found = refusal(cast.der_of(authentication), parties.client(platform), at, on_behalf_of=provider.organisation_id)
    assert found == ("not_entitled_authentication_status", "")


def test_over_http(authentication, at, client):
    parties.active(at)
    headers = bearer(client, "MHLW", "jpki.validate", at=at)
    body = {"certificate": pem(cast.der_of(authentication))}

    answer = client.post(URL, body, content_type="application/json", headers=headers)

    assert answer.status_code == 200, answer.content
    assert (answer.json()["status"], answer.json()["authority"]) == ("good", "auth")
    assert answer.json()["serial"] == cast.status_of(authentication).serial
    with acting(SYSTEM):
        assert AuditEntry.objects.get(action="jpki.certificate_validated").detail["verdict"] == "good"


@pytest.mark.parametrize(
    "certificate", ["", "x" * 20_000, "-----BEGIN CERTIFICATE-----\nあ\n-----END CERTIFICATE-----", "AAAA", "%%%"]
)
def test_bad_input_names_the_field(founded, at, client, certificate):
    parties.active(at)
    headers = bearer(client, "MHLW", "jpki.validate", at=at)

    answer = client.post(URL, {"certificate": certificate}, content_type="application/json", headers=headers)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == "certificate"


def test_over_http_an_unregistered_body_is_told_why(authentication, at, client):
    headers = bearer(client, "MHLW", "jpki.validate", at=at)
    body = {"certificate": pem(cast.der_of(authentication)), "on_behalf_of": ""}

    answer = client.post(URL, body, content_type="application/json", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_a_relying_party")
    with acting(SYSTEM):
        assert not AuditEntry.objects.filter(action="jpki.certificate_validated").exists()


def test_without_a_token_or_its_scope(founded, at, client):
    body = {"certificate": "AAAA"}
    assert client.post(URL, body, content_type="application/json").status_code == 401
    headers = bearer(client, "MHLW", "juki.query", at=at)
    assert client.post(URL, body, content_type="application/json", headers=headers).status_code == 403
    assert client.get(URL, headers=headers).status_code == 405 or client.get(URL, headers=headers).status_code == 403
