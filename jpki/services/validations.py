"""Validating a certificate for a relying party: ours or not, in time or not, revoked or not."""

import base64
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import FieldError, Invalid
from jlis.kernel.time import Moment
from jpki.choices import AuthorityCode
from jpki.domain.relying_parties import Channel
from jpki.engine import foreign
from jpki.engine.crl import Reason
from jpki.engine.foreign import Presented
from jpki.selectors import authorities, certificates
from jpki.selectors.authorities import LivingGeneration
from jpki.selectors.metering import ASKED
from jpki.services import asking, serial_links
from jpki.services.asking import Asking
from jpki.services.serial_links import Links

_LARGEST = 16 * 1024


class Verdict(StrEnum):
    """What a relying party is told. Anything but ``good`` means: do not rely on it."""

    GOOD = "good"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    UNKNOWN = "unknown"
    INVALID_SIGNATURE = "invalid_signature"


@dataclass(frozen=True)
class Validation:
    """The verdict with its ground. ``reason`` is a CRLReason's name, or what is wrong with a document's signature;
    ``since`` is when the certificate ended. ``kind`` is empty for what was issued to nobody: a stranger's certificate,
    and an authority's or a responder's own. Nothing names the holder: who asks has the certificate."""

    verdict: Verdict
    checked_at: datetime
    authority: str = ""
    generation: int = 0
    serial: int = 0
    not_after: datetime | None = None
    reason: str = ""
    since: datetime | None = None
    kind: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """What a party is told of a certificate: the verdict, and the linked serials where it is entitled to them."""

    found: Validation
    links: Links | None


def validate(*, certificate: str, by: Actor, at: Moment, on_behalf_of: str = "") -> Answer:
    """Validate a certificate given as PEM or as Base64 of its DER, for a registered party or a platform's provider.

    Raises Invalid, Forbidden with the reason as its code, LinkLookupFailed.
    """
    by.must("jpki.validate")
    presented = read(certificate)
    party = asking.who_asks(by=by, at=at, on_behalf_of=on_behalf_of)
    return tell(judged(presented, at.instant), party, by=by, at=at)


def tell(found: Validation, party: Asking, *, by: Actor, at: Moment, form: str = "") -> Answer:
    """Tell a party what was found, if it may be told, and write it down. Raises Forbidden, LinkLookupFailed."""
    party.must_be_told_status(found.authority)
    audit.record(
        action=ASKED,
        by=by,
        detail={
            # of what nobody holds there is nothing to provide, whoever signed it
            "method": party.method(Channel.API, found.authority if found.kind else "", found.kind),
            "authority": found.authority,
            "serial": found.serial,
            "verdict": found.verdict.value,
        }
        | ({"form": form} if form else {}),
    )
    if not found.kind:  # nobody holds it, and nothing hangs on it
        return Answer(found, None)
    return Answer(found, serial_links.of_validated(found.authority, found.serial, party, by=by, at=at))


def read(text: str) -> Presented:
    """A certificate from PEM or from Base64 of its DER. Raises Invalid."""
    try:
        if len(text) > _LARGEST:
            raise ValueError("too long")
        if "-----BEGIN" in text:
            return foreign.certificate(text.encode("ascii"), pem=True)
        return foreign.certificate(base64.b64decode("".join(text.split()), validate=True))
    except ValueError as error:
        message = "PEM、またはDERをBase64にした1枚のX.509証明書を送ってください。"
        raise Invalid.of([FieldError("certificate", "not_a_certificate", message)]) from error


def judged(presented: Presented, at: datetime) -> Validation:
    """The verdict on a certificate, without a record of the asking: that is the caller's act."""
    generation = _issuer_of(presented)
    if generation is None:
        return Validation(Verdict.UNKNOWN, at)
    serial = presented.serial
    standing = certificates.standing(generation.id, serial)
    if standing is not None and standing.state == "PREPARED":
        standing = None
    verdict, reason, since = Verdict.UNKNOWN, "", None
    if standing is not None:
        verdict = _in_time(presented, at)
        if standing.state != "VALID":
            verdict = Verdict.SUSPENDED if standing.state == "SUSPENDED" else Verdict.REVOKED
            reason = Reason(standing.reason or 0).name.lower()
            since = standing.suspended_at or standing.revoked_at
    return Validation(
        verdict, at, generation.authority, generation.number, serial, presented.not_after, reason, since,
        standing.kind if standing else "", presented.not_before,
    )  # fmt: skip


def _in_time(presented: Presented, at: datetime) -> Verdict:
    if at < presented.not_before:
        return Verdict.NOT_YET_VALID
    return Verdict.EXPIRED if at > presented.not_after else Verdict.GOOD


def _issuer_of(presented: Presented) -> LivingGeneration | None:
    """The generation whose key signed it. The name decides nothing: all generations share one."""
    if not 0 < presented.serial < 2**63:
        return None
    for code in AuthorityCode.values:
        for generation in authorities.generations(code):
            if presented.is_signed_by(generation.issuer):
                return generation
    return None
