"""Questions about cards. The scope decides which rows there are: another town's card does not exist."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from jlis.kernel.errors import NotFound
from jlis.kernel.time import Moment
from jpki.choices import State as CertificateState
from mynacard.choices import IN_HAND, State
from mynacard.models import Card, CardCertificate, CardHistory


@dataclass(frozen=True)
class CardStanding:
    """What another room needs to know of a card. `usable`: in force now, neither on hold nor void nor expired."""

    id: int
    card_number: str
    resident: UUID
    state: State
    usable: bool


def get(pk: int) -> Card:
    """One card. NotFound."""
    found = Card.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound("card_not_found", "該当するカードがありません。")
    return found


def numbered(card_number: str) -> Card:
    """One card by its 製造番号. NotFound."""
    found = Card.objects.filter(card_number=card_number).first()
    if found is None:
        raise NotFound("card_not_found", "この製造番号のカードがありません。")
    return found


def of_resident(resident: UUID) -> Sequence[Card]:
    """Every card of a resident, the newest first."""
    return list(Card.objects.filter(resident_id=resident).order_by("-pk"))


def in_hand(resident: UUID) -> Card | None:
    """The card that a resident holds, on hold or not."""
    return Card.objects.filter(resident_id=resident, state__in=IN_HAND).first()


def last_end(resident: UUID) -> str:
    """The cause by which the resident's last card ended that had been handed over; nothing where none did."""
    ended = Card.objects.filter(resident_id=resident, state=State.VOID, handed_over_at__isnull=False)
    return ended.order_by("-void_at").values_list("cause", flat=True).first() or ""


def waiting_in(office: str) -> Sequence[Card]:
    """Cards that lie in an office's safe, the longest waiting first."""
    waiting = Card.objects.filter(office=office, state__in=[State.STORED, State.READY])
    return list(waiting.order_by("arrived_at", "pk"))


def history(card: int) -> Sequence[CardHistory]:
    """What became of a card, the newest first. Under the room's own role alone."""
    return list(CardHistory.objects.filter(card_id=card).order_by("-pk"))


def certificates_on(cards: Sequence[int], *, kind: str = "") -> list[int]:
    """The certificates written on cards, of one kind or of all, whatever became of them."""
    found = CardCertificate.objects.filter(card__in=cards)
    found = found.filter(kind=kind) if kind else found
    return list(found.values_list("certificate_id", flat=True))


def waiting_for(card: int) -> dict[int, str]:
    """Certificates in force that are to be written on a card, with their kinds."""
    found = CardCertificate.objects.filter(
        card=card, is_written=False, certificate__state=CertificateState.VALID
    ).values_list("certificate_id", "kind")
    return dict(found)


def card_of_certificate(certificate: int, *, at: Moment) -> CardStanding | None:
    """The card that bears a certificate (its id, not its serial number), for a room above."""
    found = CardCertificate.objects.select_related("card").filter(pk=certificate).first()
    return standing(found.card, at) if found else None


def standing(card: Card, at: Moment) -> CardStanding:
    """A card as another room sees it at a moment."""
    usable = card.state == State.LIVE and card.expires_on >= at.day
    return CardStanding(card.pk, card.card_number, card.resident_id, State(card.state), usable)


def state_label(card: Card, at: Moment) -> str:
    """The state in words; what was live to its last day has expired, even before the night's run says so."""
    is_over = card.state in IN_HAND and card.expires_on < at.day
    return "期間満了" if is_over else card.get_state_display()


def count_by_state() -> dict[str, int]:
    """How many cards in sight stand in which state."""
    return dict(Card.objects.order_by().values_list("state").annotate(number=Count("pk")))
