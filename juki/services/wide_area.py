"""住民票の写しの広域交付 (住民基本台帳法12条の4): asked at any town's counter, answered by the address's town."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.codes import ResidentRecordCode
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import TOKYO, Moment
from juki.card_proofs import CardProof
from juki.choices import Sex
from juki.domain import wide_area
from juki.domain.office_days import is_open
from juki.domain.town_messages import MOVES, Kind, Side, State
from juki.domain.wide_area import DOCUMENTS, Order, Who
from juki.issuing import TO_THE_COUNTER, NotGiven
from juki.models import IdentityRecord, TownMessage
from juki.pdf import residence_record
from juki.pdf.residence_record import LEFT_OUT, Member, ResidenceCertificate, Show
from juki.selectors import protections, residents
from juki.selectors import town_messages as selectors
from juki.selectors.residents import FourItems
from juki.services import answering, posting
from juki.services.posting import Letter

PURPOSE = "JUKI-COUNTER"


@dataclass(frozen=True)
class Requester:
    """Who asks: by a proved card, or by a document with a photo and 住民票コード or name, birth date and sex."""

    document: str
    proof: CardProof | None = None
    resident_code: str = ""
    items: FourItems | None = None


def ask(*, requester: Requester, order: Order, by: Actor, at: Moment) -> TownMessage:
    """Ask the address's town for the items; answered at once where its book is kept in a room above.

    Raises Invalid, NotFound (nobody, several, or nobody present: never where), Conflict outside the hours or for the
    own town's resident, `NotGiven` for somebody withheld.
    """
    by.must("juki.wide_area")
    _check(requester, order)
    with acting(REGISTRY):
        found = _find(requester, at.day)
        tenant = municipalities.tenant_of(by.organisation)
        if found.office == tenant.office:
            raise Conflict("own_town", "この市区町村の住民です。通常の住民票の写しを交付してください。")
        # Before the hours: those of the town would tell which it is.
        if protections.covered([found.resident]):
            audit.record(action="juki.wide_area_refused", by=by, purpose=PURPOSE, subject=found.resident)
            refused = NotGiven("not_given", TO_THE_COUNTER)
        else:
            refused = None
            _must_be_open(found.office, at)
            body = wide_area.request_body(order, name=found.name, code=found.resident_code)
            key = f"wide-area-{uuid7(at.instant)}"
            letter = Letter(Kind.WIDE_AREA, tenant.office, found.office, key, body, found.resident, "SCREEN")
            (posted,) = posting.post([letter], by=by, at=at)
            answering.answer_wide_area(posted.message, at=at)
    if refused is not None:
        raise refused
    return posted.message


def answer_by_hand(*, message: UUID, members: Sequence[Mapping[str, Any]], whole: bool, by: Actor, at: Moment) -> None:
    """Answer as a clerk of the address's town, from the town's own record. Raises NotFound, Forbidden, Invalid."""
    by.must("juki.handle_town_messages")
    with acting(by.scope):
        found = selectors.get(message)
        if Side.RECEIVER not in selectors.sides_of(found, by) or found.kind != Kind.WIDE_AREA:
            raise Forbidden("not_this_side", "回答は住所地の市区町村が行います。")
        order = wide_area.order_in(selectors.contents(found)["REQUEST"])
    _must_not_be_covered(found)
    faults = wide_area.member_faults(members, order)
    if faults:
        raise Invalid.of(faults)
    with acting(REGISTRY):
        locked = TownMessage.objects.select_for_update().get(pk=message)
        body = wide_area.answer_body(order, members, whole=whole)
        posting.move(MOVES["answer"], locked, by=by, at=at, answer=body)


def draw(*, message: UUID, by: Actor, at: Moment) -> bytes:
    """The paper, from the answer alone; once for the day of its first drawing. Raises NotFound, Forbidden, Conflict."""
    by.must("juki.wide_area")
    with acting(by.scope):
        found = selectors.get(message)
        if Side.SENDER not in selectors.sides_of(found, by) or found.kind != Kind.WIDE_AREA:
            raise Forbidden("not_this_side", "写しは交付地の市区町村が作成します。")
        parts = selectors.contents(found)
    if State(found.state) not in (State.ANSWERED, State.CLOSED) or "ANSWER" not in parts:
        raise Conflict("not_answered", "住所地の市区町村から、まだ回答がありません。")
    if found.answered_at is None or Moment.of(found.answered_at).day != at.day:
        raise Conflict("too_old", "回答の当日に限り作成できます。もう一度請求してください。")
    # A measure may have begun since the answer came.
    _must_not_be_covered(found)
    paper = residence_record.render(_certificate(found, parts, at))
    with acting(REGISTRY):
        locked = TownMessage.objects.select_for_update().get(pk=message)
        if locked.state == State.ANSWERED:
            posting.move(MOVES["close"], locked, by=by, at=at)
        detail = {"message": str(message), "office": found.receiver, "persons": len(parts["ANSWER"]["members"])}
        audit.record(action="juki.wide_area_issued", by=by, purpose=PURPOSE, subject=found.resident, detail=detail)
    return paper


def _must_not_be_covered(message: TownMessage) -> None:
    if message.resident is not None and protections.covered([message.resident]):
        raise Conflict("not_given", TO_THE_COUNTER)


def _check(requester: Requester, order: Order) -> None:
    errors = []
    if requester.document not in DOCUMENTS:
        errors.append(FieldError("document", "not_a_choice", "提示された書類を選んでください。"))
    if (requester.document == "CARD") != (requester.proof is not None):
        errors.append(FieldError("card_number", "required", "カードを読み取ってください。"))
    elif requester.proof is not None and not requester.proof.is_live:
        message = "カードが有効ではありません。写真付きの書類によってください。"
        errors.append(FieldError("card_number", "not_live", message))
    elif requester.proof is None and not requester.resident_code and not _is_enough(requester.items):
        message = "住民票コード、または氏名・生年月日・性別を入力してください。"
        errors.append(FieldError("resident_code", "required", message))
    if requester.resident_code and (why := ResidentRecordCode.fault(requester.resident_code)):
        errors.append(FieldError("resident_code", "check_digit", f"{why}。"))
    if (order.who is Who.NAMED) != bool(order.names):
        errors.append(FieldError("names", "required", "記載する世帯員の氏名を入力してください。"))
    if errors:
        raise Invalid.of(errors)


def _is_enough(items: FourItems | None) -> bool:
    return items is not None and bool(items.name and items.birth_date and items.sex)


def _find(requester: Requester, day: date) -> IdentityRecord:
    if requester.proof is not None:
        one = residents.latest_of(requester.proof.resident)
        found = [one] if one else []
    elif requester.resident_code:
        one = residents.by_code(requester.resident_code)
        found = [one] if one else []
    else:
        assert requester.items is not None  # checked before
        found = residents.matching(requester.items, day=day, limit=2)
    if len(found) > 1:
        raise NotFound("several", "複数の方が該当します。住民票コードを確かめて入力してください。")
    if not found or not found[0].is_present_on(day):
        raise NotFound("resident_not_found", "該当する住民を確認できません。住所地の市区町村にお問い合わせください。")
    return found[0]


def _must_be_open(office: str, at: Moment) -> None:
    desk = selectors.desk_of(office)
    local = at.instant.astimezone(TOKYO)
    if not is_open(at.day, local, desk.wide_area_opens, desk.wide_area_closes):
        hours = f"{desk.wide_area_opens:%H:%M}から{desk.wide_area_closes:%H:%M}まで"
        raise Conflict("outside_hours", f"広域交付は住所地の開庁日の{hours}です。")


def _certificate(message: TownMessage, parts: Mapping[str, dict[str, Any]], at: Moment) -> ResidenceCertificate:
    desk = selectors.desk_of(message.sender)
    if not desk.mayor or not desk.seal:
        raise Conflict("no_signatory", "証明者と公印の文字が設定されていません。係長が設定の画面で入力してください。")
    order = wide_area.order_in(parts["REQUEST"])
    members = parts["ANSWER"]["members"]
    shows = {Show.RELATION: order.relation, Show.INDIVIDUAL_NUMBER: order.individual_number}
    keeper = municipalities.address_of(message.receiver)
    return ResidenceCertificate(
        transaction=str(message.pk),
        number=f"{at.day:%Y%m%d}-{message.sender}-W-{message.receiver}-{message.sequence:06}",
        municipality=municipalities.address_of(message.sender),
        mayor=desk.mayor,
        seal=desk.seal,
        issued_on=at.day,
        address=members[0]["address"],
        householder=members[0].get("householder", "") if order.relation else LEFT_OUT,
        members=[_member(member) for member in members],
        whole_household=parts["ANSWER"]["whole_household"],
        shows=frozenset(show for show, wanted in shows.items() if wanted),
        statement=wide_area.STATEMENT.format(mayor=f"{keeper}長"),
        with_codes=order.resident_code,
    )


def _member(items: Mapping[str, str]) -> Member:
    plain = ("name", "name_kana", "former_surname", "alias", "former_address", "relation", "individual_number",
             "resident_code")  # fmt: skip
    dates = ("birth_date", "became_resident_on", "address_since", "notified_on")
    values = {item: items.get(item, "") for item in plain}
    values |= {item: _written(items.get(item, "")) for item in dates}
    return Member(sex=Sex(items["sex"]).label, **values)


def _written(stored: str) -> str:
    return PartialDate.from_iso(stored).in_japanese if stored else ""
