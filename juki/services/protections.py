"""支援措置: applied for, decided, extended, ended; forwarded to every town that holds a record of the person (J11).

It covers from the application on. The town where the applicant lives decides, and what it does stands on the other
towns' registers in the same transaction. A lift for one errand is no act here: nothing of the sort is forwarded, and
a look at one address is allowed by `unlocking`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.codes import ResidentRecordCode
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, scope
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.outbox import publishing
from jlis.kernel.time import Moment
from juki.choices import PROTECTION_LIVE, ForwardingKind, ProtectionPlace, ProtectionState
from juki.domain.protections import MOVES, Move, extendable_from, renewed_end, term_end
from juki.models import IdentityRecord, ProtectionMeasure, ProtectionMember
from juki.selectors import residents as register
from juki.services import protection_copies as copies

PURPOSE = "JUKI-COUNTER"
_LED_BY = (ProtectionPlace.RESIDENCE, ProtectionPlace.MEMBER_RESIDENCE)


@dataclass(frozen=True)
class Application:
    """What the applicant states (支援措置申出書). Offices are codes; those in the register come by themselves."""

    kind: str
    opinion: str
    applied_on: date
    note: str = ""
    former_addresses: tuple[str, ...] = ()
    honseki: str = ""
    former_honseki: str = ""
    member_codes: tuple[str, ...] = ()


def apply(*, applicant: UUID, application: Application, by: Actor, at: Moment) -> ProtectionMeasure:
    """Take an application in: applicant and household are covered at once, as a 仮支援措置, and every town is told."""
    by.must("juki.protect")
    record = _own_resident(applicant, by, at)
    everybody = {applicant, *(_resident_of_code("member_codes", code, by, at) for code in application.member_codes)}
    if application.applied_on > at.day:
        raise Invalid.of([FieldError("applied_on", "in_the_future", "申出日に未来の日付は使えません。")])
    with scope(REGISTRY):
        copies.lock(everybody)
        _refuse_second(applicant)
        places = _places(everybody, application, record.office, at)
        measure = _registered(record, application, by, at)
        copies.cover([measure], everybody, at=at)
        copied = [copies.copy_to(measure, office, place, everybody, at=at) for office, place in places.items()]
        copies.forward(ForwardingKind.BEGUN, copied, measure, at=at)
        _write("juki.protection_applied", measure, everybody, by, at, told=len(copied))
    return measure


def decide(*, measure: UUID, decided_on: date, by: Actor, at: Moment) -> ProtectionMeasure:
    """Decide on a provisional measure: a year's term begins. The residence's decision stands in every town."""
    own = _own_measure(measure, MOVES["decide"], by)
    if not own.applied_on <= decided_on <= at.day:
        raise Invalid.of([FieldError("decided_on", "not_in_time", "決定日は申出日から今日までの日です。")])
    with scope(REGISTRY):
        found, others = _locked(own, MOVES["decide"])
        decided = {"state": ProtectionState.DECIDED, "decided_on": decided_on, "term_ends_on": term_end(decided_on)}
        for each in (found, *others):
            _set([each], decided | {"deciding_office": copies.named_to(each, found)})
        copies.forward(ForwardingKind.DECIDED, others, found, at=at)
        _write(MOVES["decide"].audit_word, found, _covered_by(found), by, at, told=len(others))
    return found


def extend(*, measure: UUID, by: Actor, at: Moment) -> ProtectionMeasure:
    """Renew the year, from one month before its end on; a term that has run out is renewed from today."""
    own = _own_measure(measure, MOVES["extend"], by)
    with scope(REGISTRY):
        found, others = _locked(own, MOVES["extend"])
        assert found.term_ends_on is not None, "a decided measure has its term"
        if at.day < extendable_from(found.term_ends_on):
            raise Conflict("too_early", "延長できるのは、期間の末日の1か月前からです。")
        renewed = {"term_ends_on": renewed_end(found.term_ends_on, at.day)}
        decided = [copy for copy in others if copy.state == ProtectionState.DECIDED]
        _set([found, *decided], renewed)
        copies.forward(ForwardingKind.EXTENDED, decided, found, at=at)
        _write(MOVES["extend"].audit_word, found, _covered_by(found), by, at, told=len(decided))
    return found


def add_member(*, measure: UUID, resident_code: str, by: Actor, at: Moment) -> UUID:
    """Cover one more of the household, a child that was born, say; in every town at once."""
    own = _own_measure(measure, MOVES["add_member"], by)
    resident = _resident_of_code("resident_code", resident_code, by, at)
    with scope(REGISTRY):
        found, others = _locked(own, MOVES["add_member"], also=[resident])
        copies.cover([found, *others], [resident], at=at)
        copies.forward(ForwardingKind.MEMBERS, others, found, at=at)
        _write(MOVES["add_member"].audit_word, found, {resident}, by, at, told=len(others))
    return resident


def confirm(*, measure: UUID, by: Actor, at: Moment) -> None:
    """Note that a clerk has seen what was forwarded; the cover did not wait for it."""
    own = _own_measure(measure, MOVES["confirm"], by, leads=False)
    if not own.was_forwarded or own.confirmed_at is not None:
        raise Conflict("nothing_to_confirm", "確認を待っている転送はありません。")
    with scope(REGISTRY):
        ProtectionMeasure.objects.filter(pk=own.pk).update(confirmed_at=at.instant, confirmed_by=by.label)
        _write(MOVES["confirm"].audit_word, own, _covered_by(own), by, at)


def ask_end(*, measure: UUID, reason: str, by: Actor, at: Moment) -> None:
    """Ask for the end, with a reason; the person stays covered until somebody else has approved it."""
    own = _own_measure(measure, MOVES["ask_end"], by)
    if not reason.strip():
        raise Invalid.of([FieldError("reason", "required", "終了の理由を入力してください。")])
    if own.end_asked_by:
        raise Conflict("already_asked", "終了の承認を待っています。")
    with scope(REGISTRY):
        found, _ = _locked(own, MOVES["ask_end"])
        asked = {"end_asked_by": by.id, "end_asked_label": by.label, "end_asked_at": at.instant}
        _set([found], asked | {"end_reason": reason.strip()})
        _write(MOVES["ask_end"].audit_word, found, _covered_by(found), by, at)


def refuse_end(*, measure: UUID, by: Actor, at: Moment) -> None:
    """Send a wish to end back; nothing has changed."""
    own = _own_measure(measure, MOVES["refuse_end"], by)
    with scope(REGISTRY):
        found, _ = _locked(own, MOVES["refuse_end"])
        _set([found], {"end_asked_by": "", "end_asked_label": "", "end_asked_at": None, "end_reason": ""})
        _write(MOVES["refuse_end"].audit_word, found, _covered_by(found), by, at)


def end(*, measure: UUID, by: Actor, at: Moment) -> ProtectionMeasure:
    """Approve the end as the second person; every copy that the residence leads ends with it."""
    own = _own_measure(measure, MOVES["end"], by)
    with scope(REGISTRY):
        found, others = _locked(own, MOVES["end"])
        if not found.end_asked_by:
            raise Conflict("end_not_asked", "先に担当者が終了を申し出てください。")
        if found.end_asked_by == by.id:
            raise Forbidden("own_request", "自分の申し出は承認できません。ほかの承認者に依頼してください。")
        ended = {"state": ProtectionState.ENDED, "ended_on": at.day, "ended_by": by.id, "ended_label": by.label}
        asked = {
            name: getattr(found, name) for name in ("end_asked_by", "end_asked_label", "end_asked_at", "end_reason")
        }
        followers = [copy for copy in others if copy.place != ProtectionPlace.MEMBER_RESIDENCE]
        _set([found, *followers], ended | asked)
        copies.forward(ForwardingKind.ENDED, followers, found, at=at)
        _write(MOVES["end"].audit_word, found, _covered_by(found), by, at, told=len(followers))
    return found


def _registered(record: IdentityRecord, application: Application, by: Actor, at: Moment) -> ProtectionMeasure:
    return ProtectionMeasure.objects.create(
        id=uuid7(at.instant),
        case=uuid7(at.instant),
        prefecture=record.prefecture,
        municipality=record.municipality,
        office=record.office,
        place=ProtectionPlace.RESIDENCE,
        applicant=record.resident,
        kind=application.kind,
        state=ProtectionState.PROVISIONAL,
        applied_on=application.applied_on,
        opinion=application.opinion,
        note=application.note.strip(),
        registered_at=at.instant,
        registered_by=by.label,
    )


def _places(residents: Iterable[UUID], application: Application, own: str, at: Moment) -> dict[str, ProtectionPlace]:
    """Each other town once: those named in the application, and those where the register has known anybody of them."""
    named = [("honseki", application.honseki, ProtectionPlace.HONSEKI)]
    named += [("former_honseki", application.former_honseki, ProtectionPlace.FORMER_HONSEKI)]
    named += [("former_addresses", code, ProtectionPlace.FORMER_ADDRESS) for code in application.former_addresses]
    faults = [FieldError(field, "not_an_office", why) for field, code, _ in named if (why := _not_an_office(code, at))]
    if faults:
        raise Invalid.of(faults)
    known = IdentityRecord.objects.filter(resident__in=list(residents)).values_list("office", flat=True)
    places = dict.fromkeys(sorted(set(known)), ProtectionPlace.FORMER_ADDRESS)
    places |= {code: place for _, code, place in reversed(named) if code}
    places.pop(own, None)
    return places


def _not_an_office(code: str, at: Moment) -> str:
    if not code:
        return ""
    try:
        municipalities.office(code, on=at.day)
    except NotFound as error:
        return error.message
    return ""


def _own_resident(resident: UUID, by: Actor, at: Moment) -> IdentityRecord:
    with scope(by.scope):
        found = register.latest_of(resident)
    if found is None or not found.is_present_on(at.day):
        raise NotFound("resident_not_found", "該当する住民がいません。")
    return found


def _resident_of_code(field: str, resident_code: str, by: Actor, at: Moment) -> UUID:
    if fault := ResidentRecordCode.fault(resident_code):
        raise Invalid.of([FieldError(field, "check_digit", f"{resident_code[:11]}: {fault}。")])
    with scope(by.scope):
        found = register.by_code(resident_code)
    if found is None or not found.is_present_on(at.day):
        message = f"{resident_code}: この住民票コードの住民は、この市区町村にいません。"
        raise Invalid.of([FieldError(field, "unknown_resident", message)])
    return found.resident


def _refuse_second(applicant: UUID) -> None:
    if ProtectionMeasure.objects.filter(applicant=applicant, state__in=PROTECTION_LIVE).exists():
        raise Conflict("already_protected", "この方を申出者とする支援措置が、すでにあります。")


def _visible(measure: UUID) -> ProtectionMeasure:
    found = ProtectionMeasure.objects.filter(pk=measure).first()
    if found is None:
        raise NotFound("protection_not_found", "該当する支援措置がありません。")
    return found


def _own_measure(measure: UUID, move: Move, by: Actor, *, leads: bool = True) -> ProtectionMeasure:
    """The measure as the actor's own office holds it, if they may make the move and its state allows it."""
    by.must(move.permission)
    with scope(by.scope):
        found = _visible(measure)
    _must_follow(move, found)
    if leads and found.place not in _LED_BY:
        raise Conflict("not_the_residence", "この支援措置は、住所地の市区町村が決定・延長・終了します。")
    return found


