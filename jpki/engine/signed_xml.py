"""XML signatures (XMLDSig, XAdES): each stands in the document and covers the whole of it but signatures.

Of several, each is judged over the document as its signer may have had it: with every other signature, with those
before it, with those after it, or with none. Nothing else is ever left out, so that what is no signature was signed by
all of them. A counter-signature covers a signature alone, and is told to.
"""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier
from signxml.exceptions import InvalidDigest, InvalidInput, InvalidSignature

from jpki.engine import foreign
from jpki.engine.foreign import Presented
from jpki.engine.signatures import MOST_SIGNATURES, Fault, Signature, Unreadable

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
    """The signatures of an XML document, as they stand in it. Raises Unreadable."""
    root = _parsed(octets)
    found = _all_in(root)
    if not found:
        raise Unreadable("not_signed", "署名のないXMLです。")
    if len(found) > MOST_SIGNATURES:
        raise Unreadable("too_many_signers", f"署名が{MOST_SIGNATURES}つまでのXMLを確認できます。")
    return [_judged(root, place) for place in range(len(found))]


class _OneOfThem(XMLVerifier):
    """The library's verifier, for the signature at a place among those of the document."""

    def __init__(self, place: int):
        super().__init__()
        self._place = place

    def _get_signature(self, root: etree._Element) -> etree._Element:
        return _all_in(root)[self._place]


def _judged(root: etree._Element, place: int) -> Signature:
    signature = _all_in(root)[place]
    octets = _certificate_of(signature)
    certificate = foreign.certificate(octets)
    fault: Fault | None = None
    for tree, where in _as_it_was_signed(root, place):
        fault = _fault(tree, where, certificate)
        # What was signed depends on the document as it was; whether the key is the certificate's does not.
        if fault not in (Fault.CHANGED, Fault.NOT_COVERED):
            break
    return Signature(octets, fault, _claimed_at(signature))


def _as_it_was_signed(root: etree._Element, place: int) -> Iterator[tuple[etree._Element, int]]:
    """The document as the signer of one signature may have had it, and where that stands then; the fullest first."""
    yield root, place
    others = [other for other in range(len(_all_in(root))) if other != place]
    asked: set[frozenset[int]] = {frozenset()}
    for left_out in (
        frozenset(other for other in others if other > place),
        frozenset(other for other in others if other < place),
        frozenset(others),
    ):
        if left_out not in asked:
            asked.add(left_out)
            yield from _without(root, left_out, place)


def _without(root: etree._Element, left_out: frozenset[int], place: int) -> Iterator[tuple[etree._Element, int]]:
    """The document without some of its signatures, the text behind them kept; nothing where ours goes with one."""
    copied = etree.fromstring(etree.tostring(root), _parser())
    nodes = _all_in(copied)
    for node in (nodes[other] for other in sorted(left_out)):
        parent, before = node.getparent(), node.getprevious()
        if parent is None:
            return
        if node.tail and before is not None:
            before.tail = (before.tail or "") + node.tail
        elif node.tail:
            parent.text = (parent.text or "") + node.tail
        parent.remove(node)
    left = _all_in(copied)
    if nodes[place] in left:
        yield copied, left.index(nodes[place])


def _all_in(root: etree._Element) -> list[etree._Element]:
    return list(root.iter(f"{_DS}Signature"))


def _parsed(octets: bytes) -> etree._Element:
    """No document type."""
    try:
        root = etree.fromstring(octets, _parser())
    except etree.XMLSyntaxError as error:
        raise Unreadable("malformed", f"XMLとして読めません（{error.lineno}行）。") from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable("doctype", "文書型宣言（DOCTYPE）のあるXMLは確認できません。")
    return root


def _parser() -> etree.XMLParser:
    """No entity, nothing from the network."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _certificate_of(signature: etree._Element) -> bytes:
    """The signer's: the first, as the others of a chain follow it."""
    told = signature.findtext(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate")
    if not told:
        raise Unreadable("no_certificate", "署名者の電子証明書が含まれていません。")
    return base64.b64decode("".join(told.split()), validate=True)


def _fault(root: etree._Element, place: int, certificate: Presented) -> Fault | None:
    signature = _all_in(root)[place]
    methods = {each.get("Algorithm") for each in signature.iter(f"{_DS}SignatureMethod")}
    references = list(signature.iterfind(f"{_DS}SignedInfo/{_DS}Reference"))
    digests = {method.get("Algorithm") for each in references for method in each.iterfind(f"{_DS}DigestMethod")}
    if not methods <= {each.value for each in _METHODS} or not digests <= {each.value for each in _DIGESTS}:
        return Fault.WEAK
    # Whether the certificate is in time is asked elsewhere; the library shall not.
    asked = replace(_CONFIGURATION, verification_time=certificate.not_before + timedelta(seconds=1))
    try:
        _OneOfThem(place).verify(root, x509_cert=certificate.certificate, expect_config=asked, validate_schema=True)
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
