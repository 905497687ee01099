"""P7: from an old number to the new one, from signature to authentication, for who is entitled; told to the person."""

import pytest

from jlis.kernel.audit import sealing
from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Forbidden, NotFound
from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jpki.domain.kinds import Kind
from jpki.domain.relying_parties import Entitlement
from jpki.models import Certificate, Generation, Responder
from jpki.services import certificates, relying_parties, serial_links, validations
from jpki.services.serial_links import LinkLookupFailed
from juki.services import disclosures
from tests.jpki import cast, parties, phones
from tests.jpki.engine.house import pem
from tests.jpki.people import bearer

URL = "/api/v1/jpki/serial-links"
EVERY = frozenset(Entitlement)


@pytest.fixture
def party(founded, at):
    return parties.active(at, what=EVERY)


def linked(authority: str, certificate, party, at, **more):
    by = parties.client(party)
    with acting(by.scope):
        return serial_links.link(authority=authority, serial=cast.status_of(certificate).serial, by=by, at=at, **more)


def refusal(*arguments, **more) -> str:
    with pytest.raises(Forbidden) as refused:
        linked(*arguments, **more)
    return refused.value.code


def renewed(signature, clerk, at):
    """The signature certificate ended by the holder's wish, and a new one was issued."""
    with acting(clerk.scope):
        certificates.revoke(certificate=signature.pk, verb="revoke_on_request", by=clerk, at=at, purpose=cast.PURPOSE)
    return cast.issued_to(signature.resident_id, Kind.SIGN_CARD, by=clerk, at=at)


def test_old_to_new_and_signature_to_authentication(signature, authentication, clerk, party, at):
    first = linked("sign", signature, party, at)
    assert first.renewed is None
    assert first.other_kind.serial == cast.status_of(authentication).serial

    new = renewed(signature, clerk, at)

    after = linked("sign", signature, party, at)
    assert (after.renewed.kind, after.renewed.serial) == ("SIGN_CARD", cast.status_of(new).serial)
    assert linked("sign", new, party, at).renewed is None
    assert linked("auth", authentication, party, at).other_kind.serial == cast.status_of(new).serial


def test_card_to_telephone_and_back(signature, authentication, party, at):
    device = phones.again(phones.loaded(signature, at).device)
    of_card = linked("sign", signature, party, at)
    assert (of_card.other_kind.kind, of_card.other_carrier.kind) == ("AUTH_CARD", "SIGN_MOBILE")
    assert of_card.other_carrier.serial == device.signature.serial

    by = parties.client(party)
    with acting(by.scope):
        of_phone = serial_links.link(authority="auth", serial=device.authentication.serial, by=by, at=at)
    assert of_phone.other_kind.serial == device.signature.serial
    assert of_phone.other_carrier.serial == cast.status_of(authentication).serial


def test_the_carrier_is_told_to_whom_it_is_due_alone(signature, at, founded):
    narrow = parties.active(at, what=parties.BOTH | {Entitlement.LINK_KINDS})
    phones.loaded(signature, at)
    assert linked("sign", signature, narrow, at).other_carrier is None


def test_nothing_good_is_linked_to_when_all_have_ended(signature, authentication, clerk, party, at):
    for each in (signature, authentication):
        with acting(clerk.scope):
            certificates.revoke(certificate=each.pk, verb="revoke_on_request", by=clerk, at=at, purpose=cast.PURPOSE)
    found = linked("sign", signature, party, at)
    assert (found.renewed, found.other_kind) == (None, None)


def test_only_what_the_party_is_entitled_to(signature, authentication, clerk, at, founded):
    narrow = parties.active(at, what=parties.BOTH | {Entitlement.LINK_KINDS})
    renewed(signature, clerk, at)
    found = linked("sign", signature, narrow, at)
    assert (found.told, found.renewed) == (frozenset({Entitlement.LINK_KINDS}), None)


