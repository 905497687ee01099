"""Documents signed by a card: its key stays in it, and the libraries hand over what is to be signed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from zlib import compress

from asn1crypto import algos, cms, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes
from lxml import etree
from pikepdf import Pdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, fields
from pyhanko.sign.signers import PdfSigner, Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore
from signxml import XMLSigner, methods
from signxml.xades import XAdESSigner

from jpki.engine import der
from jpki.engine.key_files import LoadedKey

Sign = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Pen:
    """A certificate, and the card that signs for it."""

    certificate: bytes
    sign: Sign


class CardSigner(Signer):
    """pyHanko's signer over a pen."""

    def __init__(self, pen: Pen):
        super().__init__(
            signing_cert=x509.Certificate.load(pen.certificate),
            cert_registry=SimpleCertificateStore(),
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
        )
        self._pen = pen

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return bytes(256) if dry_run else self._pen.sign(data)


def blank_pdf() -> bytes:
    out = BytesIO()
    pdf = Pdf.new()
    pdf.add_blank_page()
    pdf.save(out)
    return out.getvalue()


def signed_pdf(pen: Pen, octets: bytes | None = None, field: str = "Signature1") -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(octets or blank_pdf()))
    metadata = PdfSignatureMetadata(field_name=field, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES)
    return PdfSigner(metadata, CardSigner(pen)).sign_pdf(writer).getvalue()


def written_on(octets: bytes) -> bytes:
    """A page turned after signing, as an increment."""
    writer = IncrementalPdfFileWriter(BytesIO(octets))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = generic.NumberObject(90)
    writer.update_container(page)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb() -> bytes:
    """A small PDF with a stream of a hundred megabytes."""
    packed = compress(bytes(100 << 20))
    return b"%PDF-1.7\n1 0 obj\n<</Filter/FlateDecode>>\nstream\n" + packed + b"\nendstream endobj"


def signed_by(key: LoadedKey) -> Sign:
    """Signing with a key of the house's tests."""
    return key.sign


def signed_cms(pen: Pen, content: bytes, *, detached: bool = False, digest: str = "sha256", claimed: str = "") -> bytes:
    """By hand, so that weak and odd ones can be made as well."""
    certificate = x509.Certificate.load(pen.certificate)
    value = hashes.Hash(getattr(hashes, digest.upper())())
    value.update(content)
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [value.finalize()]}),
            cms.CMSAttribute({"type": "signing_time", "values": [_time(claimed)]}),
        ]
    )
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            {"issuer_and_serial_number": {"issuer": certificate.issuer, "serial_number": certificate.serial_number}}
        ),
        "digest_algorithm": {"algorithm": digest},
        "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": "sha256_rsa"},
        "signature": pen.sign(attributes.dump()),
    }
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": digest}],
            "encap_content_info": {"content_type": "data"} | ({} if detached else {"content": content}),
            "certificates": [certificate],
            "signer_infos": [signer],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()


def signed_plainly(pen: Pen, content: bytes) -> bytes:
    """A CMS whose signature is over the content itself, with no attributes between."""
    return _plain(signed_cms(pen, b""), content, pen.sign(content))


def passed_off(octets: bytes) -> bytes:
    """Another content for a signature that was given: the attributes that it was made over."""
    (signer,) = cms.ContentInfo.load(octets)["content"]["signer_infos"]
    return _plain(octets, signer["signed_attrs"].untag().dump(), signer["signature"].native)


def _plain(octets: bytes, content: bytes, signature: bytes) -> bytes:
    signed = cms.ContentInfo.load(octets)
    (signer,) = signed["content"]["signer_infos"]
    del signer["signed_attrs"]
    signer["signature"] = signature
    signed["content"]["encap_content_info"] = {"content_type": "data", "content": content}
    return signed.dump(force=True)


def _time(claimed: str) -> cms.Time:
    """Now, or whatever is claimed, as it stands in the octets."""
    if not claimed:
        return cms.Time({"utc_time": datetime.now(UTC)})
    return cms.Time.load(der.tlv(0x18, claimed.encode()))


class _CardKey:
    """What signxml asks of a key: the number of its bits and a signature."""

    def __init__(self, pen: Pen):
        self._pen = pen
        self.key_size = 2048

    def sign(self, data: bytes, padding: object = None, algorithm: object = None) -> bytes:
        return self._pen.sign(data)

    def public_key(self) -> object:
        return pyca.load_der_x509_certificate(self._pen.certificate).public_key()


def signed_xml(pen: Pen, text: str = "<doc><item>見本</item></doc>", *, xades: bool = False, uri: str = "") -> bytes:
    signer = (XAdESSigner if xades else XMLSigner)(method=methods.enveloped)
    certificate = x509.Certificate.load(pen.certificate)
    chain = [pyca.load_der_x509_certificate(certificate.dump())]
    reference = {"reference_uri": uri} if uri else {}
    signed = signer.sign(etree.fromstring(text), key=_CardKey(pen), cert=chain, **reference)
    return etree.tostring(signed)
