"""P12: several who signed one document are answered one by one, and the whole is what the worst of them is."""

import subprocess
from itertools import permutations

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import load_der_x509_certificate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from jlis.kernel.errors import Invalid
from jlis.kernel.isolation.scope import acting
from jpki.domain.kinds import Kind
from jpki.engine import signed_documents as engine
from jpki.engine.signatures import MOST_SIGNATURES, Unreadable
from jpki.engine.signed_documents import Document, Format
from jpki.services import certificates, issuing, signed_documents
from jpki.services.issuing import Order
from jpki.services.validations import Verdict
from tests.jpki import cast, parties, signing
from tests.jpki.engine.house import Authority
from tests.jpki.signing import Pen

CONTENT = "申請の内容".encode()
DS = "{http://www.w3.org/2000/09/xmldsig#}"


def key(number):
    return cast.pooled_key("rsa2048-sha256", 1000 + number)


@pytest.fixture
def holders(founded, clerk, at):
    """Two residents, each with a signature certificate over a key of their own."""
    orders = [
        Order(resident=cast.resident_of(clerk, at).pk, kind=Kind.SIGN_CARD, public_key=cast.card_key(number))
        for number in range(2)
    ]
    return [issuing.issue(order=order, by=clerk, at=at, purpose=cast.PURPOSE) for order in orders]


@pytest.fixture
def pens(holders):
    return [Pen(cast.der_of(each), signing.signed_by(key(number))) for number, each in enumerate(holders)]


@pytest.fixture
def stranger():
    return Pen(Authority.made("sign").certificate(1000, key=key(2)), signing.signed_by(key(2)))


@pytest.fixture
def party(founded, at):
    return parties.client(parties.active(at))


def told(document, by, at):
    with acting(by.scope):
        answer = signed_documents.validate(document=document, by=by, at=at)
    return answer.decisive.found.verdict.value, [each.answer.found.verdict.value for each in answer.signatures]


def by_openssl(folder, numbered, *, detached=False) -> bytes:
    """What OpenSSL makes of several signers: (certificate, number of its key)."""
    (folder / "content").write_bytes(CONTENT)
    signers = []
    for place, (certificate, number) in enumerate(numbered):
        pem = load_der_x509_certificate(certificate).public_bytes(serialization.Encoding.PEM)
        private = key(number).private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        for name, octets in (("pem", pem), ("key", private)):
            (folder / f"{place}.{name}").write_bytes(octets)
        signers += ["-signer", str(folder / f"{place}.pem"), "-inkey", str(folder / f"{place}.key")]
    command = ["openssl", "cms", "-sign", "-binary", "-md", "sha256", "-in", str(folder / "content"), "-outform", "DER"]
    made = subprocess.run([*command, *signers, *([] if detached else ["-nodetach"])], capture_output=True, check=True)
    return made.stdout


def xml_of(*pens, text="<doc><item>見本</item></doc>"):
    """Signed by one after the other, each over what was there."""
    for pen in pens:
        text = etree.tostring(_added(etree.fromstring(text), pen)).decode()
    return text.encode()


def _added(root, pen):
    """The document with one more signature at its end."""
    return etree.fromstring(signing.signed_xml(pen, etree.tostring(root).decode()))


def test_two_signers_of_openssl_are_each_good_and_so_is_the_whole(pens, party, at, tmp_path):
    numbered = [(pen.certificate, number) for number, pen in enumerate(pens)]
    assert told(Document(Format.CMS, by_openssl(tmp_path, numbered)), party, at) == ("good", ["good", "good"])
    detached = by_openssl(tmp_path, numbered, detached=True)
    assert told(Document(Format.CMS, detached, CONTENT), party, at) == ("good", ["good", "good"])
    whole, each = told(Document(Format.CMS, detached, CONTENT + b"!"), party, at)
    assert (whole, each) == ("invalid_signature", ["invalid_signature"] * 2)


def test_one_who_is_revoked_or_unknown_spoils_the_whole(pens, holders, stranger, party, clerk, at, tmp_path):
    beside = by_openssl(tmp_path, [(pens[0].certificate, 0), (stranger.certificate, 2)])
    whole, each = told(Document(Format.CMS, beside), party, at)
    assert (whole, sorted(each)) == ("unknown", ["good", "unknown"])
    both = by_openssl(tmp_path, [(pen.certificate, number) for number, pen in enumerate(pens)])
    with acting(clerk.scope):
        certificates.revoke(certificate=holders[1].pk, verb="revoke_on_request", by=clerk, at=at, purpose=cast.PURPOSE)
    whole, each = told(Document(Format.CMS, both), party, at.later(seconds=60))
    assert (whole, sorted(each)) == ("revoked", ["good", "revoked"])