def test_who_is_not_entitled_is_refused_by_name(signature, at, founded):
    party = parties.active(at)
    assert refusal("sign", signature, party, at) == "not_entitled_link_renewed"
    officer = cast.operator()
    with acting(officer.scope):
        for what in (Entitlement.LINK_RENEWED, Entitlement.LINK_KINDS):
            relying_parties.entitle(party=party.pk, what=what, basis="取決め第3条", by=officer, at=at)
    assert linked("sign", signature, party, at).told == {Entitlement.LINK_RENEWED, Entitlement.LINK_KINDS}
    with acting(officer.scope):
        for what in (Entitlement.LINK_RENEWED, Entitlement.LINK_KINDS):
            relying_parties.end_entitlement(party=party.pk, what=what, by=officer, at=at)
    assert refusal("sign", signature, party, at) == "not_entitled_link_renewed"


def test_a_number_that_is_nobodys_is_not_found(signature, party, at):
    by = parties.client(party)
    with acting(by.scope), pytest.raises(NotFound):
        serial_links.link(authority="sign", serial=987654, by=by, at=at)


def test_the_validation_tells_the_links_that_are_due(authentication, signature, party, at):
    by = parties.client(party)
    with acting(by.scope):
        answer = validations.validate(certificate=_pem(signature), by=by, at=at)
    assert answer.links.other_kind.serial == cast.status_of(authentication).serial


def test_what_nobody_holds_is_unknown_and_has_no_links(founded, party, at):
    """The authorities' own certificates and their responders' bear our signature, and no holder."""
    with acting(JPKI):
        own = [bytes(each.certificate) for each in (*Generation.objects.all(), *Responder.objects.all())]
    by = parties.client(party)
    for octets in own:
        with acting(by.scope):
            answer = validations.validate(certificate=pem(octets), by=by, at=at)
        assert (answer.found.verdict, answer.found.kind, answer.links) == ("unknown", "", None)
    assert len(own) == 4


def test_without_its_links_the_validation_is_refused_and_not_good(signature, party, at, monkeypatch):
    by = parties.client(party)

    def lost(*_):
        raise NotFound

    monkeypatch.setattr("jpki.selectors.certificates.kin", lost)
    with pytest.raises(LinkLookupFailed) as refused, acting(by.scope):
        validations.validate(certificate=_pem(signature), by=by, at=at)
    assert (refused.value.status, refused.value.code) == (503, "link_lookup_failed")


def test_the_person_is_told_who_was_told(signature, resident, clerk, party, at):
    linked("sign", signature, party, at)
    with acting(SYSTEM):
        (entry,) = AuditEntry.objects.filter(action="jpki.serials_linked")
        assert (entry.subject, entry.purpose) == (resident.pk, "JPKI-SERIAL-LINK")
        assert entry.detail["links"] == ["LINK_CARRIERS", "LINK_KINDS", "LINK_RENEWED"]
    with acting(SYSTEM):
        sealing.index_subjects([entry])
    with acting(clerk.scope):
        _, lines = disclosures.disclose(resident=resident.pk, by=clerk, at=at)
    told = [(line.organisation, line.method) for line in lines]
    assert ("厚生労働省", "電子証明書の発行の番号の紐付けの提供") in told


def test_over_http(signature, authentication, party, at, client):
    headers = bearer(client, party.organisation_id, "jpki.link_serials", at=at)
    body = {"authority": "sign", "serial": cast.status_of(signature).serial}

    answer = client.post(URL, body, content_type="application/json", headers=headers)

    assert answer.status_code == 200, answer.content
    assert answer.json()["other_kind"]["serial"] == cast.status_of(authentication).serial
    unknown = client.post(URL, body | {"serial": 987654}, content_type="application/json", headers=headers)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "certificate_not_found")
    wrong = client.post(URL, body | {"authority": "x"}, content_type="application/json", headers=headers)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "authority")


def test_without_the_scope(signature, party, at, client):
    headers = bearer(client, party.organisation_id, "jpki.validate", at=at)
    body = {"authority": "sign", "serial": 1}
    assert client.post(URL, body, content_type="application/json", headers=headers).status_code == 403


def _pem(certificate: Certificate) -> str:
    with acting(JPKI):
        return pem(cast.der_of(certificate))
