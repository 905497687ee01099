"""特急発行: judged at the counter, held to the day's cap, made in a lane of its own, posted to the holder's home."""

import json
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import Conflict, FieldError, Invalid, NotFound
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.time import Moment
from jlis.kernel.vault import sealing
from jpki.domain.kinds import Kind
from juki.models import IdentityRecord
from juki.selectors import residents
from mynacard import policies
from mynacard.choices import Cause, Lane, State
from mynacard.domain import express, identity, pins
from mynacard.domain.applications import MOVES as APPLICATION_MOVES
from mynacard.domain.applications import Channel
from mynacard.domain.express import Case, Facts
from mynacard.domain.identity import Shown
from mynacard.domain.lifecycle import MOVES
from mynacard.domain.pins import Pins
from mynacard.domain.validity import age_on
from mynacard.models import Application, Card, ExpressApplication, ExpressDay, HandOver, PinRequest
from mynacard.services import (
    applications,
    batches,
    certificates,
    counter,
    handing_over,
    holders,
    production,
    setting_up,
)
from mynacard.services.applications import Wish
from mynacard.sql import places

PURPOSE = counter.PURPOSE
TASK = "express_dispatch"


@dataclass(frozen=True)
class Claim:
    """Why somebody may use the lane. ``fee_yen``: what the office charges where no source confirms the amount."""

    case: str
    occurred_on: date | None
    fee_yen: int | None = None


def apply(
    *, resident: UUID, claim: Claim, wish: Wish, shown: Shown, chosen: Pins, by: Actor, at: Moment
) -> ExpressApplication:
    """Take an express application at the counter, where the holder's identity is checked and the PINs are asked for.

    Raises Forbidden, NotFound, Invalid with each fault, Conflict: a second application, or the day's places are taken.
    """
    by.must("mynacard.apply_express")
    with acting(by.scope):
        record = residents.latest_of(resident)
        current = residents.current_many([resident]).get(resident)
    if record is None or current is None:
        raise NotFound("resident_not_found", "該当する住民がいません。")
    case = _case(claim.case, at)
    with acting(MYNACARD):
        fee = _judged(case, claim, wish, record, shown, chosen, at)
        application = applications.take(current, replace(wish, channel=Channel.EXPRESS), by=by, at=at)
        application = applications.move_one(APPLICATION_MOVES["accept"], application, by=by, at=at)
        (sealed,) = sealing.seal_many([json.dumps(chosen.as_dict()).encode()], [application.pk.bytes])
        PinRequest.objects.create(application=application, sealed=sealed, created_at=at.instant)
        return _placed(application, claim, case, fee, shown, by, at)


def dispatch(*, by: Actor, at: Moment) -> dict[str, int]:
    """The lane's day: order what was accepted, post what has been made; counts. Twice a day posts nothing twice.

    Each card is a transaction of its own, so that one at fault stops no other.
    """
    policies.must_be_allowed(MOVES["send_home"], by)
    own = replace(by, scope=MYNACARD, permissions=by.permissions | {"jpki.issue", "mynacard.produce"})
    with acting(MYNACARD):
        is_first = batches.take(TASK, at=at)
        lot = production.make_lot(lane=Lane.EXPRESS, by=own, at=at) if is_first else None
        ready = Card.objects.filter(state=State.READY, lot__lane=Lane.EXPRESS)
        ids = list(ready.order_by("pk").values_list("pk", flat=True))
    posted = sum(_post(card, own, at) for card in ids)
    done = {"ordered": lot.count if lot else 0, "posted": posted, "stopped": len(ids) - posted}
    with acting(MYNACARD):
        return batches.finish(TASK, done, at=at) if is_first else done


def places_left(*, at: Moment) -> int:
    """How many places of the day are left."""
    day = ExpressDay.objects.filter(pk=at.day).first()
    return express.cap_on(at.day).cards_a_day if day is None else day.cap - day.taken


def _case(code: str, at: Moment) -> Case:
    case = express.case_on(code, at.day)
    if case is None:
        raise Invalid.of([FieldError("case", "unknown", "特急発行の事由を選んでください。")])
    return case


def _judged(
    case: Case, claim: Claim, wish: Wish, record: IdentityRecord, shown: Shown, chosen: Pins, at: Moment
) -> int:
    """The fee to be charged. Raises Invalid naming every rule that stands against the application."""
    born = PartialDate.from_iso(record.birth_date)
    wanted = certificates.kinds_for(
        born=born, shown=shown, signature=wish.wants_signature, authentication=wish.wants_authentication, at=at
    )
    faults = express.hindrances(case, _facts(record, born, claim, at))
    faults += identity.faults(shown, age=age_on(at.day, born))
    faults += pins.faults(chosen, with_signature=Kind.SIGN_CARD in wanted)
    fee = express.fee(case, with_certificates=bool(wanted))
    fee = claim.fee_yen if fee is None else fee
    if fee is None:
        faults.append(FieldError("fee_yen", "required", "この事由の手数料を入力してください。"))
    if faults:
        raise Invalid.of(faults)
    assert fee is not None, "a fee that is not known is a fault"
    return fee


