"""CMS (RFC 5652): one signer, with the content inside or beside it."""

import hashlib

from asn1crypto import cms
from pyhanko.sign.general import CMSExtractionError, extract_certificate_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_self_reported_ts, validate_sig_integrity

from jpki.engine.signatures import STRONG_DIGESTS, Fault, Signature, Unreadable


def signatures(octets: bytes, content: bytes | None) -> list[Signature]:
    """The signature of a CMS. Raises Unreadable."""
    signed = signed_data(octets)
    inside = signed["encap_content_info"]["content"].native
    if inside is None and content is None:
        raise Unreadable("content_needed", "内容を含まないCMSです。署名した内容も送ってください。", "content")
    if inside is not None and content is not None:
        raise Unreadable("content_twice", "内容を含むCMSです。別の内容は送れません。", "content")
    return [judged(signed, inside if inside is not None else content or b"")]


def content(octets: bytes) -> bytes:
    """What a CMS was made of, where it is plain data and lies inside. Raises Unreadable."""
    inside = signed_data(octets)["encap_content_info"]
    read = inside["content"].native if inside["content_type"].native == "data" else None
    if not isinstance(read, bytes):
        raise Unreadable("content_needed", "署名した内容をCMSの中に入れてください。")
    return read


def signed_data(octets: bytes) -> cms.SignedData:
    """The SignedData within, of exactly one signer whose certificate is there. Raises Unreadable."""
    outer = cms.ContentInfo.load(octets)
    if outer["content_type"].native != "signed_data":
        raise Unreadable("not_signed", "署名されたCMSではありません。")
    signed = outer["content"]
    if len(signed["signer_infos"]) != 1:
        raise Unreadable("several_signers", "署名者が1人のCMSだけを確認できます。")
    return signed


def judged(signed: cms.SignedData, content: bytes, digest: bytes | None = None) -> Signature:
    """Whether the content, or its digest, is what was signed by the certificate that the signer names."""
    signer = signed["signer_infos"][0]
    try:
        certificate = extract_certificate_info(signed).signer_cert
    except CMSExtractionError as error:
        raise Unreadable("no_certificate", "署名者の電子証明書が含まれていません。") from error
    found = Signature(certificate.dump(), None, extract_self_reported_ts(signer))
    name = signer["digest_algorithm"]["algorithm"].native
    if name not in STRONG_DIGESTS or _signed_weakly(signer):
        return Signature(found.certificate, Fault.WEAK, found.claimed_at)
    fault = _fault(signed, signer, certificate, digest or hashlib.new(name, content).digest())
    return Signature(found.certificate, fault, found.claimed_at)


def _signed_weakly(signer: cms.SignerInfo) -> bool:
    try:
        return signer["signature_algorithm"].hash_algo not in STRONG_DIGESTS
    except ValueError:
        # plain RSA: the digest algorithm stands for both
        return False


def _fault(signed: cms.SignedData, signer: cms.SignerInfo, certificate: object, digest: bytes) -> Fault | None:
    content_type = signed["encap_content_info"]["content_type"].native
    try:
        intact, valid = validate_sig_integrity(signer, certificate, content_type, digest)
    except SignatureValidationError:
        return Fault.WRONG
    if not valid:
        return Fault.WRONG
    return None if intact else Fault.CHANGED
