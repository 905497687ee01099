"""What the room tells the house. Codes alone; who wants a card's record asks `selectors`."""

from dataclasses import dataclass

from jlis.kernel.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class CardEvent(Event):
    """Something happened to a resident's card; the subject is the resident."""

    card: int


@dataclass(frozen=True, kw_only=True)
class CardHandedOver(CardEvent):
    """A card went into its holder's hands, at the counter or by the express lane's post."""

    kind = "mynacard.card_handed_over"
    office: str


@dataclass(frozen=True, kw_only=True)
class CardSuspended(CardEvent):
    """A card was put on hold."""

    kind = "mynacard.card_suspended"


@dataclass(frozen=True, kw_only=True)
class CardResumed(CardEvent):
    """A hold was lifted."""

    kind = "mynacard.card_resumed"


@dataclass(frozen=True, kw_only=True)
class CardVoided(CardEvent):
    """A card has ended, for this cause."""

    kind = "mynacard.card_voided"
    cause: str


@dataclass(frozen=True, kw_only=True)
class CardsTakenOver(Event):
    """Cards that people held already were taken over; `subjects` are their holders."""

    kind = "mynacard.cards_taken_over"


@dataclass(frozen=True, kw_only=True)
class ExpiryNoticesSent(Event):
    """Notices went to the printer's post; `subjects` are those who are told."""

    kind = "mynacard.expiry_notices_sent"
