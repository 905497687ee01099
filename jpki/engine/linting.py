"""pkilint over what an authority makes: certificates, lists, OCSP answers, and a certificate beside its issuer's.

Of a finding its severity, its code and its place are kept, never its words: those may quote what stands in a
certificate, and a certificate names a person.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from pkilint import loader, pkix
from pkilint.bin import lint_pkix_signer_signee_cert_chain as chains
from pkilint.pkix import certificate as pkix_certificate
from pkilint.pkix import crl as pkix_crl
from pkilint.pkix import extension, name
from pkilint.pkix import ocsp as pkix_ocsp
from pkilint.validation import ValidationFindingSeverity as Severity
from pkilint.validation import ValidationResult, ValidatorContainer

from jpki.engine import der

# What the certificates of the real service show as well: their policy names the practice statement's address.
EXPECTED = frozenset({"pkix.certificate_policies_policy_has_qualifier"})

GRAVE = frozenset({"FATAL", "ERROR"})


@dataclass(frozen=True, order=True)
class LintFinding:
    """``severity`` is FATAL, ERROR, WARNING or NOTICE; ``place`` a path through the object's fields."""

    severity: str
    code: str
    place: str

    @property
    def grave(self) -> bool:
        """Whether what shows it may not be in the world."""
        return self.severity in GRAVE


def certificate(octets: bytes) -> list[LintFinding]:
    """What pkilint finds in a certificate. ValueError when it is none."""
    document = loader.RFC5280CertificateDocumentLoader().load_der_document(octets, "certificate")
    return _findings(_certificate_validator().validate(document.root))


def revocation_list(octets: bytes) -> list[LintFinding]:
    """What pkilint finds in a revocation list. ValueError when it is none."""
    document = loader.RFC5280CertificateListDocumentLoader().load_der_document(octets, "crl")
    return _findings(_list_validator().validate(document.root))


def abridged(octets: bytes, most: int) -> bytes:
    """A list with no more than so many of its entries, the first and the last; all around them is its own.

    pkilint builds an object for each entry: a large list would take it minutes. Only the signature is another's then,
    and that is not asked here.
    """
    _, start, end = der.read(octets)
    _, _, inner, stop = next(der.children(octets, start, end))
    parts, timed = [], False
    for tag, begins, content, ends in der.children(octets, inner, stop):
        is_entries = timed and tag == 0x30
        timed = tag in (0x17, 0x18)
        parts.append(_ends_of(octets, content, ends, most // 2) if is_entries else octets[begins:ends])
    return der.sequence(der.sequence(*parts), octets[stop:end])


def _ends_of(octets: bytes, start: int, end: int, half: int) -> bytes:
    entries = der.children(octets, start, end)
    first = list(islice(entries, half))
    last = deque(entries, half)
    return der.sequence(*(octets[begins:ends] for _, begins, _, ends in (*first, *last)))


def ocsp_answer(octets: bytes) -> list[LintFinding]:
    """What pkilint finds in an OCSP answer. ValueError when it is none."""
    document = loader.RFC6960OCSPResponseDocumentLoader().load_der_document(octets, "ocsp")
    return _findings(_answer_validator().validate(document.root))


def chain(issuer: bytes, subject: bytes) -> list[LintFinding]:
    """What pkilint finds between a certificate and its issuer's: names, identifiers, signature."""
    load = loader.RFC5280CertificateDocumentLoader().load_der_document
    documents: dict[str, Any] = {}
    for place, octets in (("issuer", issuer), ("subject", subject)):
        documents[place] = load(octets, place, place, documents)
    decoding, of_issuer, of_subject = _chain_validators()
    results = [*decoding.validate(documents["issuer"].root), *decoding.validate(documents["subject"].root)]
    results += of_issuer.validate(documents["issuer"].root)
    results += of_subject.validate(documents["subject"].root)
    return _findings(results)


def _findings(results: Iterable[ValidationResult]) -> list[LintFinding]:
    found = {
        LintFinding(description.finding.severity.name, description.finding.code, str(result.node.path))
        for result in results
        for description in result.finding_descriptions
        if description.finding.severity <= Severity.NOTICE and description.finding.code not in EXPECTED
    }
    return sorted(found)


@cache
def _certificate_validator() -> ValidatorContainer:
    return pkix_certificate.create_pkix_certificate_validator_container(
        pkix_certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            pkix_certificate.create_issuer_validator_container([]),
            pkix_certificate.create_validity_validator_container(),
            pkix_certificate.create_subject_validator_container([]),
            pkix_certificate.create_extensions_validator_container([]),
            pkix_certificate.create_spki_validator_container([]),
        ],
    )


@cache
def _list_validator() -> ValidatorContainer:
    return pkix_crl.create_pkix_crl_validator_container(
        _decoders(),
        [
            pkix_crl.create_issuer_validator_container([]),
            pkix_crl.create_validity_validator_container([]),
            pkix_crl.create_extensions_validator_container([]),
        ],
    )


@cache
def _answer_validator() -> ValidatorContainer:
    decoders = [pkix_ocsp.create_response_decoder(), *_decoders()]
    return pkix_ocsp.create_pkix_ocsp_response_validator_container(decoders, [])


@cache
def _chain_validators() -> tuple[ValidatorContainer, ValidatorContainer, ValidatorContainer]:
    return (
        chains.create_decoder_validation_container(),
        chains.create_issuer_validation_container(),
        chains.create_subject_validation_container(),
    )


def _decoders() -> list:
    return [
        pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
        pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
    ]
