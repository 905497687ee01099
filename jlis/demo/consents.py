"""Holders of the demonstration's cards who agree that a provider gets their latest items, signed by the cards (P6)."""

from typing import Any

from cryptography import x509

from jlis.demo import virtual_card, virtual_phone
from jlis.demo.accounts import Office
from jlis.kernel.isolation.scope import DOOR, JPKI, acting
from jlis.kernel.people.models import Client
from jlis.kernel.people.selectors import actor_of_client
from jlis.kernel.time import Moment
from jpki.choices import PartyKind, PartyState
from jpki.domain.consents import Item
from jpki.domain.kinds import Kind
from jpki.domain.lifecycle import State
from jpki.models import CertificateStatus, RelyingParty
from jpki.services import consents
from jpki.services.consents import Wish

_WISHES = ((Item.NAME, Item.ADDRESS), tuple(Item))


def give(*, office: Office, at: Moment) -> None:
    """The first holders whose cards sign agree with the platform's first provider, some items each."""
    with acting(JPKI):
        provider = RelyingParty.objects.select_related("platform").filter(
            kind=PartyKind.PROVIDER, state=PartyState.ACTIVE
        ).order_by("pk").first()  # fmt: skip
    if provider is None or provider.platform is None:
        return
    system = office.systems[provider.platform.organisation_id or ""]
    with acting(DOOR):
        client = Client.objects.select_related("organisation").get(client_id=system.client_id)
    by = actor_of_client(client, system.scope.split())
    for number, (card, items) in enumerate(zip(_signing_cards(), _WISHES, strict=False), start=1):
        wish = Wish(items, f"demo-{number:04}", provider.organisation_id or "")
        with acting(by.scope):
            text = consents.words(wish=wish, by=by, at=at)
            consents.give(wish=wish, signed=_signed(card, text), by=by, at=at)


def _signing_cards() -> list[dict[str, Any]]:
    """Cards that sign, with a signature certificate in force."""
    able = [
        card
        for card in virtual_card.listed()
        if Kind.SIGN_CARD.value in card["certificates"] and card["signature_password"] and not card["retired"]
    ]
    serials = {x509.load_der_x509_certificate(_octets(card)).serial_number: card for card in able}
    with acting(JPKI):
        good = CertificateStatus.objects.filter(
            serial__in=list(serials), kind=Kind.SIGN_CARD.value, state=State.VALID
        ).order_by("serial")
        return [serials[serial] for serial in good.values_list("serial", flat=True)]


def _octets(card: dict[str, Any]) -> bytes:
    return virtual_card.certificate(card["card_number"], Kind.SIGN_CARD.value)


def _signed(card: dict[str, Any], text: str) -> bytes:
    return virtual_phone.signed(
        text.encode(),
        certificate=_octets(card),
        sign=lambda octets: virtual_card.sign_document(
            card_number=card["card_number"], password=card["signature_password"], octets=octets
        ),
    )
