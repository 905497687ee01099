"""Who holds the card on the counter's terminal: its key signs a challenge that the holder's PIN opens.

The holder may live in another town, or in none just now: the card is asked for as such, and nothing of it is shown.
"""

import base64
import secrets
from dataclasses import replace

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Conflict, Forbidden
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.time import Moment
from jpki.domain.kinds import Kind
from jpki.services import identification
from juki.card_proofs import CardProof
from mynacard.gateways.terminal import TerminalFailed, terminal
from mynacard.models import CardCertificate
from mynacard.selectors import cards

_CHALLENGE = 32
# Acts of the room below for which a card is read at the counter.
_ASKERS = ("juki.special_move_in", "juki.wide_area")


def prove(*, card_number: str, pin: str, by: Actor, at: Moment, purpose: str) -> CardProof:
    """The holder, by one PIN entry, and whether the card lives. Recorded with the resident as its subject.

    Raises Forbidden, Conflict with the terminal's words, NotIdentified for a certificate that is no good.
    """
    if not any(map(by.may, _ASKERS)):
        raise Forbidden("permission_missing", "カードを読み取る権限がありません。")
    challenge = secrets.token_bytes(_CHALLENGE)
    try:
        der = terminal().read_certificate(card_number=card_number, kind=Kind.AUTH_CARD.value)
        presented = base64.b64encode(der).decode()
        # A certificate that is no good is refused before a PIN is spent on it.
        identification.check(certificate=presented, by=_as_reader(by), at=at)
        signature = terminal().sign(card_number=card_number, pin=pin, challenge=challenge)
    except TerminalFailed as failure:
        raise Conflict("terminal_failed", str(failure), field="pin") from failure
    holder = identification.identify(
        certificate=presented, challenge=challenge, signature=signature, by=_as_reader(by), at=at, purpose=purpose
    )
    with acting(MYNACARD):
        borne = CardCertificate.objects.select_related("card").filter(certificate_id=holder.certificate).first()
        card = borne.card if borne else None
        is_live = card is not None and card.resident_id == holder.resident and cards.standing(card, at).usable
    return CardProof(holder.resident, str(card.pk) if card else "", is_live, at.instant)


def _as_reader(by: Actor) -> Actor:
    """The clerk with what the reader itself may do: ask whose card it is. No duty gives it."""
    return replace(by, permissions=by.permissions | {"jpki.identify"})
