"""The reader at the counter, for the room below that asks who holds a card (転入届の特例, 広域交付)."""

from jlis.kernel.actors import Actor
from jlis.kernel.time import Moment
from juki import card_proofs
from juki.card_proofs import CardProof
from mynacard.services import proving


class CounterReader:
    """The card that lies on the counter's terminal."""

    def prove(self, *, card_number: str, pin: str, by: Actor, at: Moment, purpose: str) -> CardProof:
        """One PIN entry; the proof serves the whole sitting."""
        return proving.prove(card_number=card_number, pin=pin, by=by, at=at, purpose=purpose)


card_proofs.register(CounterReader())
