"""Work at the card's counters and centre: five cards handed over whole, applications and lots in every state.

All of it through the room's services, as clerks, the centre and the maker would do it. The five cards have virtual
chips whose keys and PINs stand in files, outside the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from jlis.demo import virtual_card
from jlis.demo.books import TownBook
from jlis.demo.cards import PURPOSE
from jlis.demo.portraits import portrait
from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.time import Moment
from jpki.domain.kinds import Kind
from jpki.models import CertificateStatus
from juki.choices import RecordState
from juki.models import IdentityRecord
from juki.selectors import residents
from juki.services import notifications
from mynacard.choices import Lane
from mynacard.domain.applications import Channel
from mynacard.domain.identity import ProxyReason, Shown
from mynacard.domain.pins import Pins
from mynacard.models import Application, Card
from mynacard.selectors import cards as selectors
from mynacard.services import (
    applications,
    cards,
    express,
    forms,
    handing_over,
    notices,
    production,
    receiving,
    setting_up,
)
from mynacard.services.applications import Wish
from mynacard.services.express import Claim
from mynacard.services.photos import GivenPhoto

_LETTERS, _DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"
_LICENCE = Shown(frozenset({"A_LICENCE"}))
_BORN_WITHIN = 300


@dataclass
class Holder:
    """One of the five: whom the credentials name, in which state the card ends up."""

    resident: UUID
    town: str
    state: str
    pins: Pins
    card: int = 0


class Counter:
    """The people who do it, and made-up applicants drawn for a seed."""

    def __init__(
        self,
        random: Random,
        people: dict[str, Actor],
        chiefs: dict[str, Actor],
        books: Mapping[str, TownBook],
        at: Moment,
    ):
        self.random = random
        self.chiefs, self.books = chiefs, books
        self.operator, self.maker = people["operator-jlis-card"], people["maker-jlis-card"]
        self.at = at
        self._grown = {town: _present(by, at, grown=True) for town, by in chiefs.items()}
        self._drawn = 0

    def work(self) -> list[dict[str, Any]]:
        """Everything; returns the five cards as `credentials.json` has them."""
        towns = list(self.chiefs)
        first, second = towns[0], towns[min(1, len(towns) - 1)]
        states = (
            (first, "VALID"), (first, "SIGNATURE_REVOKED"), (first, "REVOKED"), (second, "VALID"), (first, "SUSPENDED"),
        )  # fmt: skip
        holders = [Holder(self._person(town).resident, town, state, self._pins()) for town, state in states]
        lost = self._person(first)
        for person in (*(holder.resident for holder in holders), lost.resident):
            self._accepted(person)
        self._made(Lane.ORDINARY)
        self._arrived()
        for holder in holders:
            self._handed_over(holder)
        self._express(first, lost.resident)
        self._open_work(first, second)
        notices.run(by=self.operator, at=self.at)
        return [self._credentials(holder) for holder in holders]

    def _person(self, town: str) -> IdentityRecord:
        return self._grown[town].pop(self.random.randrange(len(self._grown[town])))

    def _pins(self) -> Pins:
        four = [f"{self.random.randint(0, 9999):04}" for _ in range(3)]
        password = "".join(self.random.choices(_LETTERS, k=4) + self.random.choices(_DIGITS, k=4))
        return Pins(four[0], four[1], four[2], password)

    def _wish(self, channel: Channel = Channel.COUNTER, **changes: Any) -> Wish:
        self._drawn += 1
        photo = GivenPhoto(portrait(self._drawn), self.at.day - timedelta(days=self._drawn % 60))
        return Wish(channel, **({"photo": photo} | changes))

    def _town_of(self, resident: UUID) -> Actor:
        with acting(MYNACARD):
            return self.chiefs[residents.current_many([resident])[resident].office]

    def _applied(self, resident: UUID, **changes: Any) -> Application:
        return applications.apply(resident=resident, wish=self._wish(**changes), by=self._town_of(resident), at=self.at)

    def _accepted(self, resident: UUID, **changes: Any) -> Application:
        application = self._applied(resident, **changes)
        return applications.accept(application=application.pk, by=self._town_of(resident), at=self.at)

    def _by_form(self, resident: UUID, channel: Channel, **changes: Any) -> Application:
        form_id = forms.issue(resident=resident, by=self._town_of(resident), at=self.at)
        wish = self._wish(channel, **changes)
        return applications.apply_by_form(form_id=form_id, wish=wish, by=self.operator, at=self.at)

    def _made(self, lane: Lane, faulty: int = 0) -> None:
        lot = production.make_lot(lane=lane, by=self.operator, at=self.at)
        assert lot is not None, "somebody was accepted just before"
        production.fetch(lot=lot.pk, by=self.maker, at=self.at)
        with acting(MYNACARD):
            numbers = list(Card.objects.filter(lot=lot).order_by("pk").values_list("card_number", flat=True))
        production.finish(lot=lot.pk, faulty=numbers[:faulty], by=self.operator, at=self.at)

    def _arrived(self, missing: int = 0) -> None:
        with acting(MYNACARD):
            sent = list(
                Card.objects.filter(state="SHIPPED").order_by("pk").values("shipment_id", "office", "card_number")
            )
        for shipment in {row["shipment_id"]: row["office"] for row in sent}.items():
            scanned = [row["card_number"] for row in sent if row["shipment_id"] == shipment[0]]
            here = scanned[: len(scanned) - missing] or scanned
            receiving.scan(shipment=shipment[0], scanned=here, by=self.chiefs[shipment[1]], at=self.at)

    def _handed_over(self, holder: Holder) -> None:
        by = self.chiefs[holder.town]
        card = self._newest(holder.resident)
        holder.card = card.pk
        setting_up.set_up(card=card.pk, print_is_good=True, chip_is_good=True, by=by, at=self.at)
        handing_over.hand_over(card=card.pk, shown=_LICENCE, chosen=holder.pins, by=by, at=self.at)
        virtual_card.describe(card_number=card.card_number, resident=str(holder.resident), municipality=holder.town)
        if holder.state == "SIGNATURE_REVOKED":
            self._moves_within(holder, by)
        elif holder.state == "REVOKED":
            cards.make_move(card=card.pk, verb="void_lost", by=by, at=self.at)
        elif holder.state == "SUSPENDED":
            cards.make_move(card=card.pk, verb="suspend", note="電話での届出", by=by, at=self.at)

    def _moves_within(self, holder: Holder, by: Actor) -> None:
        with acting(by.scope):
            record = residents.latest_of(holder.resident)
            assert record is not None, "the holder was handed a card just before"
            notice = {
                "key": f"demo-card-{holder.card}",
                "reason": "M01",
                "changed_on": self.at.day.isoformat(),
                "resident_code": record.resident_code,
                "address": f"{record.address}　別棟",
            }
            notifications.receive(notices=[notice], by=by, at=self.at, channel="SCREEN")
        book, code = self.books[holder.town], record.resident_code
        book.take(notice, code, self.at.day, book.row_of(code))

    def _express(self, town: str, lost: UUID) -> None:
        """One card posted, one in the lane, one just accepted."""
        by = self.chiefs[town]
        card = self._newest(lost)
        setting_up.set_up(card=card.pk, print_is_good=True, chip_is_good=True, by=by, at=self.at)
        handing_over.hand_over(card=card.pk, shown=_LICENCE, chosen=self._pins(), by=by, at=self.at)
        cards.make_move(card=card.pk, verb="suspend", note="紛失の届出", by=by, at=self.at)
        self._express_apply(lost, Claim("T03", self.at.day), by)
        self._made(Lane.EXPRESS)
        express.dispatch(by=self.operator, at=self.at)
        babies = _present(by, self.at, grown=False)
        if babies:
            parents = Shown(_LICENCE.documents, True, ProxyReason.LEGAL_REPRESENTATIVE, _LICENCE.documents)
            self._express_apply(babies[0].resident, Claim("T01", None), by, shown=parents, photo=None)
            production.make_lot(lane=Lane.EXPRESS, by=self.operator, at=self.at)
        self._express_apply(self._person(town).resident, Claim("T10", self.at.day, fee_yen=0), by)

    def _express_apply(
        self, resident: UUID, claim: Claim, by: Actor, *, shown: Shown = _LICENCE, **changes: Any
    ) -> None:
        drawn = self._pins()
        pins = Pins(drawn.authentication, drawn.resident, drawn.entry_aid) if claim.case == "T01" else drawn
        wish = self._wish(Channel.EXPRESS, **changes)
        express.apply(resident=resident, claim=claim, wish=wish, shown=shown, chosen=pins, by=by, at=self.at)

    def _open_work(self, first: str, second: str) -> None:
        """What waits: in the safe, on the way, at the maker, with the clerk who decides, and one sent back."""
        for town in (first, first, first, second):
            self._accepted(self._person(town).resident)
        self._made(Lane.ORDINARY)
        self._arrived(missing=1)
        with acting(MYNACARD):
            stored = Card.objects.filter(state="STORED", office=first).order_by("pk").first()
        assert stored is not None, "three cards were sent to the first town just before"
        setting_up.set_up(card=stored.pk, print_is_good=True, chip_is_good=True, by=self.chiefs[first], at=self.at)
        for town in (first, second):
            self._accepted(self._person(town).resident)
        self._made(Lane.ORDINARY)
        for town in (first, second, second):
            self._accepted(self._person(town).resident)
        lot = production.make_lot(by=self.operator, at=self.at)
        assert lot is not None, "three were accepted just before"
        production.fetch(lot=lot.pk, by=self.maker, at=self.at)
        self._by_form(self._person(first).resident, Channel.WEB)
        self._by_form(self._person(second).resident, Channel.POST, photo=None)
        self._applied(self._person(first).resident)
        returned = self._by_form(self._person(first).resident, Channel.BOOTH)
        applications.send_back(
            application=returned.pk, reason="PHOTO_UNFIT", note="背景に物が写っています。", by=self.operator, at=self.at
        )

    def _newest(self, resident: UUID) -> Card:
        with acting(MYNACARD):
            return selectors.of_resident(resident)[0]

    def _credentials(self, holder: Holder) -> dict[str, Any]:
        with acting(MYNACARD):
            card = selectors.get(holder.card)
            borne = selectors.certificates_on([card.pk], kind=Kind.AUTH_CARD.value)
            serial = CertificateStatus.objects.filter(pk__in=borne).values_list("serial", flat=True)[0]
        return {
            "resident": str(holder.resident),
            "municipality": holder.town,
            "auth_pin": holder.pins.authentication,
            "signature_password": holder.pins.signature,
            "auth_serial": str(serial),
            "card_number": card.card_number,
            "state": holder.state,
        }


def _present(by: Actor, at: Moment, *, grown: bool) -> list[IdentityRecord]:
    """Present Japanese residents of a town: those of full age, or babies; in an order that ids do not decide."""
    with acting(by.scope.for_purpose(PURPOSE)):
        here = residents.latest_versions().filter(state=RecordState.CURRENT, resident_class="JAPANESE")
        age = date(at.day.year - 20, 1, 1)
        newborn = at.day - timedelta(days=_BORN_WITHIN)
        found = here.filter(birth_from__lte=age) if grown else here.filter(birth_from__gte=newborn)
        return list(found.order_by("name_kana", "birth_date", "name", "address")[:400])
