"""Who holds the card on the counter's reader: asked here, answered by the room above that knows cards.

That room registers a prover in its `apps.py`; this floor imports nothing of it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Conflict
from jlis.kernel.time import Moment


@dataclass(frozen=True)
class CardProof:
    """That a card signed a challenge with its holder's PIN. ``card`` is the prover's own name for the card."""

    resident: UUID
    card: str
    is_live: bool
    proved_at: datetime


class CardProver(Protocol):
    """A reader at the counter."""

    def prove(self, *, card_number: str, pin: str, by: Actor, at: Moment, purpose: str) -> CardProof:
        """Have the card that lies on the reader prove its holder by one PIN entry. Raises `Refused`."""


_provers: list[CardProver] = []


def register(prover: CardProver) -> None:
    """Make the prover of this installation known; the last one holds."""
    _provers[:] = [prover]


def prove(*, card_number: str, pin: str, by: Actor, at: Moment, purpose: str) -> CardProof:
    """The proof of the card on the reader. `Conflict` where no room above reads cards."""
    if not _provers:
        raise Conflict("no_reader", "カードを読み取る装置がありません。")
    return _provers[0].prove(card_number=card_number, pin=pin, by=by, at=at, purpose=purpose)
