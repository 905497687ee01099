"""交付: the sitting at the counter. Identity, PINs, keys, both certificates, the card in force: all or nothing."""

from jlis.kernel.actors import Actor
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import Conflict, Invalid
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.time import Moment
from jpki.domain.fees import Ground
from jpki.domain.kinds import Kind
from juki.models import IdentityRecord
from mynacard import policies
from mynacard.domain import express, identity, pins, sittings
from mynacard.domain.applications import MOVES as APPLICATION_MOVES
from mynacard.domain.identity import Shown
from mynacard.domain.lifecycle import MOVES, State
from mynacard.domain.pins import Pins
from mynacard.domain.validity import age_on
from mynacard.gateways.terminal import TerminalFailed, terminal
from mynacard.models import Card, ExpressApplication, HandOver
from mynacard.selectors import cards
from mynacard.services import applications, certificates, holders, moving
from mynacard.services.counter import PURPOSE


def check(*, card: int, shown: Shown | None, by: Actor, at: Moment) -> holders.Holder:
    """The sitting's first steps: card, holder, and (when given) what was shown. Changes nothing.

    Raises Forbidden, NotFound, Conflict (the holder died or moved, the card is not set up), Invalid.
    """
    move = MOVES["hand_over"]
    policies.must_be_allowed(move, by)
    with acting(by.scope):
        found = cards.get(card)
    policies.must_follow(move, State(found.state))
    holder = holders.present(found, by=by, day=at.day)
    born = PartialDate.from_iso(holder.record.birth_date)
    if shown is not None and (faults := identity.faults(shown, age=age_on(at.day, born))):
        raise Invalid.of(faults)
    return holder


def hand_over(*, card: int, shown: Shown, chosen: Pins | None, by: Actor, at: Moment) -> Card:
    """Hand a card over. `chosen`: the PINs that the holder keyed in; None for a 顔認証カード, which has none.

    Raises as `check`, and Invalid for PINs, Conflict when the authority or the terminal refuses; then nothing is done.
    """
    with acting(MYNACARD):
        holder = check(card=card, shown=shown, by=by, at=at)
        found = Card.objects.select_for_update(of=("self",)).select_related("application").get(pk=card)
        put_into_force(found, holder.record, chosen, shown, verb="hand_over", by=by, at=at)
        HandOver.objects.create(
            card=found,
            at=at.instant,
            documents=sorted(shown.documents),
            proxy_reason=shown.proxy_reason.value,
            proxy_documents=sorted(shown.proxy_documents),
            under_guardianship=shown.under_guardianship,
            exemptions=sorted(shown.exemptions),
            by=by.label,
        )
    with acting(by.scope):
        return cards.get(card)


def put_into_force(
    card: Card, record: IdentityRecord, chosen: Pins | None, shown: Shown, *, verb: str, by: Actor, at: Moment
) -> None:
    """Certificates, PINs and the move itself, in the caller's transaction; the former card ends by it.

    What the register says differently since the set-up is written into the 追記欄 in the same sitting.
    """
    born = PartialDate.from_iso(record.birth_date)
    kinds = _kinds(card, born, chosen, shown, at)
    if chosen is not None and (faults := pins.faults(chosen, with_signature=Kind.SIGN_CARD in kinds)):
        raise Invalid.of(faults)
    former = cards.in_hand(card.resident_id)
    needs = certificates.Needs(
        ground=_ground(card, former, at),
        under_guardianship=shown.under_guardianship,
        exemptions=shown.exemptions,
    )
    if former is not None:
        moving.apply(MOVES["replace"], [former.pk], by=by, at=at, purpose=PURPOSE)
    certificates.issue(card, kinds, needs=needs, by=by, at=at, purpose=PURPOSE)
    _set_pins(card, chosen)
    changes = {"has_pins": chosen is not None, "face_version": record.version}
    changes |= moving.clock(holders.deadline_of(record))
    if not moving.apply(MOVES[verb], [card.pk], by=by, at=at, purpose=PURPOSE, changes=changes):
        raise Conflict("state_has_changed", "ほかの操作で状態が変わりました。最新の状態を確認してください。")
    if card.application is not None:
        applications.move_one(APPLICATION_MOVES["complete"], card.application, by=by, at=at)


def _kinds(card: Card, born: PartialDate, chosen: Pins | None, shown: Shown, at: Moment) -> list[Kind]:
    application = card.application
    return certificates.kinds_for(
        born=born,
        shown=shown,
        signature=chosen is not None and (application is None or application.wants_signature),
        authentication=application is None or application.wants_authentication,
        at=at,
    )


def _ground(card: Card, former: Card | None, at: Moment) -> Ground:
    """Why certificates are issued with this card, as far as their fee depends on it."""
    application = card.application
    if application is None:
        return Ground.FIRST
    express_one = ExpressApplication.objects.filter(pk=application.pk).first()
    if express_one is not None and (case := express.case_on(express_one.case, at.day)):
        return Ground.LOST if case.fee != case.fee_without else Ground.NOT_AT_FAULT
    return sittings.ground_with_card(
        kind=application.kind,
        is_held=former is not None and former.state == State.SUSPENDED,
        ended_by=cards.last_end(card.resident_id),
    )


def _set_pins(card: Card, chosen: Pins | None) -> None:
    if chosen is None:
        return
    try:
        terminal().set_pins(card_number=card.card_number, pins=chosen)
    except TerminalFailed as failure:
        raise Conflict("terminal_failed", f"暗証番号を設定できませんでした。{failure}") from failure
