"""One life through every room: born, numbered, a card, papers from a kiosk; moves, loses the card, dies.

The demonstration tells it with days of its own past; the story in `tests/scenarios` tells the same with REST where
systems talk. Every step is a service of a room.
"""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from bcl.services import differences
from jlis.demo import virtual_card
from jlis.demo.portraits import portrait
from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import acting
from jlis.kernel.outbox import delivery
from jlis.kernel.time import Moment
from jpki.domain.fees import Ground
from jpki.domain.kinds import Kind
from juki.models import Resident
from juki.services import notifications
from konbini.domain.transactions import PrintResult
from konbini.services import prints, requests, sessions
from konbini.services.requests import Wanted
from mynacard.domain.applications import Channel
from mynacard.domain.identity import Shown
from mynacard.domain.pins import Pins
from mynacard.domain.sittings import DEEDS, Plan, Proof
from mynacard.models import Card
from mynacard.selectors import cards
from mynacard.services import applications, express, handing_over, production, receiving, setting_up, sittings
from mynacard.services import cards as card_services
from mynacard.services.applications import Wish
from mynacard.services.express import Claim
from mynacard.services.photos import GivenPhoto

LICENCE = Shown(frozenset({"A_LICENCE"}))
PINS = Pins(authentication="4321", resident="2345", entry_aid="3456", signature="ABC123")
LOST_CARD = "T03"
_FACE = 2004
_HOUSEHOLD = {
    "number": "9000001", "household": "9000001", "relation": "00", "became_resident_on": "2004-04-28",
    "address_since": "2004-04-28", "notified_on": "2004-05-01", "former_address": "",
    "honseki": "東京都千代田区九段南一丁目2番", "koseki_head": "𠮷田　一郎", "protected": "0",
}  # fmt: skip
_PERSON = {
    "name": "𠮷田　髙子", "name_kana": "ヨシダ　タカコ", "birth_date": "2004-04-28", "sex": "F",
    "address": "東京都千代田区霞が関一丁目1番1号",
}  # fmt: skip


