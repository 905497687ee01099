"""The cast of the room's tests: photos, a terminal in memory, cards at each stage of their life."""

import json
import zlib
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from random import Random
from typing import Any, ClassVar
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from PIL import Image, ImageDraw

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import MYNACARD, SYSTEM, acting
from jlis.kernel.outbox.models import OutboxEvent
from jlis.kernel.time import Moment
from jpki.domain.fees import Ground
from jpki.domain.kinds import Kind
from jpki.models import CertificateStatus
from juki.models import Resident
from mynacard.choices import Lane
from mynacard.domain.applications import Channel
from mynacard.domain.identity import ProxyReason, Shown
from mynacard.domain.pins import TRIES, Pins
from mynacard.domain.sittings import Plan, Proof, offered
from mynacard.gateways.terminal import TerminalFailed
from mynacard.models import Application, Card, CardCertificate, CertificateSitting
from mynacard.services import applications, handing_over, production, receiving, setting_up, sittings
from mynacard.services.applications import Wish
from mynacard.services.photos import GivenPhoto
from tests.conftest import actor
from tests.jpki import cast as jpki_cast
from tests.juki import factories

PINS = Pins(authentication="1234", resident="2345", entry_aid="3456", signature="ABC123")
PINS_WITHOUT_SIGNATURE = replace(PINS, signature="")
LICENCE = Shown(frozenset({"A_LICENCE"}))
WITH_GUARDIAN = Shown(
    LICENCE.documents, True, ProxyReason.LEGAL_REPRESENTATIVE, LICENCE.documents, under_guardianship=True
)
SKIN, GREY = (224, 180, 150), (235, 238, 240)


class MemoryTerminal:
    """A terminal whose chips are gone with the test. `fails_at` names the step at which it breaks."""

    chips: ClassVar[dict[str, dict[str, Any]]] = {}
    fails_at: ClassVar[str] = ""
    algorithm: ClassVar[str] = "rsa2048-sha256"

    def make_keys(self, *, card_number: str, kinds):
        self._break("make_keys")
        chip = self.chips.setdefault(card_number, {"certificates": {}, "pins": None})
        chip["certificates"] = {kind: der for kind, der in chip["certificates"].items() if kind not in kinds}
        return {kind: jpki_cast.card_key(place, self.algorithm) for place, kind in enumerate(kinds)}

    def set_pins(self, *, card_number: str, pins: Pins) -> None:
        self._break("set_pins")
        self.chips[card_number]["pins"] = pins

    def tries_left(self, *, card_number: str) -> dict[str, int]:
        chip = self.chips.get(card_number)
        if chip is None:
            raise TerminalFailed("カードを読み取れません。")
        held = chip["pins"].as_dict() if chip["pins"] else {}
        return {name: 0 if name in chip.get("locked", ()) else TRIES[name] for name, pin in held.items() if pin}

    def reset_pin(self, *, card_number: str, name: str, pin: str) -> None:
        self._break("reset_pin")
        chip = self.chips[card_number]
        chip["pins"] = replace(chip["pins"] or Pins("", "", ""), **{name: pin})
        chip["locked"] = [each for each in chip.get("locked", ()) if each != name]

    def write_certificate(self, *, card_number: str, kind: str, der: bytes) -> None:
        self._break(f"write_{kind}")
        self.chips[card_number]["certificates"][kind] = der

    def read_certificate(self, *, card_number: str, kind: str) -> bytes:
        try:
            return self.chips[card_number]["certificates"][kind]
        except KeyError:
            raise TerminalFailed("カードを読み取れません。") from None

    def sign(self, *, card_number: str, pin: str, challenge: bytes) -> bytes:
        if pin != self.chips[card_number]["pins"].authentication:
            raise TerminalFailed("暗証番号が違います。")
        certificate = x509.load_der_x509_certificate(self.chips[card_number]["certificates"]["AUTH_CARD"])
        for place in range(2):
            key = jpki_cast.pooled_key("rsa2048-sha256", 1000 + place)
            if key.public_key.public_numbers() == certificate.public_key().public_numbers():
                return key.private_key.sign(challenge, padding.PKCS1v15(), hashes.SHA256())
        raise AssertionError("the chip has no such key")

    def retire(self, *, card_number: str) -> None:
        self.chips.pop(card_number, None)

    def _break(self, step: str) -> None:
        if self.fails_at == step:
            raise TerminalFailed("端末が応答しません。")


def operator(number: int = 1) -> Actor:
    """An officer of the card centre."""
    return actor("JLIS-CARD", "CARD_OPERATOR", kind="JLIS", number=number)


def maker() -> Actor:
    """The maker's officer."""
    return actor("JLIS-CARD", "CARD_MAKER", kind="JLIS", number=9)


