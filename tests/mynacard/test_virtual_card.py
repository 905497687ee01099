"""The demonstration's cards: files of their own, PINs counted, whole at every moment."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from jlis.demo import virtual_card
from mynacard.gateways.terminal import TerminalFailed, terminal
from tests.jpki import cast as jpki_cast
from tests.mynacard import cast

NUMBER = "26M0000000000017"


@pytest.fixture
def card(settings, tmp_path, monkeypatch) -> str:
    settings.JLIS_HOME = tmp_path
    settings.JLIS_CARD_TERMINAL = "jlis.demo.virtual_card.VirtualTerminal"
    keys = iter([jpki_cast.pooled_key("rsa2048-sha256", 2000 + n).private_key for n in range(4)])
    monkeypatch.setattr(virtual_card, "new_key", lambda: next(keys))
    made = terminal().make_keys(card_number=NUMBER, kinds=["SIGN_CARD", "AUTH_CARD"])
    assert set(made) == {"SIGN_CARD", "AUTH_CARD"}
    terminal().set_pins(card_number=NUMBER, pins=cast.PINS)
    return NUMBER


def test_a_signed_challenge_proves_the_card(card):
    signature = virtual_card.sign(card_number=card, pin="1234", challenge=b"challenge")

    document = virtual_card.listed()[0]
    key = serialization.load_pem_private_key(document["keys"]["AUTH_CARD"].encode(), None)
    key.public_key().verify(signature, b"challenge", padding.PKCS1v15(), hashes.SHA256())


def test_the_file_is_its_owners_alone(card):
    path = virtual_card.folder() / f"{card}.json"

    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["card_number"] == card
    assert not list(virtual_card.folder().glob("*.tmp"))


def test_three_mistakes_lock_and_the_counter_unlocks(card):
    left = []
    for _ in range(2):
        with pytest.raises(virtual_card.WrongPin) as caught:
            virtual_card.sign(card_number=card, pin="0000", challenge=b"x")
        left.append(caught.value.tries_left)
    for _ in range(2):
        with pytest.raises(virtual_card.Locked):
            virtual_card.sign(card_number=card, pin="0000", challenge=b"x")
    with pytest.raises(virtual_card.Locked):
        virtual_card.sign(card_number=card, pin="1234", challenge=b"x")

    assert left == [2, 1]
    terminal().set_pins(card_number=card, pins=cast.PINS)
    assert virtual_card.sign(card_number=card, pin="1234", challenge=b"x")


def test_a_right_pin_forgets_the_mistakes(card):
    def mistaken() -> int:
        with pytest.raises(virtual_card.WrongPin) as caught:
            virtual_card.sign(card_number=card, pin="0000", challenge=b"x")
        return caught.value.tries_left

    before = [mistaken(), mistaken()]
    virtual_card.sign(card_number=card, pin="1234", challenge=b"x")

    assert before == [mistaken(), mistaken()] == [2, 1]
    assert virtual_card.sign(card_number=card, pin="1234", challenge=b"x")


def test_ten_at_once_make_three_mistakes_and_no_more(card):
    def mistake(_):
        try:
            virtual_card.sign(card_number=card, pin="9999", challenge=b"x")
        except (virtual_card.WrongPin, virtual_card.Locked) as refusal:
            return type(refusal).__name__

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(mistake, range(10)))

    assert answers.count("WrongPin") == 2
    assert virtual_card.listed()[0]["tries"]["auth"] == 0


def test_a_retired_or_unknown_card_does_nothing(card):
    terminal().retire(card_number=card)

    for number in (card, "26M0000000000025", "../../etc/passwd"):
        with pytest.raises(virtual_card.Retired):
            virtual_card.sign(card_number=number, pin="1234", challenge=b"x")
    with pytest.raises(TerminalFailed):
        terminal().make_keys(card_number=card, kinds=["AUTH_CARD"])
    terminal().retire(card_number="26M0000000000025")


@pytest.mark.django_db
def test_a_whole_sitting_on_a_virtual_card(settings, tmp_path, monkeypatch, resident, clerk, at):
    settings.JLIS_HOME = tmp_path
    settings.JLIS_CARD_TERMINAL = "jlis.demo.virtual_card.VirtualTerminal"
    keys = iter([jpki_cast.pooled_key("rsa2048-sha256", 2000 + n).private_key for n in range(4)])
    monkeypatch.setattr(virtual_card, "new_key", lambda: next(keys))

    card = cast.live(resident, by=clerk, at=at)

    written = x509.load_der_x509_certificate(virtual_card.certificate(card.card_number, "AUTH_CARD"))
    signature = virtual_card.sign(card_number=card.card_number, pin="1234", challenge=b"hello")
    written.public_key().verify(signature, b"hello", padding.PKCS1v15(), hashes.SHA256())
