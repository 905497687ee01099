"""Who holds the card or the telephone: a signed challenge against an authentication certificate, and the resident
behind its number.

Only for those who may be told whose certificate it is; a relying party that only validates learns no resident.
"""

from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Refused
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment
from jpki.choices import AuthorityCode
from jpki.engine.foreign import Presented
from jpki.models import Certificate
from jpki.services.validations import Validation, Verdict, judged, read


class NotIdentified(Refused):
    """Card or telephone does not prove who holds it; the code says why."""

    status = 422


@dataclass(frozen=True)
class Holder:
    """Whose authentication certificate it is; ``certificate`` is its row, ``office`` the counter it belongs to now."""

    certificate: int
    resident: UUID
    office: str
    serial: int
    kind: str


_REFUSED = {
    Verdict.REVOKED: "この電子証明書は失効しています。",
    Verdict.SUSPENDED: "この電子証明書は一時保留されています。",
    Verdict.EXPIRED: "この電子証明書は有効期間が満了しています。",
    Verdict.NOT_YET_VALID: "この電子証明書はまだ有効期間の前です。",
    Verdict.UNKNOWN: "公的個人認証サービスの電子証明書ではありません。",
}


def check(*, certificate: str, by: Actor, at: Moment) -> Validation:
    """That an authentication certificate is good now, before its holder is asked for anything.

    Raises Forbidden, Invalid for what is no certificate, NotIdentified with the verdict as its code.
    """
    by.must("jpki.identify")
    return _good(read(certificate), at)


def identify(*, certificate: str, challenge: bytes, signature: bytes, by: Actor, at: Moment, purpose: str) -> Holder:
    """The holder of the card or telephone that signed the challenge (RSA PKCS#1 v1.5 or ECDSA, SHA-256).

    Raises Forbidden, Invalid, NotIdentified (`revoked`, `suspended`, `expired`, `unknown`, `not_for_authentication`,
    `wrong_signature`). The identification is recorded with the resident as its subject.
    """
    by.must("jpki.identify")
    presented = read(certificate)
    found = _good(presented, at)
    if not _signed(presented, challenge, signature):
        raise NotIdentified("wrong_signature", "カードの署名を確認できません。")
    with acting(JPKI):
        row = Certificate.objects.get(status__generation__authority_id=found.authority, status__serial=found.serial)
        audit.record(
            action="jpki.holder_identified",
            by=by,
            purpose=purpose,
            subject=row.resident_id,
            detail={"certificate": row.pk, "serial": found.serial},
        )
    return Holder(row.pk, row.resident_id, row.office, found.serial, row.kind)


def _good(presented: Presented, at: Moment) -> Validation:
    found = judged(presented, at.instant)
    if found.verdict is not Verdict.GOOD:
        raise NotIdentified(found.verdict.value, _REFUSED[found.verdict])
    if found.authority != AuthorityCode.AUTH:
        raise NotIdentified("not_for_authentication", "利用者証明用電子証明書ではありません。")
    return found


def _signed(presented: Presented, challenge: bytes, signature: bytes) -> bool:
    key = presented.certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, challenge, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, challenge, ec.ECDSA(hashes.SHA256()))
        else:
            return False
    except InvalidSignature:
        return False
    return True