@cache
def picture(
    size: tuple[int, int] = (600, 771), image_format: str = "JPEG", skin: bool = True, left: float = 0.0
) -> bytes:
    """A drawn head before a plain wall; noise on the shirt makes the file as heavy as a photo."""
    random = Random(7)
    image = Image.new("RGB", size, GREY)
    draw = ImageDraw.Draw(image)
    width, height = size
    shirt = Image.frombytes("RGB", (width, height // 4), random.randbytes(width * (height // 4) * 3))
    image.paste(shirt, (0, height - height // 4))
    if skin:
        middle = width * (0.5 - left)
        draw.ellipse((middle - width * 0.3, height * 0.12, middle + width * 0.3, height * 0.72), fill=SKIN)
    out = BytesIO()
    image.save(out, image_format, **({"quality": 90} if image_format == "JPEG" else {}))
    return out.getvalue()


def photo(taken_on: date) -> GivenPhoto:
    """A good photo."""
    return GivenPhoto(picture(), taken_on)


def wish(at: Moment, **changes: Any) -> Wish:
    """An application at the counter with a good photo."""
    return replace(Wish(Channel.COUNTER, photo(at.day)), **changes)


def resident_of(by: Actor, at: Moment, **changes: str) -> Resident:
    """Somebody grown, registered by the clerk's town."""
    return jpki_cast.resident_of(by, at, **changes)


def applied(resident: Resident, *, by: Actor, at: Moment, **changes: Any) -> Application:
    """An application at the counter."""
    return applications.apply(resident=resident.pk, wish=wish(at, **changes), by=by, at=at)


def accepted(resident: Resident, *, by: Actor, at: Moment, **changes: Any) -> Application:
    """An application that a person has found fit."""
    application = applied(resident, by=by, at=at, **changes)
    return applications.accept(application=application.pk, by=by, at=at)


def in_production(resident: Resident, *, by: Actor, at: Moment, **changes: Any) -> Card:
    """A card that the maker has been told to make."""
    accepted(resident, by=by, at=at, **changes)
    production.make_lot(by=operator(), at=at)
    return card_of(resident)


def sent(resident: Resident, *, by: Actor, at: Moment, **changes: Any) -> Card:
    """A card on its way to the town."""
    card = in_production(resident, by=by, at=at, **changes)
    made(card, at)
    return card_of(resident)


def made(card: Card, at: Moment, faulty: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The maker makes the card's lot; returns what the maker was given."""
    data = production.fetch(lot=card.lot_id, by=maker(), at=at)
    production.finish(lot=card.lot_id, faulty=faulty, by=operator(), at=at)
    return [json.loads(line) for line in zlib.decompress(data).decode().splitlines()]


def stored(resident: Resident, *, by: Actor, at: Moment, **changes: Any) -> Card:
    """A card in the town's safe."""
    card = sent(resident, by=by, at=at, **changes)
    receiving.scan(shipment=card.shipment_id, scanned=[card.card_number], by=by, at=at)
    return card_of(resident)


def ready(resident: Resident, *, by: Actor, at: Moment, **changes: Any) -> Card:
    """A card that waits for its holder."""
    card = stored(resident, by=by, at=at, **changes)
    return setting_up.set_up(card=card.pk, print_is_good=True, chip_is_good=True, by=by, at=at)


def live(resident: Resident, *, by: Actor, at: Moment, **changes: Any) -> Card:
    """A card in its holder's hands."""
    card = ready(resident, by=by, at=at, **changes)
    return handing_over.hand_over(card=card.pk, shown=LICENCE, chosen=PINS, by=by, at=at)


def anew(card: Card, *kinds: Kind, by: Actor, at: Moment, ground: Ground = Ground.CHANGE) -> CertificateSitting:
    """New certificates on a card in one sitting, whatever became of the former ones."""
    borne = sittings.see(card=card.pk, by=by, at=at).borne
    deeds = {kind: next(deed for deed in offered(borne[kind].standing) if deed.issues) for kind in kinds}
    fee = 0 if ground in (Ground.AFTER_HOLD, Ground.OWN_WISH) else None
    wanted = Plan(deeds, Proof.CARD, ground=ground, fee_yen=fee)
    return sittings.hold(card=card.pk, wanted=wanted, by=by, at=at)


def express_ready(application: Application, at: Moment) -> Card:
    """An express card that was made and set up centrally."""
    lot = production.make_lot(by=operator(), at=at, lane=Lane.EXPRESS)
    assert lot is not None
    card = card_of(application.resident_id)
    made(card, at)
    return card_of(application.resident_id)


def card_of(resident: Resident | UUID) -> Card:
    """The newest card of a resident, as it stands now."""
    pk = resident.pk if isinstance(resident, Resident) else resident
    with acting(MYNACARD):
        return Card.objects.filter(resident_id=pk).order_by("-pk")[0]


def again(card: Card) -> Card:
    """A card as it stands now."""
    with acting(MYNACARD):
        return Card.objects.get(pk=card.pk)


def certificates(card: Card) -> dict[Kind, str]:
    """The states of what the card bears, by kind; the newest of each."""
    with acting(MYNACARD):
        borne = CardCertificate.objects.filter(card=card).order_by("pk").values_list("kind", "certificate_id")
        states = dict(CertificateStatus.objects.values_list("pk", "state"))
        return {Kind(kind): states[pk] for kind, pk in borne}


def events(kind: str) -> list[OutboxEvent]:
    """The events of a kind."""
    with acting(SYSTEM):
        return list(OutboxEvent.objects.filter(kind=f"mynacard.{kind}").order_by("occurred_at"))


def change(resident: Resident, reason: str, changed_on: date, *, by: Actor, at: Moment, **items: str) -> None:
    """Tell of a change of somebody known."""
    notice = factories.change(reason, resident.resident_code, changed_on=changed_on.isoformat(), **items)
    factories.tell(notice, by=by, at=at)


def moves_to(resident: Resident, changed_on: date, *, by: Actor, at: Moment) -> None:
    """Tell of a move-in to the actor's town."""
    entry = {name: value for name, value in factories.grown().items() if name != "key"}
    items = entry | {"reason": "R01", "address": "東京都新宿区西新宿二丁目8番1号"}
    items.pop("changed_on")
    change(resident, items.pop("reason"), changed_on, by=by, at=at, **items)
