"""Validating a certificate for a relying party: ours or not, in time or not, revoked or not."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import FieldError, Invalid
from jlis.kernel.time import Moment
from jpki.choices import AuthorityCode
from jpki.engine.crl import Reason
from jpki.selectors import authorities
from jpki.selectors.authorities import LivingGeneration
from jpki.sql import answers

_LARGEST = 16 * 1024


class Verdict(StrEnum):
    """What a relying party is told. Anything but ``good`` means: do not rely on it."""

    GOOD = "good"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Validation:
    """The verdict with its ground. ``reason`` is a CRLReason's name, ``since`` when the certificate ended."""

    verdict: Verdict
    checked_at: datetime
    authority: str = ""
    generation: int = 0
    serial: int = 0
    not_after: datetime | None = None
    reason: str = ""
    since: datetime | None = None


def validate(*, certificate: str, by: Actor, at: Moment) -> Validation:
    """Validate a certificate given as PEM or as Base64 of its DER. Raises Invalid, Forbidden."""
    by.must("jpki.validate")
    found = judged(read(certificate), at.instant)
    audit.record(
        action="jpki.certificate_validated",
        by=by,
        detail={"authority": found.authority, "serial": found.serial, "verdict": found.verdict.value},
    )
    return found


def read(text: str) -> x509.Certificate:
    """A certificate from PEM or from Base64 of its DER. Raises Invalid."""
    try:
        if len(text) > _LARGEST:
            raise ValueError("too long")
        if "-----BEGIN" in text:
            return x509.load_pem_x509_certificate(text.encode("ascii"))
        return x509.load_der_x509_certificate(base64.b64decode("".join(text.split()), validate=True))
    except (ValueError, binascii.Error) as error:
        message = "PEM、またはDERをBase64にした1枚のX.509証明書を送ってください。"
        raise Invalid.of([FieldError("certificate", "not_a_certificate", message)]) from error


def judged(presented: x509.Certificate, at: datetime) -> Validation:
    """The verdict on a certificate, without a record of the asking: that is the caller's act."""
    generation = _issuer_of(presented)
    if generation is None:
        return Validation(Verdict.UNKNOWN, at)
    serial = presented.serial_number
    standing = answers.standings(generation.id, [serial]).get(serial)
    verdict, reason, since = Verdict.UNKNOWN, "", None
    if standing is not None and standing.state != "PREPARED":
        verdict = _in_time(presented, at)
        if standing.state != "VALID":
            verdict = Verdict.SUSPENDED if standing.state == "SUSPENDED" else Verdict.REVOKED
            reason, since = Reason(standing.reason or 0).name.lower(), standing.since
    return Validation(
        verdict, at, generation.authority, generation.number, serial, presented.not_valid_after_utc, reason, since
    )


def _in_time(certificate: x509.Certificate, at: datetime) -> Verdict:
    if at < certificate.not_valid_before_utc:
        return Verdict.NOT_YET_VALID
    return Verdict.EXPIRED if at > certificate.not_valid_after_utc else Verdict.GOOD


def _issuer_of(certificate: x509.Certificate) -> LivingGeneration | None:
    """The generation whose key signed it. The name decides nothing: all generations share one."""
    if not 0 < certificate.serial_number < 2**63:
        return None
    for code in AuthorityCode.values:
        for generation in authorities.generations(code):
            if _signed_by(generation, certificate):
                return generation
    return None


def _signed_by(generation: LivingGeneration, certificate: x509.Certificate) -> bool:
    if certificate.issuer.public_bytes() != generation.issuer.name:
        return False
    try:
        certificate.verify_directly_issued_by(generation.issuer.certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
