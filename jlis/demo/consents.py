"""Holders of the demonstration's cards who agree that a provider gets their latest items, signed by the cards (P6)."""

import hashlib
from datetime import datetime
from typing import Any

from asn1crypto import cms, x509

from jlis.demo import virtual_card
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
            consents.give(wish=wish, signed=_signed(card, text.encode(), at.instant), by=by, at=at)


def _signing_cards() -> list[dict[str, Any]]:
    """Cards that sign, with a signature certificate in force."""
    able = [
        card
        for card in virtual_card.listed()
        if Kind.SIGN_CARD.value in card["certificates"] and card["signature_password"] and not card["retired"]
    ]
    serials = {_certificate(card).serial_number: card for card in able}
    with acting(JPKI):
        good = CertificateStatus.objects.filter(
            serial__in=list(serials), kind=Kind.SIGN_CARD.value, state=State.VALID
        ).order_by("serial")
        return [serials[serial] for serial in good.values_list("serial", flat=True)]


def _certificate(card: dict[str, Any]) -> x509.Certificate:
    return x509.Certificate.load(virtual_card.certificate(card["card_number"], Kind.SIGN_CARD.value))


def _signed(card: dict[str, Any], content: bytes, at: datetime) -> bytes:
    """A CMS document without its content, as a signing application makes it."""
    certificate = _certificate(card)
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(content).digest()]}),
            cms.CMSAttribute({"type": "signing_time", "values": [cms.Time({"utc_time": at})]}),
        ]
    )
    signature = virtual_card.sign_document(
        card_number=card["card_number"], password=card["signature_password"], octets=attributes.dump()
    )
    issuer = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    signer = {
        "version": "v1", "sid": cms.SignerIdentifier({"issuer_and_serial_number": issuer}),
        "digest_algorithm": {"algorithm": "sha256"}, "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": "sha256_rsa"}, "signature": signature,
    }  # fmt: skip
    signed = {
        "version": "v1", "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": "data"}, "certificates": [certificate], "signer_infos": [signer],
    }  # fmt: skip
    return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump()