@dataclass
class Life:
    """Somebody of one town. ``people``: who acts, by part: clerk, cards, maker, store. ``kiosk``: its number."""

    people: Mapping[str, Actor]
    kiosk: str
    first_sequence: int = 1
    code: str = ""
    pins: Pins = PINS
    items: dict[str, str] = field(default_factory=lambda: dict(_HOUSEHOLD | _PERSON))
    _told: int = 0

    @property
    def clerk(self) -> Actor:
        """Who serves her at the counter."""
        return self.people["clerk"]

    @property
    def resident(self) -> UUID:
        """Her anchor in the register."""
        with acting(self.clerk.scope):
            return Resident.objects.get(resident_code=self.code).pk

    def card(self) -> Card:
        """The card that she has, or that is being made for her."""
        with acting(self.clerk.scope):
            return cards.of_resident(self.resident)[0]

    def is_born(self, *, at: Moment) -> None:
        """Told by the town, and in its copy."""
        birth = _PERSON | {"reason": "R03", "changed_on": str(at.day), "resident_class": "JAPANESE"}
        self.code = str(self.notify(birth, at=at)["resident_code"])
        self.copy(at=at)

    def moves(self, address: str, *, at: Moment) -> None:
        """Within the town: the network hears of it, and the copy."""
        self.notify({"reason": "M01", "resident_code": self.code, "changed_on": str(at.day), "address": address}, at=at)
        former, day = self.items["address"], str(at.day)
        self.items |= {"address": address, "former_address": former, "address_since": day, "notified_on": day}
        self.copy(at=at)

    def dies(self, *, at: Moment) -> None:
        """The town removes the record, and says so to its copy."""
        self.notify({"reason": "D03", "resident_code": self.code, "changed_on": str(at.day)}, at=at)
        self.items |= {"removal": "DEATH", "removed_on": str(at.day)}
        self.copy(at=at)

    def notify(self, notice: dict[str, Any], *, at: Moment) -> dict[str, Any]:
        """The town tells the network; returns the result."""
        self._told += 1
        with acting(self.clerk.scope):
            (taken,) = notifications.receive(
                notices=[notice | {"key": f"life-{self._told}"}], by=self.clerk, at=at, channel="SCREEN"
            )
        return {"resident_code": taken.resident_code, "status": taken.status.value}

    def copy(self, *, at: Moment) -> None:
        """The town sends its own record's difference to its copy."""
        row: dict[str, Any] = {**self.items, "resident_code": self.code, "householder": self.items["name"]}
        row |= {"sequence": self.first_sequence}
        self.first_sequence += 1
        with acting(self.clerk.scope):
            differences.receive(
                differences=[row], office=self.clerk.organisation, by=self.clerk, at=at, channel="SCREEN"
            )

    def applies(self, *, at: Moment) -> dict[str, Any]:
        """An application at the counter, accepted, and made; returns what the maker was given to print."""
        wish = Wish(Channel.COUNTER, GivenPhoto(portrait(_FACE), at.day))
        application = applications.apply(resident=self.resident, wish=wish, by=self.clerk, at=at)
        applications.accept(application=application.pk, by=self.clerk, at=at)
        lot = production.make_lot(by=self.people["cards"], at=at)
        assert lot is not None, "an accepted application gives a lot"
        data = production.fetch(lot=lot.pk, by=self.people["maker"], at=at)
        production.finish(lot=lot.pk, faulty=(), by=self.people["cards"], at=at)
        given = [json.loads(line) for line in zlib.decompress(data).decode().splitlines()]
        return next(each for each in given if each["card_number"] == self.card().card_number)

    def takes_the_card(self, *, at: Moment) -> Card:
        """Arrival, set-up, and the sitting at the counter in which both certificates are issued."""
        card = self.card()
        assert card.shipment_id is not None, "a card that was made was sent"
        receiving.scan(shipment=card.shipment_id, scanned=[card.card_number], by=self.clerk, at=at)
        setting_up.set_up(card=card.pk, print_is_good=True, chip_is_good=True, by=self.clerk, at=at)
        return handing_over.hand_over(card=card.pk, shown=LICENCE, chosen=self.pins, by=self.clerk, at=at)

    def renews_the_signature(self, *, at: Moment) -> None:
        """A new signature certificate with the new address."""
        plan = Plan({Kind.SIGN_CARD: DEEDS["ISSUE"]}, Proof.CARD, ground=Ground.CHANGE)
        sittings.hold(card=self.card().pk, wanted=plan, by=self.clerk, at=at)

    def loses_the_card(self, *, at: Moment) -> None:
        """Told at once: the card is suspended."""
        card_services.make_move(card=self.card().pk, verb="suspend", by=self.clerk, at=at)

    def gets_another(self, *, at: Moment) -> Card:
        """The express lane: applied for at the counter, made the same day, posted home; the former card ends by it."""
        self.pins = replace(self.pins, authentication="8765")
        wish = Wish(Channel.EXPRESS, GivenPhoto(portrait(_FACE), at.day))
        express.apply(
            resident=self.resident, claim=Claim(LOST_CARD, at.day), wish=wish, shown=LICENCE, chosen=self.pins,
            by=self.clerk, at=at,
        )  # fmt: skip
        express.dispatch(by=self.people["cards"], at=at)
        lot = self.card().lot_id
        assert lot is not None, "the lane's card is in a lot"
        production.fetch(lot=lot, by=self.people["maker"], at=at)
        production.finish(lot=lot, faulty=(), by=self.people["cards"], at=at)
        express.dispatch(by=self.people["cards"], at=at)
        return self.card()

    def prints(self, *, at: Moment) -> bytes:
        """A 住民票の写し out of the kiosk, paid and printed; returns the paper."""
        number, store = self.card().card_number, self.people["store"]
        shown = virtual_card.certificate(number, Kind.AUTH_CARD.value)
        opened = sessions.open_session(kiosk=self.kiosk, certificate=_text(shown), by=store, at=at)
        challenge = bytes(opened.challenge)
        signature = virtual_card.sign(card_number=number, pin=self.pins.authentication, challenge=challenge)
        proof = sessions.prove(session=opened.pk, signature=_text(signature), by=store, at=at)
        assert proof.menu is not None, proof.refusal
        ((kind, fee),) = proof.menu.fees.items()
        wanted = Wanted(kind, whole_household=False, shows=frozenset({"RELATION", "KOSEKI"}), paid_yen=fee)
        made = requests.issue(session=opened.pk, wanted=wanted, by=store, at=at).transaction
        paper = requests.waiting_paper(session=opened.pk, transaction=made.pk, by=store, at=at)
        prints.tell(session=opened.pk, transaction=made.pk, result=PrintResult.PRINTED, by=store, at=at)
        return paper


def lived(life: Life, *, at: Moment) -> Life:
    """The whole of it, ending ten days before ``at``; events are delivered between its parts, as they would be."""

    def ago(days: int) -> Moment:
        return Moment.of(at.day - timedelta(days=days))

    life.is_born(at=Moment.of(date.fromisoformat(_PERSON["birth_date"])))
    life.applies(at=ago(300))
    life.takes_the_card(at=ago(290))
    life.prints(at=ago(280))
    life.moves("東京都千代田区一番町1番地", at=ago(200))
    delivery.deliver_all()
    life.renews_the_signature(at=ago(190))
    life.loses_the_card(at=ago(100))
    life.gets_another(at=ago(99))
    life.prints(at=ago(60))
    life.dies(at=ago(10))
    delivery.deliver_all()
    return life


def _text(octets: bytes) -> str:
    return base64.b64encode(octets).decode()
