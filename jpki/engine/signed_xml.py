"""XML signatures (XMLDSig, XAdES): one signature that stands in the document and covers the whole of it."""

import base64
from dataclasses import replace
from datetime import datetime, timedelta

from cryptography import x509
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier
from signxml.exceptions import InvalidDigest, InvalidInput, InvalidSignature

from jpki.engine.signatures import Fault, Signature, Unreadable

_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_XADES_TIME = "{http://uri.etsi.org/01903/v1.3.2#}SigningTime"
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_METHODS = frozenset(
    method
    for method in SignatureMethod
    if method.name.startswith(("RSA_", "ECDSA_")) and method.name.endswith(("SHA256", "SHA384", "SHA512"))
)
_DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
_CONFIGURATION = SignatureConfiguration(
    location=".//", expect_references=True, signature_methods=_METHODS, digest_algorithms=_DIGESTS
)


def signatures(octets: bytes) -> list[Signature]:
    """The signature of an XML document. Raises Unreadable."""
    root = _parsed(octets)
    found = list(root.iter(f"{_DS}Signature"))
    if not found:
        raise Unreadable("not_signed", "署名のないXMLです。")
    if len(found) > 1:
        raise Unreadable("several_signatures", "署名が1つのXMLだけを確認できます。")
    (signature,) = found
    certificate = _certificate_of(signature)
    fault = _fault(root, signature, x509.load_der_x509_certificate(certificate))
    return [Signature(certificate, fault, _claimed_at(signature))]


def _parsed(octets: bytes) -> etree._Element:
    """No entity, no document type, nothing from the network."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(octets, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable("malformed", f"XMLとして読めません（{error.lineno}行）。") from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable("doctype", "文書型宣言（DOCTYPE）のあるXMLは確認できません。")
    return root


def _certificate_of(signature: etree._Element) -> bytes:
    """The signer's: the first, as the others of a chain follow it."""
    told = signature.findtext(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate")
    if not told:
        raise Unreadable("no_certificate", "署名者の電子証明書が含まれていません。")
    return base64.b64decode("".join(told.split()), validate=True)


def _fault(root: etree._Element, signature: etree._Element, certificate: x509.Certificate) -> Fault | None:
    methods = {each.get("Algorithm") for each in signature.iter(f"{_DS}SignatureMethod")}
    references = list(signature.iterfind(f"{_DS}SignedInfo/{_DS}Reference"))
    digests = {method.get("Algorithm") for each in references for method in each.iterfind(f"{_DS}DigestMethod")}
    if not methods <= {each.value for each in _METHODS} or not digests <= {each.value for each in _DIGESTS}:
        return Fault.WEAK
    # Whether the certificate is in time is asked elsewhere; the library shall not.
    asked = replace(_CONFIGURATION, verification_time=certificate.not_valid_before_utc + timedelta(seconds=1))
    try:
        XMLVerifier().verify(root, x509_cert=certificate, expect_config=asked, validate_schema=True)
    except InvalidDigest:
        return Fault.CHANGED
    except (InvalidSignature, InvalidInput, etree.DocumentInvalid):
        return Fault.WRONG
    return None if any(_is_whole(root, each) for each in references) else Fault.NOT_COVERED


def _is_whole(root: etree._Element, reference: etree._Element) -> bool:
    """Whether a reference is the whole document but the signature in it."""
    transforms = {each.get("Algorithm") for each in reference.iter(f"{_DS}Transform")}
    if root.tag == f"{_DS}Signature" or _ENVELOPED not in transforms:
        return False
    uri = reference.get("URI")
    if uri is None or not uri.startswith("#"):
        return uri == ""
    return uri[1:] in _identifiers(root) and _bearers(root, uri[1:]) == 1


def _identifiers(element: etree._Element) -> set[str]:
    return {value for name in ("Id", "ID") if (value := element.get(name))}


def _bearers(root: etree._Element, identifier: str) -> int:
    return sum(identifier in _identifiers(each) for each in root.iter(etree.Element))


def _claimed_at(signature: etree._Element) -> datetime | None:
    told = next((each.text or "" for each in signature.iter(_XADES_TIME)), "")
    try:
        claimed = datetime.fromisoformat(told.strip())
    except ValueError:
        return None
    return claimed if claimed.tzinfo else None
