"""A town and a card that the room's tests play: the town makes real papers from the register's own record."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from jlis.kernel.actors import Actor
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.isolation.scope import KONBINI, acting
from jlis.kernel.time import Moment
from jpki.domain.kinds import Kind
from jpki.services import issuing
from jpki.services.issuing import Order as CertificateOrder
from juki.models import Resident
from juki.pdf.residence_record import Member, ResidenceCertificate, Show, render
from juki.selectors import residents
from konbini.gateways.issuers import Offer, Order
from konbini.services import sessions
from tests.jpki import cast
from tests.konbini.papers import CERTIFICATE

OPERATOR = "TEST-STORE"


@dataclass
class Town:
    """An issuer. ``spoil`` may change the order or the paper, as a faulty server would."""

    asked: list[Order] = field(default_factory=list)
    refuses: Exception | None = None
    spoil_order: Callable[[Order], Order] = lambda order: order
    spoil_paper: Callable[[bytes], bytes] = lambda paper: paper

    def offer(self, *, transaction: str, resident: UUID, office: str) -> Offer:
        if self.refuses:
            raise self.refuses
        return Offer(("JU",), 2)

    def issue(self, order: Order) -> bytes:
        self.asked.append(order)
        if self.refuses:
            raise self.refuses
        return self.spoil_paper(drawn(self.spoil_order(order)))


def drawn(order: Order) -> bytes:
    """The paper of an order, from the register's record."""
    with acting(KONBINI):
        record = residents.latest_of(order.resident)
    assert record is not None
    member = Member(
        name=record.name,
        name_kana=record.name_kana,
        birth_date=PartialDate.from_iso(record.birth_date).in_japanese,
        sex="女",
        relation="世帯主",
        became_resident_on="平成2年6月1日",
        address_since="平成20年3月20日",
        notified_on="",
        former_address="",
        honseki="東京都千代田区九段南一丁目2番",
        koseki_head=record.name,
    )
    certificate: ResidenceCertificate = replace(
        CERTIFICATE,
        transaction=order.transaction,
        number=order.number,
        address=record.address,
        householder=record.name,
        members=[member],
        whole_household=order.whole_household,
        shows=frozenset(map(Show, order.shows)),
        issued_on=date(2026, 11, 21),
    )
    return render(certificate)


@dataclass(frozen=True)
class Card:
    """A card in the hand: its certificate, and a chip that signs."""

    resident: UUID
    certificate: str
    number: int = 0

    def signs(self, challenge: bytes) -> str:
        key = cast.pooled_key("rsa2048-sha256", 1000 + self.number).private_key
        return base64.b64encode(key.sign(challenge, padding.PKCS1v15(), hashes.SHA256())).decode()


def card_of(resident: Resident, *, by: Actor, at: Moment, number: int = 0, kind: Kind = Kind.AUTH_CARD) -> Card:
    """A card with a certificate that the counter issues."""
    order = CertificateOrder(resident=resident.pk, kind=kind, public_key=cast.card_key(number))
    issued = issuing.issue(order=order, by=by, at=at, purpose=cast.PURPOSE)
    return Card(resident.pk, base64.b64encode(cast.der_of(issued)).decode(), number)


def identified(card: Card, *, by: Actor, at: Moment, kiosk: str = "K0001") -> sessions.Menu:
    """A session in which the card has proved its holder."""
    opened = sessions.open_session(kiosk=kiosk, certificate=card.certificate, by=by, at=at)
    proof = sessions.prove(session=opened.pk, signature=card.signs(bytes(opened.challenge)), by=by, at=at)
    assert proof.menu is not None, proof.refusal
    return proof.menu
