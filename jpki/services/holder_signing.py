"""A holder who signs: a document of ours, in a CMS, made with a certificate of ours that is good at this moment."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from jlis.kernel.errors import FieldError, Invalid, Refused
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment
from jpki.domain.devices import DeviceRule, device_rule_on
from jpki.domain.kinds import Kind
from jpki.engine import foreign, signed_documents
from jpki.engine.foreign import Malformed
from jpki.engine.signed_documents import Signature, Unreadable
from jpki.models import Certificate
from jpki.selectors import certificates
from jpki.services.validations import Verdict, judged

LARGEST = 64 * 1024


class NotSigned(Refused):
    """The document does not bear a signature that counts; the code says why."""

    status = 422


@dataclass(frozen=True)
class Signed:
    """What was signed, by the holder of which certificate."""

    content: bytes
    certificate: Certificate


def read(octets: bytes, *, kinds: Collection[Kind], at: Moment) -> Signed:
    """The content of a CMS that a holder signed with a certificate of one of the kinds.

    Raises Invalid for what is no CMS with its content inside, NotSigned (`document_changed`, `wrong_signature`,
    `revoked`, `suspended`, `expired`, `unknown`, `wrong_kind`).
    """
    if not 0 < len(octets) <= LARGEST:
        raise _invalid("too_large", f"署名した文書は{LARGEST >> 10}KBまでです。")
    try:
        signature, content = signed_documents.with_content(octets)
    except Unreadable as fault:
        raise _invalid(fault.code, fault.message) from fault
    return Signed(content, _signer(signature, kinds, at))


def must_be_fresh(signed_at: datetime, at: Moment) -> DeviceRule:
    """The rule of the day, under which the document was signed just now. Raises Invalid, NotSigned."""
    rule = device_rule_on(at.day)
    if rule is None:
        raise NotSigned("not_served_yet", "移動端末設備用電子証明書の発行は始まっていません。")
    if abs(at.instant - signed_at) > rule.fresh_for:
        minutes = int(rule.fresh_for.total_seconds()) // 60
        message = f"署名した日時が{minutes}分以上離れています。端末の時計を確かめて、署名からやり直してください。"
        raise Invalid.of([FieldError("signed_at", "not_fresh", message)])
    return rule


def _signer(signature: Signature, kinds: Collection[Kind], at: Moment) -> Certificate:
    if signature.fault is not None:
        raise NotSigned(signature.fault.value, "署名を確認できません。")
    try:
        presented = foreign.certificate(signature.certificate)
    except Malformed as error:
        raise _invalid("no_certificate", "署名者の電子証明書が読み取れません。") from error
    found = judged(presented, at.instant)
    if found.verdict is not Verdict.GOOD:
        raise NotSigned(found.verdict.value, "署名に使われた電子証明書は有効ではありません。")
    if found.kind not in kinds:
        raise NotSigned("wrong_kind", "この手続に使える電子証明書ではありません。署名用電子証明書で署名してください。")
    with acting(JPKI):
        return certificates.numbered(found.serial, authority=found.authority)


def _invalid(code: str, message: str) -> Invalid:
    return Invalid.of([FieldError("signed", code, message)])