def _must_follow(move: Move, measure: ProtectionMeasure) -> None:
    if not move.allowed_from(measure.state):
        label = measure.get_state_display()
        raise Conflict("state_does_not_allow", f"{label}の支援措置には「{move.label}」はできません。")


def _locked(
    own: ProtectionMeasure, move: Move, *, also: Iterable[UUID] = ()
) -> tuple[ProtectionMeasure, list[ProtectionMeasure]]:
    """The measure and the copies that follow it, locked; a member's own town leads nobody but itself."""
    copies.lock({*copies.members_of(own.case), *also})
    live = copies.live(own.case)
    found = next((copy for copy in live if copy.pk == own.pk), None)
    if found is None or (own.place in _LED_BY and found.place not in _LED_BY):
        # Ended by somebody else, or the person was entered in another town, which leads now.
        raise Conflict("state_has_changed", "ほかの操作で状態が変わりました。最新の状態を確認してください。")
    _must_follow(move, found)
    led = found.place == ProtectionPlace.RESIDENCE
    return found, [copy for copy in live if copy is not found] if led else []


def _set(measures: Sequence[ProtectionMeasure], values: Mapping[str, object]) -> None:
    for measure in measures:
        for name, value in values.items():
            setattr(measure, name, value)
        measure.save(update_fields=list(values))


def _covered_by(measure: ProtectionMeasure) -> set[UUID]:
    return set(ProtectionMember.objects.filter(measure=measure).values_list("resident", flat=True))


def _write(
    action: str, measure: ProtectionMeasure, residents: set[UUID], by: Actor, at: Moment, *, told: int = 0
) -> None:
    """Make the table of the covered agree, and tell chain and house."""
    changed = copies.refresh(residents | copies.members_of(measure.case), measure.case, by=by, at=at)
    _record(action, measure, residents, by, told=told)
    publishing.publish_many(changed.events)


def _record(action: str, measure: ProtectionMeasure, residents: set[UUID], by: Actor, *, told: int = 0) -> None:
    detail = {"case": str(measure.case), "office": measure.office, "place": measure.place, "state": measure.state}
    detail |= {"forwarded": str(told)} if told else {}
    audit.record(action=action, by=by, purpose=PURPOSE, subjects=sorted(residents), detail=detail)