def test_who_signed_with_anothers_key_is_told_apart(pens, party, at, tmp_path):
    document = cms.ContentInfo.load(by_openssl(tmp_path, [(pen.certificate, n) for n, pen in enumerate(pens)]))
    signers = document["content"]["signer_infos"]
    signers[0]["signature"], signers[1]["signature"] = (signers[1]["signature"].native, signers[0]["signature"].native)
    whole, each = told(Document(Format.CMS, document.dump(force=True)), party, at)
    assert (whole, each) == ("invalid_signature", ["invalid_signature"] * 2)


def test_a_telephones_application_has_one_signer(pens, tmp_path):
    two = by_openssl(tmp_path, [(pen.certificate, number) for number, pen in enumerate(pens)])
    with pytest.raises(Unreadable) as refused:
        engine.with_content(two)
    assert refused.value.code == "several_signers"


def test_none_and_too_many_are_refused_by_name(pens, party, at, tmp_path):
    document = cms.ContentInfo.load(by_openssl(tmp_path, [(pens[0].certificate, 0)]))
    (signer,) = document["content"]["signer_infos"]
    for count, code in ((0, "not_signed"), (MOST_SIGNATURES + 1, "too_many_signers")):
        document["content"]["signer_infos"] = [signer] * count
        with pytest.raises(Invalid) as refused:
            told(Document(Format.CMS, document.dump(force=True)), party, at)
        assert refused.value.errors[0].code == code


class TestXml:
    def test_signed_one_after_the_other(self, pens, party, at):
        assert told(Document(Format.XML, xml_of(*pens)), party, at) == ("good", ["good", "good"])

    def test_side_by_side_over_the_same_document(self, pens, party, at):
        first, second = (etree.fromstring(xml_of(pen)) for pen in pens)
        first.append(second.find(f"{DS}Signature"))
        assert told(Document(Format.XML, etree.tostring(first)), party, at) == ("good", ["good", "good"])

    def test_what_is_changed_is_changed_for_both(self, pens, party, at):
        changed = xml_of(*pens).replace(b"&#35211;", b"&#35212;").replace("見".encode(), "外".encode())
        assert told(Document(Format.XML, changed), party, at) == ("invalid_signature", ["invalid_signature"] * 2)

    def test_what_came_between_was_not_signed_by_the_first(self, pens, party, at):
        once = etree.fromstring(xml_of(pens[0]))
        etree.SubElement(once, "added").text = "x"
        later = etree.tostring(_added(once, pens[1]))
        whole, each = told(Document(Format.XML, later), party, at)
        assert (whole, sorted(each)) == ("invalid_signature", ["good", "invalid_signature"])

    def test_a_strangers_signature_beside_ours_spoils_the_whole(self, pens, stranger, party, at):
        for order in permutations((pens[0], stranger)):
            whole, each = told(Document(Format.XML, xml_of(*order)), party, at)
            assert (whole, sorted(each)) == ("unknown", ["good", "unknown"])

    def test_what_hides_in_a_signature_of_nobody_is_not_good(self, pens, party, at):
        once = etree.fromstring(xml_of(pens[0]))
        hidden = etree.SubElement(once, f"{DS}Signature")
        hidden.append(etree.fromstring("<item>本物</item>"))
        with pytest.raises(Invalid):
            told(Document(Format.XML, etree.tostring(once)), party, at)
        # The same with a certificate of ours that signed nothing of it.
        info = once.find(f"{DS}Signature/{DS}KeyInfo")
        hidden.append(etree.fromstring(etree.tostring(info)))
        whole, each = told(Document(Format.XML, etree.tostring(once)), party, at)
        assert whole == "invalid_signature"
        assert "invalid_signature" in each


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(verdicts=st.lists(st.sampled_from(list(Verdict)), min_size=1, max_size=8))
def test_the_whole_is_good_only_when_every_one_is(verdicts):
    found = [
        signed_documents.SignatureAnswer(
            signed_documents.Answer(signed_documents.Validation(verdict, None), None), None
        )
        for verdict in verdicts
    ]
    whole = signed_documents.DocumentAnswer(found).decisive.found.verdict
    assert (whole is Verdict.GOOD) == (set(verdicts) == {Verdict.GOOD})
    assert whole in verdicts


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 0.9999), octet=st.integers(0, 255))
def test_whatever_octet_is_changed_nobody_is_said_to_have_signed_other_content(two_signed, place, octet):
    position = two_signed.index(CONTENT) + int(place * len(CONTENT))
    changed = two_signed[:position] + bytes([octet]) + two_signed[position + 1 :]
    if changed != two_signed:
        assert all(each.fault for each in engine.signatures(Document(Format.CMS, changed)))


@pytest.fixture(scope="module")
def two_signed(tmp_path_factory):
    authority = Authority.made("sign")
    numbered = [(authority.certificate(1000 + number, key=key(number)), number) for number in range(2)]
    return by_openssl(tmp_path_factory.mktemp("two"), numbered)
