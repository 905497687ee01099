"""Telephones in the demonstration: one Android in use, one iPhone whose loss was told on the telephone."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from jlis.demo import virtual_card, virtual_phone
from jlis.kernel.actors import Actor, ActorKind
from jlis.kernel.isolation.scope import Scope, acting
from jlis.kernel.time import Moment
from jpki.domain.devices import Platform
from jpki.domain.kinds import Kind
from jpki.services import mobile_applications, mobile_devices
from jpki.services.mobile_devices import Caller
from juki.selectors import residents

_APP = Actor(
    ActorKind.CLIENT,
    "demo-phone-app",
    "スマートフォン用電子証明書アプリ",
    "JLIS-JPKI",
    Scope("jlis_operator", "JLIS-JPKI"),
    permissions=frozenset({"jpki.apply_mobile"}),
)


def load(*, cards: Sequence[Mapping[str, Any]], people: Mapping[str, Actor], at: Moment) -> list[dict[str, object]]:
    """Put certificates on the telephones of the first two whose cards are in force; the second one loses it."""
    holders = [card for card in cards if card["state"] == "VALID"][:2]
    made = []
    for card, platform in zip(holders, Platform, strict=False):
        number = _loaded(card, platform, at)
        made.append({"application": str(number), "resident": card["resident"], "platform": platform.value})
    if len(holders) > 1:
        _tell_of_the_loss(holders[1], people, at)
    return made


def _loaded(card: Mapping[str, Any], platform: Platform, at: Moment) -> UUID:
    """The holder's own card signs, for its password, what the telephone asks."""
    number, password = card["card_number"], card["signature_password"]
    phone = virtual_phone.begin(platform=platform.value, auth_pin=card["auth_pin"], signature_password=password)

    def sign(octets: bytes) -> bytes:
        return virtual_card.sign_document(card_number=number, password=password, octets=octets)

    document = virtual_phone.application(phone, at=at)
    signer = virtual_card.certificate(number, Kind.SIGN_CARD.value)
    signed = virtual_phone.signed(document, certificate=signer, sign=sign)
    with acting(_APP.scope):
        loaded = mobile_applications.apply(signed=signed, by=_APP, at=at)
    virtual_phone.load(phone, signature=loaded.signature, authentication=loaded.authentication)
    return phone


def _tell_of_the_loss(card: Mapping[str, Any], people: Mapping[str, Actor], at: Moment) -> None:
    with acting(people[f"clerk-{card['municipality']}"].scope):
        record = residents.latest_of(UUID(str(card["resident"])))
    assert record is not None, "the holder was handed a card just before"
    caller = Caller(record.name, record.name_kana, record.birth_date, record.sex, Platform.IOS)
    desk = people["desk-jlis-jpki"]
    with acting(desk.scope):
        mobile_devices.report_lost(caller=caller, note="電話での届出", by=desk, at=at)