def _facts(record: IdentityRecord, born: PartialDate, claim: Claim, at: Moment) -> Facts:
    former = list(Card.objects.filter(resident_id=record.resident))
    return Facts(
        born=born,
        day=at.day,
        occurred_on=claim.occurred_on,
        last_change=record.change_reason,
        lost=any(card.state == State.SUSPENDED or card.cause == Cause.LOST for card in former),
        void=any(card.cause == Cause.NUMBER_CHANGED for card in former),
    )


def _placed(
    application: Application, claim: Claim, case: Case, fee: int, shown: Shown, by: Actor, at: Moment
) -> ExpressApplication:
    """Take the place last, so that the day's row is locked for as short as can be."""
    place = places.take(at.day, cap=express.cap_on(at.day).cards_a_day)
    if place is None:
        raise Conflict(
            "day_full", "本日の特急発行の受付は上限に達しました。明日以降に申請するか、通常の申請で受け付けてください。"
        )
    post_by, deliver_by = express.promised_on(at.day)
    placed = ExpressApplication.objects.create(
        application=application,
        prefecture=application.prefecture,
        municipality=application.municipality,
        office=application.office,
        day_id=at.day,
        place=place,
        case=case.code,
        occurred_on=claim.occurred_on,
        documents=sorted(shown.documents),
        under_guardianship=shown.under_guardianship,
        exemptions=sorted(shown.exemptions),
        fee_yen=fee,
        post_by=post_by,
        deliver_by=deliver_by,
    )
    detail = {"application": str(application.pk), "case": case.code, "place": place, "fee_yen": fee}
    audit.record(
        action="mynacard.express_accepted", by=by, purpose=PURPOSE, subject=application.resident_id, detail=detail
    )
    return placed


def _post(card: int, by: Actor, at: Moment) -> bool:
    """Put one card into force and into the post; False when its holder died or moved, or the chip failed."""
    try:
        with acting(MYNACARD):
            found = Card.objects.select_for_update(of=("self",)).select_related("application__express").get(pk=card)
            _send_home(found, by, at)
        return True
    except (Conflict, Invalid) as refusal:
        with acting(MYNACARD):
            found = Card.objects.select_related("application").get(pk=card)
            if isinstance(refusal, Conflict) and refusal.code.startswith("holder_"):
                setting_up.stop(found, refusal, by=by, at=at)
            else:
                # It stays set up and is tried again with the next day's run.
                ExpressApplication.objects.filter(pk=found.application_id).update(stopped_for=refusal.code)
        return False


def _send_home(card: Card, by: Actor, at: Moment) -> None:
    record = holders.present(card, by=by, day=at.day).record
    application = card.application
    assert application is not None, "the express lane makes cards of applications alone"
    asked = application.express
    shown = Shown(
        frozenset(asked.documents), under_guardianship=asked.under_guardianship, exemptions=frozenset(asked.exemptions)
    )
    chosen = _requested_pins(application, by, at)
    handing_over.put_into_force(card, record, chosen, shown, verb="send_home", by=by, at=at)
    HandOver.objects.create(
        card=card,
        at=at.instant,
        documents=asked.documents,
        under_guardianship=asked.under_guardianship,
        exemptions=asked.exemptions,
        by=by.label,
    )
    ExpressApplication.objects.filter(pk=application.pk).update(
        posted_on=at.day, tracking=f"X{card.pk:011}", stopped_for=""
    )


def _requested_pins(application: Application, by: Actor, at: Moment) -> Pins:
    """Open the sealed request once and erase it; the erasure stands or falls with the card."""
    request = PinRequest.objects.get(pk=application.pk)
    (plain,) = sealing.open_many([bytes(request.sealed)], [application.pk.bytes])
    request.delete()
    audit.record(
        action="mynacard.pins_set_by_request",
        by=by,
        purpose=PURPOSE,
        subject=application.resident_id,
        detail={"application": str(application.pk)},
    )
    return Pins(**json.loads(plain))


def late(*, at: Moment) -> list[ExpressApplication]:
    """Promised and not yet posted, in sight of the running scope."""
    waiting = ExpressApplication.objects.select_related("application").filter(posted_on=None, post_by__lt=at.day)
    return list(waiting.exclude(application__ended_at__isnull=False).order_by("post_by", "place"))
