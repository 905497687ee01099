"""Validating a signed document: whole and signed by one of ours, whose certificate is good at the time of asking.

The time that a document claims for its signature is the signer's word, and decides nothing: a certificate that has been
revoked since is answered as revoked.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from jlis.kernel.actors import Actor
from jlis.kernel.errors import FieldError, Invalid, TooLarge
from jlis.kernel.time import Moment
from jpki.choices import AuthorityCode
from jpki.engine import foreign, signed_documents
from jpki.engine.foreign import Malformed
from jpki.engine.signed_documents import Document, Signature, Unreadable
from jpki.services import asking, validations
from jpki.services.validations import Answer, Validation, Verdict

LARGEST = 10 << 20
_WORST_FIRST = (
    Verdict.INVALID_SIGNATURE, Verdict.UNKNOWN, Verdict.REVOKED, Verdict.SUSPENDED, Verdict.NOT_YET_VALID,
    Verdict.EXPIRED, Verdict.GOOD,
)  # fmt: skip


@dataclass(frozen=True)
class SignatureAnswer:
    """What a party is told of one signature; `claimed_at` is the signer's own word."""

    answer: Answer
    claimed_at: datetime | None


@dataclass(frozen=True)
class DocumentAnswer:
    """Every signature. The document is good when all of them are, and else what the worst of them is."""

    signatures: list[SignatureAnswer]

    @property
    def decisive(self) -> Answer:
        """The worst signature; of those that are as bad the first, and the last where all are good."""
        answers = [each.answer for each in self.signatures]
        worst = min(answers, key=lambda each: _WORST_FIRST.index(each.found.verdict))
        return answers[-1] if worst.found.verdict is Verdict.GOOD else worst


def validate(*, document: Document, by: Actor, at: Moment, on_behalf_of: str = "") -> DocumentAnswer:
    """Validate a signed document. Raises Invalid, TooLarge, Forbidden with its reason, LinkLookupFailed."""
    by.must("jpki.validate")
    if len(document.octets) > LARGEST or len(document.content or b"") > LARGEST:
        raise TooLarge("document_too_large", f"文書は{LARGEST >> 20}MBまでです。", field="document")
    party = asking.who_asks(by=by, at=at, on_behalf_of=on_behalf_of)
    judged = [(_judged(each, at.instant), each.claimed_at) for each in _read(document)]
    return DocumentAnswer(
        [
            SignatureAnswer(validations.tell(found, party, by=by, at=at, form=document.format.value), claimed_at)
            for found, claimed_at in judged
        ]
    )


def _read(document: Document) -> list[Signature]:
    try:
        return signed_documents.signatures(document)
    except Unreadable as fault:
        raise Invalid.of([FieldError(fault.field, fault.code, fault.message)]) from fault


def _judged(signature: Signature, at: datetime) -> Validation:
    try:
        certificate = foreign.certificate(signature.certificate)
    except Malformed as error:
        message = "署名者の電子証明書が読み取れません。"
        raise Invalid.of([FieldError("document", "no_certificate", message)]) from error
    found = validations.judged(certificate, at)
    if signature.fault is not None:
        return replace(found, verdict=Verdict.INVALID_SIGNATURE, reason=signature.fault.value)
    if found.authority == AuthorityCode.AUTH:
        return replace(found, verdict=Verdict.INVALID_SIGNATURE, reason="not_for_signing")
    return found
