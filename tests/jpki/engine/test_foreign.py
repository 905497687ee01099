"""What others send is read or refused, whatever its structure: one kind of refusal for each reader, nothing else."""

from contextlib import suppress
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jpki.engine import certification_requests, der, foreign, ocsp_requests, signed_documents
from jpki.engine.certification_requests import UnfitRequest
from jpki.engine.foreign import Malformed
from jpki.engine.ocsp_requests import MalformedRequest
from jpki.engine.signed_documents import Document, Format, Unreadable
from tests.jpki import phones, signing
from tests.jpki.engine.house import Authority, new_key
from tests.jpki.engine.test_ocsp import request_for
from tests.jpki.engine.test_signed_documents import whole
from tests.jpki.structures import parts, rebuilt, rebuilt_pdf, rebuilt_xml


@cache
def authority() -> Authority:
    return Authority.made("sign")


@cache
def sound_certificate() -> bytes:
    return authority().certificate(1000)


@cache
def sound_request(nonce: bytes | None = b"n" * 16) -> bytes:
    return request_for(authority(), 1000, "sha1", nonce)


def examples(number: int):
    return settings(max_examples=number, deadline=None)


class TestCertificates:
    @examples(60)
    @given(st.deferred(lambda: rebuilt(sound_certificate())))
    def test_of_any_structure_are_read_or_malformed(self, octets):
        with suppress(Malformed):
            found = foreign.certificate(octets)
            unchanged = found.certificate.tbs_certificate_bytes in sound_certificate()
            assert unchanged or not found.is_signed_by(authority().issuer)

    @pytest.mark.parametrize("version", range(6))
    def test_of_every_version(self, version):
        octets = sound_certificate().replace(b"\xa0\x03\x02\x01\x02", bytes((0xA0, 3, 2, 1, version)), 1)
        with suppress(Malformed):
            assert foreign.certificate(octets).is_signed_by(authority().issuer) is (version == 2)

    def test_a_name_that_is_no_text_is_malformed(self):
        with pytest.raises(Malformed):
            foreign.certificate(sound_certificate().replace(b"OPEN-JPKI", b"\xff\xfeEN-JPKI"))

    def test_what_is_too_large_is_not_read(self):
        with pytest.raises(Malformed):
            foreign.certificate(sound_certificate() + bytes(20_000))


class TestOcspRequests:
    @examples(100)
    @given(octets=st.sampled_from([None, b"n" * 16]).flatmap(lambda nonce: rebuilt(sound_request(nonce))))
    def test_of_any_structure_are_read_or_malformed(self, octets):
        with suppress(MalformedRequest):
            request = ocsp_requests.parse(octets)
            assert 0 < len(request.cert_ids) <= ocsp_requests.MOST_CERTIFICATES

    def test_a_repeated_extension_is_malformed(self):
        with pytest.raises(MalformedRequest):
            ocsp_requests.parse(with_nonces(2))

    def test_a_serial_longer_than_any_certificates_is_malformed(self):
        for serial, is_read in ((2**159, True), (2**160, False), (2**16_000, False)):
            octets = request_with(serial)
            if is_read:
                assert ocsp_requests.parse(octets).cert_ids[0].serial == serial
            else:
                with pytest.raises(MalformedRequest):
                    ocsp_requests.parse(octets)


class TestCertificationRequests:
    @examples(60)
    @given(st.deferred(lambda: rebuilt(phones.Phone().request(0))))
    def test_of_any_structure_are_read_or_unfit(self, octets):
        with suppress(UnfitRequest):
            certification_requests.read(octets)


REBUILD = {Format.CMS: rebuilt, Format.XML: rebuilt_xml, Format.PDF: rebuilt_pdf}


class TestDocuments:
    @pytest.mark.parametrize("form", Format)
    @examples(60)
    @given(data=st.data())
    def test_of_any_structure_are_read_or_unreadable(self, form, data):
        octets = data.draw(REBUILD[form](whole()[form]))
        with suppress(Unreadable):
            for found in signed_documents.signatures(Document(form, octets)):
                assert found.claimed_at is None or found.claimed_at.tzinfo

    def test_a_time_that_no_clock_shows_is_no_time(self):
        for claimed in ("99991231235959Z", "00010101000000Z", "20260101000000"):
            octets = signing.signed_cms(pen(), b"content", claimed=claimed)
            (found,) = signed_documents.signatures(Document(Format.CMS, octets))
            assert (found.fault, found.claimed_at) == (None, None), claimed


@cache
def pen() -> signing.Pen:
    key = new_key()
    return signing.Pen(authority().certificate(1001, key=key), key.sign)


def request_with(serial: int) -> bytes:
    """A request for a serial of any length, which no builder makes."""
    (root,) = parts(sound_request(None))
    number = next(part for part in root.everything() if part.content == der.integer(1000)[2:])
    number.content = der.integer(serial)[len(der.integer(serial)) - serial.bit_length() // 8 - 1 :]
    return root.encoded()


def with_nonces(number: int) -> bytes:
    (root,) = parts(sound_request())
    extensions = root.within[0].within[-1].within[0]
    extensions.within *= number
    return root.encoded()
