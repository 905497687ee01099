"""住民票コードの提供 (J8): who asks for a 符号 is answered with the code sealed to the network system, unread.

The law has the agency tell the network system whose 符号 is to be made (番号法21条の2; its
wording was not at hand). Each provision is in the
chain, in the statistics and in the person's disclosure; the same request is answered once.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.codes import IndividualNumber
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Invalid, Unprocessable
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.time import Moment
from jlis.kernel.vault import sealing
from juki.choices import CodeProvisionResult
from juki.domain import link_sealing
from juki.models import CodeProvision, LinkKey, Resident
from juki.selectors import affairs, link_keys, supplementary
from juki.services import numbers

PURPOSE = "BANGO-LINK"
_LONGEST = 64


@dataclass(frozen=True)
class Asked:
    """Whose 符号 is wanted: by 個人番号, or by the resident whom the portal has identified."""

    request: str
    individual_number: str = ""
    resident: UUID | None = None

    def told(self) -> bytes:
        """What stands for the content of the request."""
        return f"{self.individual_number}\x1f{self.resident or ''}".encode()


@dataclass(frozen=True)
class Answered:
    """The answer; `replayed` when the request had been answered before."""

    provision: CodeProvision
    replayed: bool = False


def provide(*, asked: Asked, by: Actor, at: Moment) -> Answered:
    """Answer a request for a 符号.

    Raises Forbidden, Invalid, Unprocessable for a request number that stands for another content, Conflict where the
    network system has no key in force.
    """
    by.must("juki.request_code")
    if asked.resident is not None:
        by.must("juki.request_code_of_holder")
    with acting(by.scope):
        affairs.require(PURPOSE, organisation=by.organisation, day=at.day)
    _must_be_whole(asked)
    with acting(REGISTRY):
        digest = sealing.index_many([asked.told()])[0]
        known = _known(asked, by)
        if known is not None:
            if bytes(known.digest) != digest:
                raise Unprocessable("key_reused", "この要求番号は別の内容で使用済みです。")
            return Answered(known, replayed=True)
        return Answered(_answer(asked, digest, by, at))


def _must_be_whole(asked: Asked) -> None:
    errors = []
    if not asked.request.strip() or len(asked.request) > _LONGEST:
        errors.append(FieldError("request", "required", f"要求番号は1文字から{_LONGEST}文字までです。"))
    if bool(asked.individual_number) == (asked.resident is not None):
        errors.append(FieldError("individual_number", "one_of", "個人番号か利用者のいずれか1つを指定してください。"))
    elif asked.individual_number and (fault := IndividualNumber.fault(asked.individual_number)):
        errors.append(FieldError("individual_number", "check_digit", f"{fault}。"))
    if errors:
        raise Invalid.of(errors)


def _known(asked: Asked, by: Actor) -> CodeProvision | None:
    """The answer that was given; two at once wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 5013))", [f"{by.organisation} {asked.request}"]
        )
    return CodeProvision.objects.filter(organisation=by.organisation, request=asked.request).first()


def _answer(asked: Asked, digest: bytes, by: Actor, at: Moment) -> CodeProvision:
    key = link_keys.in_force(at.day)
    if key is None:
        raise Conflict("no_key", "情報提供ネットワークシステムの公開鍵が登録されていません。")
    bearer = asked.resident or numbers.resident_with(asked.individual_number)
    code = _code_of(bearer, at.day) if bearer else ""
    provision = CodeProvision(
        id=uuid7(at.instant),
        organisation=by.organisation,
        request=asked.request,
        digest=digest,
        result=(CodeProvisionResult.PROVIDED if code else CodeProvisionResult.NOT_FOUND).value,
        key=key if code else None,
        envelope=_sealed(key, code, asked, by) if code else b"",
        provided_at=at.instant,
    )
    provision.save(force_insert=True)
    detail = {"method": "LINK", "fields": ["resident_code"], "count": int(bool(code)), "provision": str(provision.pk)}
    subject = bearer if code else None
    audit.record(action="juki.code_provided", by=by, purpose=PURPOSE, subject=subject, detail=detail)
    return provision


def _sealed(key: LinkKey, code: str, asked: Asked, by: Actor) -> bytes:
    return link_sealing.seal(bytes(key.public_key), code, requester=by.organisation, request=asked.request)


def _code_of(resident: UUID, day: date) -> str:
    """The present code of somebody who lives here or has left Japan; nothing of the dead and the removed."""
    found = Resident.objects.filter(pk=resident).first()
    if found is None:
        return ""
    answers = found.is_present_on(day) or found.pk in supplementary.left_japan([found.pk], day)
    return found.resident_code if answers else ""
