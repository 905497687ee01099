"""交付申請: taken from every channel, judged by a person, sent back with the reason, withdrawn."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Invalid, NotFound
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.time import Moment
from juki.choices import ResidentClass
from juki.selectors import residents
from juki.selectors.residents import CurrentRecord
from mynacard import policies
from mynacard.choices import ReturnReason
from mynacard.choices import State as CardState
from mynacard.domain import photos as photo_rules
from mynacard.domain.applications import MOVES, Channel, Kind, Move, State
from mynacard.models import Application, Card
from mynacard.selectors import applications, cards
from mynacard.services import counter, forms, photos
from mynacard.services.photos import GivenPhoto

PURPOSE = counter.PURPOSE


@dataclass(frozen=True)
class Wish:
    """What somebody applies for. ``stay_ends_on``: the last day of a foreign resident's stay, where it has one."""

    channel: Channel
    photo: GivenPhoto | None = None
    wants_signature: bool = True
    wants_authentication: bool = True
    stay_ends_on: date | None = None


def apply(*, resident: UUID, wish: Wish, by: Actor, at: Moment) -> Application:
    """Take an application at the counter of the resident's town.

    Raises Forbidden, NotFound (also for another town's resident), Invalid with each fault, Conflict for a second one.
    """
    by.must("mynacard.apply")
    with acting(by.scope):
        record = residents.current_many([resident]).get(resident)
    if record is None:
        raise NotFound("resident_not_found", "該当する住民がいません。")
    return take(record, wish, by=by, at=at)


def apply_by_code(*, resident_code: str, wish: Wish, by: Actor, at: Moment) -> Application:
    """The same, for a town's system that names the resident by 住民票コード."""
    by.must("mynacard.apply")
    with acting(by.scope):
        row = residents.by_code(resident_code)
    if row is None:
        raise NotFound("resident_not_found", "該当する住民がいません。")
    return apply(resident=row.resident, wish=wish, by=by, at=at)


def apply_by_form(*, form_id: str, wish: Wish, by: Actor, at: Moment) -> Application:
    """Take what came by post, web or booth: the 申請書ID tells who applies. Invalid for an unknown or old form."""
    by.must("mynacard.apply")
    with acting(MYNACARD):
        record = forms.read(form_id)
        taken = take(record, wish, by=by, at=at, form_id=form_id)
        forms.use(form_id, at=at)
    return taken


def take(record: CurrentRecord, wish: Wish, *, by: Actor, at: Moment, form_id: str = "") -> Application:
    """Store an application of somebody whose record the caller was allowed to find."""
    if not record.is_present_on(at.day):
        raise Conflict("holder_removed", "住民票が消除されているため、申請を受け付けられません。")
    _check_stay(record, wish, at)
    born = PartialDate.from_iso(record.birth_date)
    judged = photos.judge(wish.photo, born=born, channel=wish.channel, at=at)
    with acting(MYNACARD):
        application = _stored(record, wish, form_id, at)
        if judged is not None:
            photos.keep(application, judged)
        detail = {"application": str(application.pk), "channel": wish.channel.value, "kind": application.kind}
        audit.record(
            action="mynacard.application_received",
            by=by,
            purpose=PURPOSE,
            subject=record.resident_id,
            detail=detail,
        )
    return application


def accept(*, application: UUID, by: Actor, at: Moment) -> Application:
    """A person has looked at photo and form and finds them fit. Conflict without the photo that is wanted."""
    move = MOVES["accept"]
    policies.must_be_allowed(move, by)
    found = _seen(application, by)
    with acting(MYNACARD):
        record = residents.current_many([found.resident_id])[found.resident_id]
        born = PartialDate.from_iso(record.birth_date)
        if photo_rules.is_wanted(born=born, day=found.applied_on) and photos.findings_of(application)[0] is None:
            raise Conflict("photo_missing", "顔写真がありません。理由を付けて返戻してください。")
        return move_one(move, found, by=by, at=at)


