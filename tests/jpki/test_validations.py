"""POST /api/v1/jpki/validations: what a relying party is told of a certificate."""

import base64

import pytest

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Forbidden
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.time import Moment
from jpki.services import certificates, validations
from tests.conftest import client_of
from tests.jpki import cast
from tests.jpki.engine.house import Authority, pem
from tests.jpki.people import bearer

URL = "/api/v1/jpki/validations"


@pytest.fixture
def relying_party():
    return client_of("MHLW", "jpki.validate", kind="NATIONAL_ORGAN")


def told(certificate: bytes | str, by, at):
    text = certificate if isinstance(certificate, str) else base64.b64encode(certificate).decode()
    with acting(by.scope):
        return validations.validate(certificate=text, by=by, at=at)


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


def test_over_http(authentication, at, client):
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
    headers = bearer(client, "MHLW", "jpki.validate", at=at)

    answer = client.post(URL, {"certificate": certificate}, content_type="application/json", headers=headers)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == "certificate"


def test_without_a_token_or_its_scope(founded, at, client):
    body = {"certificate": "AAAA"}
    assert client.post(URL, body, content_type="application/json").status_code == 401
    headers = bearer(client, "MHLW", "juki.query", at=at)
    assert client.post(URL, body, content_type="application/json", headers=headers).status_code == 403
    assert client.get(URL, headers=headers).status_code == 405 or client.get(URL, headers=headers).status_code == 403
