"""A card on a kiosk's reader: shown, proved by a signed challenge, and what its holder may have here."""

import base64
import binascii
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Invalid, NotFound, Refused
from jlis.kernel.isolation.scope import KONBINI, acting
from jlis.kernel.time import Moment
from jpki.domain.kinds import MOBILE_KINDS
from jpki.services import identification
from jpki.services.identification import Holder, NotIdentified
from konbini import policies
from konbini.choices import SessionState
from konbini.domain.kinds import kind_of_code
from konbini.gateways import issuers
from konbini.gateways.issuers import PURPOSE, TownRefuses, TownUnavailable
from konbini.models import KioskSession
from konbini.selectors import participants
from mynacard.selectors import cards

LASTS = timedelta(minutes=5)
_CHALLENGE = 32


@dataclass(frozen=True)
class Proof:
    """What became of a signed challenge: a menu, or why there is none. The refusal is kept with the session's end."""

    menu: "Menu | None" = None
    refusal: Refused | None = None


@dataclass(frozen=True)
class Menu:
    """What the holder may have: fee in yen by kind, and how many share the household."""

    session: UUID
    office: str
    fees: dict[str, int]
    household_size: int
    whole_household: bool


def open_session(*, kiosk: str, certificate: str, by: Actor, at: Moment) -> KioskSession:
    """Begin with a card's authentication certificate; the answer holds the challenge that the card must sign.

    Raises Forbidden, NotFound, Invalid, NotIdentified. Whose card it is, is not asked before it has signed.
    """
    by.must("konbini.relay")
    with acting(KONBINI):
        machine = policies.must_relay(by, participants.kiosk(kiosk), at.day)
        found = identification.check(certificate=certificate, by=policies.as_centre(by), at=at)
        return KioskSession.objects.create(
            id=uuid7(at.instant),
            kiosk=machine,
            certificate=certificate,
            challenge=secrets.token_bytes(_CHALLENGE),
            state=SessionState.OPENED,
            serial=found.serial,
            opened_at=at.instant,
            expires_at=at.instant + LASTS,
        )


def prove(*, session: UUID, signature: str, by: Actor, at: Moment) -> Proof:
    """Take the card's signature (Base64) over the challenge and answer with what its holder may have.

    A challenge is good once: whatever goes wrong with card, town or time ends the session and is returned, not raised,
    so that the end is kept. Raises NotFound, Conflict, Invalid for what the caller did wrong.
    """
    by.must("konbini.relay")
    with acting(KONBINI):
        opened, signed = locked(session, SessionState.OPENED, by, at), _signature(signature)
        try:
            return Proof(_menu(opened, signed, by, at))
        except (NotIdentified, policies.Closed, policies.Protected, TownRefuses, TownUnavailable) as refusal:
            _close(opened)
            return Proof(refusal=refusal)


def close(*, session: UUID, by: Actor, at: Moment) -> None:
    """The resident took the card and left."""
    by.must("konbini.relay")
    with acting(KONBINI):
        _close(locked(session, None, by, at))


def locked(session: UUID, state: SessionState | None, by: Actor, at: Moment) -> KioskSession:
    """The caller's own session, locked; NotFound for another's, Conflict when it is over or in another state."""
    found = KioskSession.objects.select_for_update(of=("self",)).select_related("kiosk").filter(pk=session).first()
    if found is None or found.kiosk.operator_id != by.organisation:
        raise NotFound("session_not_found", "該当する手続がありません。はじめからやり直してください。")
    if found.expires_at <= at.instant or found.state == SessionState.CLOSED:
        raise over()
    if state is not None and found.state != state:
        raise Conflict("session_state", "この手続は、いまはできません。はじめからやり直してください。")
    return found


def over() -> Conflict:
    """The refusal for a session that has ended, or that there never was."""
    return Conflict("session_over", "手続の時間が過ぎました。はじめからやり直してください。")


def _menu(opened: KioskSession, signature: bytes, by: Actor, at: Moment) -> Menu:
    holder = identification.identify(
        certificate=opened.certificate,
        challenge=bytes(opened.challenge),
        signature=signature,
        by=policies.as_centre(by),
        at=at,
        purpose=PURPOSE,
    )
    _must_be_usable(holder, at)
    policies.must_not_be_protected(holder.resident)
    town = policies.must_serve(participants.town(holder.office), at)
    offer = issuers.of_town(town, by=policies.as_centre(by), at=at).offer(
        transaction=str(opened.pk), resident=holder.resident, office=holder.office
    )
    opened.authentication_certificate = holder.certificate
    opened.resident, opened.office = holder.resident, holder.office
    opened.state = SessionState.IDENTIFIED
    opened.save()
    fees = _fees(holder.office, offer.kinds, at)
    return Menu(opened.pk, holder.office, fees, offer.household_size, offer.whole_household)


def _fees(office: str, kinds: tuple[str, ...], at: Moment) -> dict[str, int]:
    offered = {kind for kind in map(kind_of_code, kinds) if kind is not None}
    return {kind: fee for kind, fee in participants.menu(office, at.day).items() if kind in offered}


def _must_be_usable(holder: Holder, at: Moment) -> None:
    """A certificate may be good and its card lost: the card's own state decides as well (class E1).

    A telephone's certificate has no state beside its own: it goes on hold and ends with the telephone.
    """
    if holder.kind in MOBILE_KINDS:
        return
    card = cards.card_of_certificate(holder.certificate, at=at)
    if card is None or not card.usable:
        raise NotIdentified("card_not_usable", "このカードは利用できません。お住まいの市区町村の窓口にお越しください。")


def _signature(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        message = "署名はBase64で送ってください。"
        raise Invalid.of([FieldError("signature", "not_base64", message)]) from error


def _close(session: KioskSession) -> None:
    session.state = SessionState.CLOSED
    session.save(update_fields=["state"])
