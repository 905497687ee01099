"""A PDF that a holder signed, before pyHanko's own validation: it asks for our list, and trusts nothing without it."""

from io import BytesIO

import pytest
from asn1crypto import crl, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import PdfSignatureStatus, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from jlis.kernel.time import Moment, now
from jpki.domain.kinds import Kind
from jpki.domain.lifecycle import MOVES
from jpki.services import endings, publications
from tests.jpki import cast, consenting, signing

HERE, ELSEWHERE, WHOLE = "/131016", "/141011", ""


@pytest.fixture
def at() -> Moment:
    """A little while ago: what is published a second later is valid by the library's own clock."""
    return now().later(seconds=-5)


@pytest.fixture
def document(signature) -> bytes:
    return signing.signed_pdf(consenting.pen(cast.der_of(signature)))


def validated(document: bytes, root: bytes, *lists: bytes) -> PdfSignatureStatus:
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(root)],
        crls=[crl.CertificateList.load(each) for each in lists],
        revocation_mode="require",
        allow_fetching=False,
    )
    (signed,) = PdfFileReader(BytesIO(document)).embedded_signatures
    return validate_pdf_signature(signed, signer_validation_context=context)


def test_trusted_by_the_towns_list_or_the_full_one_until_revoked_and_by_no_other(
    document, signature, founded, ward_clerk, at, client
):
    elsewhere = cast.resident_of(ward_clerk, at, address="神奈川県横浜市鶴見区鶴見中央三丁目20番1号")
    cast.issued_to(elsewhere, Kind.SIGN_CARD, by=ward_clerk, at=at)
    root = bytes(founded["sign"].certificate)

    def told(*towns: str) -> tuple[bool, bool]:
        found = validated(document, root, *(client.get(f"/pki/sign/crl{town}").getvalue() for town in towns))
        assert found.intact
        assert found.valid
        return found.trusted, found.revoked

    publications.publish_all(by=cast.operator(), at=at)
    assert [told(HERE), told(WHOLE)] == [(True, False)] * 2
    assert [told(), told(ELSEWHERE)] == [(False, False)] * 2

    endings.apply(MOVES["revoke_on_request"], [signature.pk], by=cast.operator(), at=at, purpose="")
    publications.publish_all(by=cast.operator(), at=at.later(seconds=1))

    assert [told(HERE), told(WHOLE)] == [(False, True)] * 2
    assert told(ELSEWHERE) == (False, False)