def send_back(*, application: UUID, reason: str, note: str = "", by: Actor, at: Moment) -> Application:
    """Return an application that lacks something, with the reason (不備返戻)."""
    move = MOVES["send_back"]
    policies.must_be_allowed(move, by)
    if reason not in ReturnReason.values:
        raise Invalid.of([FieldError("reason", "required", "返戻の理由を選んでください。")])
    found = _seen(application, by)
    with acting(MYNACARD):
        return move_one(move, found, by=by, at=at, returned_for=reason, note=note.strip())


def withdraw(*, application: UUID, by: Actor, at: Moment) -> Application:
    """The applicant takes it back before it is made."""
    move = MOVES["withdraw"]
    policies.must_be_allowed(move, by)
    found = _seen(application, by)
    with acting(MYNACARD):
        return move_one(move, found, by=by, at=at)


def move_one(move: Move, application: Application, *, by: Actor, at: Moment, **fields: Any) -> Application:
    """Make a move of an application within the caller's transaction; Conflict when its state has changed."""
    policies.application_must_follow(move, State(application.state))
    ended = move.target in (State.COMPLETED, State.RETURNED, State.CANCELLED)
    fields |= {"state": move.target.value, "ended_at": at.instant if ended else None}
    if move.verb in ("accept", "send_back"):
        fields |= {"decided_by": by.label, "decided_at": at.instant}
    allowed = Application.objects.filter(pk=application.pk, state__in=[state.value for state in move.sources])
    if not allowed.update(**fields):
        raise Conflict("state_has_changed", "ほかの操作で状態が変わりました。最新の状態を確認してください。")
    detail = {"application": str(application.pk), "move": move.verb}
    if fields.get("returned_for"):
        detail["reason"] = fields["returned_for"]
    audit.record(action=move.audit_word, by=by, purpose=PURPOSE, subject=application.resident_id, detail=detail)
    return applications.get(application.pk)


def cancel_removed(application: Application, *, by: Actor, at: Moment) -> None:
    """End an application whose applicant is registered no more where they applied; within the caller's transaction."""
    move_one(MOVES["cancel"], application, by=by, at=at, note="住民票の消除")


def _seen(application: UUID, by: Actor) -> Application:
    with acting(by.scope):
        return applications.get(application)


def _check_stay(record: CurrentRecord, wish: Wish, at: Moment) -> None:
    if wish.stay_ends_on is None:
        return
    if record.resident_class != ResidentClass.FOREIGN:
        raise Invalid.of([FieldError("stay_ends_on", "not_wanted", "日本人の申請に在留期間は付けません。")])
    if wish.stay_ends_on < at.day:
        raise Invalid.of(
            [FieldError("stay_ends_on", "over", "在留期間が満了しています。在留カードを確認してください。")]
        )


def _stored(record: CurrentRecord, wish: Wish, form_id: str, at: Moment) -> Application:
    refusal = Conflict("application_under_way", "この人の交付申請はすでに受け付けています。")
    if applications.live_of(record.resident_id) is not None:
        raise refusal
    try:
        with transaction.atomic():
            return Application.objects.create(
                id=uuid7(at.instant),
                prefecture=record.prefecture,
                municipality=record.municipality,
                office=record.office,
                resident_id=record.resident_id,
                form_id=form_id,
                channel=wish.channel.value,
                kind=_kind(record.resident_id).value,
                state=State.RECEIVED.value,
                applied_on=at.day,
                received_at=at.instant,
                version=record.version,
                wants_signature=wish.wants_signature,
                wants_authentication=wish.wants_authentication,
                stay_ends_on=wish.stay_ends_on,
            )
    except IntegrityError:
        # Two at once: the partial key let one through.
        raise refusal from None


def _kind(resident: UUID) -> Kind:
    held = cards.in_hand(resident)
    if held is not None and held.state == CardState.LIVE:
        return Kind.RENEWAL
    had_one = Card.objects.filter(resident_id=resident, handed_over_at__isnull=False).exists()
    return Kind.REISSUE if had_one else Kind.FIRST
