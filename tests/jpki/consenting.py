"""Holders who sign their consent with the keys of the tests' cards."""

from cryptography import x509

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import Moment
from jpki.domain.consents import Item, Wording
from jpki.models import Certificate, Consent
from jpki.services import consents
from jpki.services.consents import Wish
from tests.jpki import cast
from tests.jpki.signing import Pen, signed_cms

EVERY_ITEM = tuple(Item)


def pen(octets: bytes) -> Pen:
    """The pen of whoever holds a certificate whose key is one of the cards'."""
    wanted = x509.load_der_x509_certificate(octets).public_key()
    for place in range(8):
        key = cast.pooled_key("rsa2048-sha256", 1000 + place)
        if key.public_key == wanted:
            return Pen(octets, key.sign)
    raise AssertionError("no card of the tests has this key")


def signed(certificate: Certificate, text: str) -> bytes:
    """The text signed with a certificate's key."""
    return signed_cms(pen(cast.der_of(certificate)), text.encode())


def given(
    certificate: Certificate, *, by: Actor, at: Moment, reference: str, items: tuple[Item, ...] = EVERY_ITEM,
    on_behalf_of: str = "",
) -> Consent:  # fmt: skip
    """The holder of a certificate agrees."""
    wish = Wish(items, reference, on_behalf_of)
    with acting(by.scope):
        text = consents.words(wish=wish, by=by, at=at)
        return consents.give(wish=wish, signed=signed(certificate, text), by=by, at=at)


def withdrawn(consent: Consent, certificate: Certificate, *, by: Actor, at: Moment, on_behalf_of: str = "") -> Consent:
    """The holder cancels it with their present certificate."""
    party = consent.party
    items = tuple(Item(item) for item in consent.items)
    text = Wording(party.organisation_id or "", party.name, party.service, items, consent.reference).withdrawal()
    with acting(by.scope):
        return consents.withdraw(
            consent=consent.pk, signed=signed(certificate, text), by=by, at=at, on_behalf_of=on_behalf_of
        )
