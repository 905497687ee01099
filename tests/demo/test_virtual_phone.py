"""The demonstration's telephones: keys and certificates in a file of their own, on the word of a virtual card."""

import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from jlis.demo import phones as demo
from jlis.demo import virtual_card, virtual_phone
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment, now
from jpki.domain.kinds import Kind
from jpki.models import MobileDevice
from jpki.services import mobile_devices
from mynacard.choices import State
from tests.conftest import CHIYODA, actor
from tests.jpki import cast as jpki_cast
from tests.mynacard import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> Moment:
    """Certificates are held against the real moment."""
    return now()


@pytest.fixture
def held(settings, tmp_path, monkeypatch, founded, clerk, at):
    """Two holders with virtual cards, as `credentials.json` names them."""
    settings.JLIS_HOME = tmp_path
    settings.JLIS_CARD_TERMINAL = "jlis.demo.virtual_card.VirtualTerminal"
    keys = iter([jpki_cast.pooled_key("rsa2048-sha256", 2000 + n).private_key for n in range(12)])
    for module in (virtual_card, virtual_phone):
        monkeypatch.setattr(module, "new_key", lambda: next(keys))
    made = []
    for name, kana in (("見本　一郎", "ミホン　イチロウ"), ("見本　二郎", "ミホン　ジロウ")):
        card = cast.live(cast.resident_of(clerk, at, name=name, name_kana=kana), by=clerk, at=at)
        assert card.state == State.LIVE
        made.append(
            {"card_number": card.card_number, "resident": str(card.resident_id), "municipality": CHIYODA,
             "auth_pin": cast.PINS.authentication, "signature_password": cast.PINS.signature, "state": "VALID"}
        )  # fmt: skip
    return made


@pytest.fixture
def made(held, clerk, at):
    desk = actor("JLIS-JPKI", "DEVICE_DESK_OFFICER", kind="JLIS", number=5)
    people = {f"clerk-{CHIYODA}": clerk, "desk-jlis-jpki": desk}
    return demo.load(cards=held, people=people, at=at)


def numbered(told):
    with acting(JPKI):
        return MobileDevice.objects.get(application=told["application"])


def test_one_in_use_and_one_lost(made):
    first, second = map(numbered, made)
    assert (first.platform, first.state) == ("ANDROID", "LIVE")
    assert (second.platform, second.state, second.cause) == ("IOS", "SUSPENDED", "LOST")


def test_its_keys_sign_for_its_own_pins_and_lie_in_its_file(made):
    first = numbered(made[0])
    with pytest.raises(virtual_card.WrongPin):
        virtual_phone.sign(first.application, Kind.AUTH_MOBILE, pin="0000", octets=b"challenge")
    octets = virtual_phone.sign(first.application, Kind.AUTH_MOBILE, pin=cast.PINS.authentication, octets=b"challenge")
    borne = x509.load_der_x509_certificate(virtual_phone.certificate(first.application, Kind.AUTH_MOBILE))
    borne.public_key().verify(octets, b"challenge", padding.PKCS1v15(), hashes.SHA256())
    path = virtual_phone.folder() / f"{first.application}.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(path.read_text())["keys"]) == {"SIGN_MOBILE", "AUTH_MOBILE"}


def test_the_telephone_itself_signs_that_it_is_given_up(made, at):
    first = numbered(made[0])
    document = virtual_phone.ending(first.application, at=at)

    def sign(octets: bytes) -> bytes:
        return virtual_phone.sign(first.application, Kind.SIGN_MOBILE, pin=cast.PINS.signature, octets=octets)

    certificate = virtual_phone.certificate(first.application, Kind.SIGN_MOBILE)
    signed = virtual_phone.signed(document, certificate=certificate, sign=sign)
    by = demo._APP
    with acting(by.scope):
        assert mobile_devices.end_by_holder(signed=signed, by=by, at=at).state == "ENDED"
