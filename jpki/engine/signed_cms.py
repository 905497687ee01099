"""CMS (RFC 5652): each signer for itself, with the content inside or beside it."""

import hashlib

from asn1crypto import cms
from pyhanko.sign.general import CMSExtractionError, extract_certificate_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_self_reported_ts, validate_sig_integrity

from jpki.engine.signatures import MOST_SIGNATURES, STRONG_DIGESTS, Fault, Signature, Unreadable


def signatures(octets: bytes, content: bytes | None) -> list[Signature]:
    """The signature of each signer of a CMS, in the document's order. Raises Unreadable."""
    signed = signed_data(octets)
    inside = signed["encap_content_info"]["content"].native
    if inside is None and content is None:
        raise Unreadable("content_needed", "内容を含まないCMSです。署名した内容も送ってください。", "content")
    if inside is not None and content is not None:
        raise Unreadable("content_twice", "内容を含むCMSです。別の内容は送れません。", "content")
    whole = inside if inside is not None else content or b""
    return [judged(signed, whole, signer=signer) for signer in signed["signer_infos"]]


def content(octets: bytes) -> bytes:
    """What a CMS was made of, where it is plain data and lies inside. Raises Unreadable."""
    inside = signed_data(octets)["encap_content_info"]
    read = inside["content"].native if inside["content_type"].native == "data" else None
    if not isinstance(read, bytes):
        raise Unreadable("content_needed", "署名した内容をCMSの中に入れてください。")
    return read


def signed_data(octets: bytes) -> cms.SignedData:
    """The SignedData within, of at least one signer. Raises Unreadable."""
    outer = cms.ContentInfo.load(octets)
    if outer["content_type"].native != "signed_data":
        raise Unreadable("not_signed", "署名されたCMSではありません。")
    signed = outer["content"]
    if not signed["signer_infos"]:
        raise Unreadable("not_signed", "署名のないCMSです。")
    if len(signed["signer_infos"]) > MOST_SIGNATURES:
        raise Unreadable("too_many_signers", f"署名者が{MOST_SIGNATURES}人までのCMSを確認できます。")
    return signed


def judged(
    signed: cms.SignedData, content: bytes, digest: bytes | None = None, *, signer: cms.SignerInfo | None = None
) -> Signature:
    """Whether the content, or its digest, is what was signed by the certificate that the signer names.

    ``signer``: the one of several who is meant; left out where the format has one alone, as in a PDF.
    """
    signer = signer if signer is not None else signed["signer_infos"][0]
    try:
        certificate = extract_certificate_info(_of_one(signed, signer)).signer_cert
    except CMSExtractionError as error:
        raise Unreadable("no_certificate", "署名者の電子証明書が含まれていません。") from error
    found = Signature(certificate.dump(), None, extract_self_reported_ts(signer))
    if signer["signed_attrs"].native is None and _are_attributes(content):
        return Signature(found.certificate, Fault.WRONG, found.claimed_at)
    name = signer["digest_algorithm"]["algorithm"].native
    if name not in STRONG_DIGESTS or _signed_weakly(signer):
        return Signature(found.certificate, Fault.WEAK, found.claimed_at)
    fault = _fault(signed, signer, certificate, digest or hashlib.new(name, content).digest())
    return Signature(found.certificate, fault, found.claimed_at)


def _of_one(signed: cms.SignedData, signer: cms.SignerInfo) -> cms.SignedData:
    """The same with one signer: the library finds certificates for no more."""
    told = {"version": "v1", "digest_algorithms": [signer["digest_algorithm"]], "signer_infos": [signer],
            "encap_content_info": {"content_type": "data"}, "certificates": signed["certificates"]}  # fmt: skip
    return cms.SignedData(told)


def _are_attributes(content: bytes) -> bool:
    """Whether the content is the attributes of another signature: without attributes, that one is good for it."""
    try:
        found = {each["type"].native for each in cms.CMSAttributes.load(content, strict=True)}
    except (ValueError, TypeError):
        return False
    return {"content_type", "message_digest"} <= found


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
