"""Virtual cards: a chip's keys, certificates and PINs in a file of its own, for the demonstration and for tests.

Nothing of it is in the database. Two processes may use a card at once, so each change is made under a lock file and
written whole; a PIN is mistaken three times (the signature's password five) before the card locks.
"""

import base64
import fcntl
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings

from jpki.domain.kinds import Kind
from mynacard.domain.pins import TRIES, Pins
from mynacard.gateways.terminal import TerminalFailed

# Where a PIN and its tries stand in the card's document.
_PLACES = {"signature": ("signature_password", "sign"), "authentication": ("auth_pin", "auth")}
_NUMBER = re.compile(r"[0-9A-Z]{16}")


class WrongPin(Exception):
    """The PIN was not the card's."""

    def __init__(self, tries_left: int):
        super().__init__(f"{tries_left} tries left")
        self.tries_left = tries_left


class Locked(Exception):
    """The PIN has been mistaken too often; the counter must set it anew."""


class Retired(Exception):
    """The chip was made unusable, or there is no such card."""


def folder() -> Path:
    """Where the cards lie."""
    return Path(settings.JLIS_HOME) / "demo" / "cards"


def new_key() -> rsa.RSAPrivateKey:
    """A fresh key pair, as a chip makes it."""
    return rsa.generate_private_key(65537, 2048)


class VirtualTerminal:
    """The counter's terminal of the demonstration: the card that lies on it is a file."""

    def make_keys(self, *, card_number: str, kinds: Sequence[str]) -> dict[str, bytes]:
        """New key pairs of these kinds; the certificates of the former ones are gone."""
        keys = {kind: new_key() for kind in kinds}
        with _changing(card_number, may_be_new=True) as card:
            card["keys"] |= {kind: _pem(key) for kind, key in keys.items()}
            card["certificates"] = {kind: der for kind, der in card["certificates"].items() if kind not in keys}
        return {kind: _public(key) for kind, key in keys.items()}

    def set_pins(self, *, card_number: str, pins: Pins) -> None:
        """Set the PINs and forget the mistakes."""
        with _changing(card_number) as card:
            card["auth_pin"], card["signature_password"] = pins.authentication, pins.signature
            card["tries"] = {"auth": TRIES["authentication"], "sign": TRIES["signature"]}

    def tries_left(self, *, card_number: str) -> dict[str, int]:
        """Of the two PINs that open keys; the file keeps no other."""
        try:
            card = _read(card_number)
        except Retired:
            raise TerminalFailed("カードを読み取れません。製造番号とカードを確かめてください。") from None
        return {name: card["tries"][short] for name, (place, short) in _PLACES.items() if card[place]}

    def reset_pin(self, *, card_number: str, name: str, pin: str) -> None:
        """Set one of the two anew."""
        place, short = _PLACES[name]
        with _changing(card_number) as card:
            card[place] = pin
            card["tries"][short] = TRIES[name]

    def write_certificate(self, *, card_number: str, kind: str, der: bytes) -> None:
        """Write a certificate beside its key."""
        with _changing(card_number) as card:
            if kind not in card["keys"]:
                raise TerminalFailed("カードに鍵がありません。")
            card["certificates"][kind] = base64.b64encode(der).decode()

    def read_certificate(self, *, card_number: str, kind: str) -> bytes:
        """A certificate from the file."""
        try:
            return certificate(card_number, kind)
        except Retired:
            raise TerminalFailed("カードを読み取れません。製造番号とカードを確かめてください。") from None

    def sign(self, *, card_number: str, pin: str, challenge: bytes) -> bytes:
        """Sign for whoever knows the PIN; the words tell the clerk how many tries are left."""
        try:
            return sign(card_number=card_number, pin=pin, challenge=challenge)
        except WrongPin as wrong:
            raise TerminalFailed(f"暗証番号が違います。あと{wrong.tries_left}回入力できます。") from None
        except Locked:
            raise TerminalFailed("暗証番号がロックされています。先に暗証番号の初期化をしてください。") from None
        except Retired:
            raise TerminalFailed("このカードは使えません。") from None

    def retire(self, *, card_number: str) -> None:
        """Make the chip unusable; a card that was never written needs nothing."""
        if _path(card_number).exists():
            with _changing(card_number) as card:
                card["retired"] = True


def describe(*, card_number: str, resident: str, municipality: str) -> None:
    """Note whose card it is, for the list that the kiosk of the demonstration offers."""
    with _changing(card_number) as card:
        card["resident"], card["municipality"] = resident, municipality


def sign(*, card_number: str, pin: str, challenge: bytes) -> bytes:
    """Sign with the authentication key: RSASSA-PKCS1-v1_5, SHA-256. Raises WrongPin, Locked, Retired."""
    card = _read(card_number)
    wrong = _check_pin(card_number, pin)
    if wrong is not None:
        raise wrong
    key = serialization.load_pem_private_key(card["keys"][Kind.AUTH_CARD.value].encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.sign(challenge, padding.PKCS1v15(), hashes.SHA256())


def sign_document(*, card_number: str, password: str, octets: bytes) -> bytes:
    """Sign with the signature key, the same way. Raises WrongPin, Locked, Retired."""
    card = _read(card_number)
    wrong = _check_pin(card_number, password, use="sign")
    if wrong is not None:
        raise wrong
    key = serialization.load_pem_private_key(card["keys"][Kind.SIGN_CARD.value].encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.sign(octets, padding.PKCS1v15(), hashes.SHA256())


def certificate(card_number: str, kind: str) -> bytes:
    """A certificate on the card, in DER; it is read without a PIN only where it names nobody. Raises Retired."""
    card = _read(card_number)
    try:
        return base64.b64decode(card["certificates"][kind])
    except KeyError:
        raise Retired("the card bears no such certificate") from None


def listed() -> list[dict[str, Any]]:
    """Every card in the folder, by its number."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder().glob("*.json"))]


_PINS = {"auth": ("auth_pin", "authentication"), "sign": ("signature_password", "signature")}


def _check_pin(card_number: str, pin: str, use: str = "auth") -> Exception | None:
    """What is wrong with a PIN; the mistake is counted before the answer is given."""
    kept, name = _PINS[use]
    with _changing(card_number) as card:
        if card["retired"] or not card[kept]:
            return Retired(card_number)
        if card["tries"][use] < 1:
            return Locked(card_number)
        if pin == card[kept]:
            card["tries"][use] = TRIES[name]
            return None
        card["tries"][use] -= 1
        left = int(card["tries"][use])
        return WrongPin(left) if left else Locked(card_number)


@contextmanager
def _changing(card_number: str, *, may_be_new: bool = False) -> Iterator[dict[str, Any]]:
    """The card's document to be changed, under its lock; written whole or not at all."""
    path = _path(card_number)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        card = json.loads(path.read_text("utf-8")) if path.exists() else _blank(card_number) if may_be_new else None
        if card is None or (may_be_new and card["retired"]):
            raise TerminalFailed("カードを読み取れません。")
        yield card
        fresh = path.with_suffix(f".{os.getpid()}.tmp")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(card, file, ensure_ascii=False, indent=1)
        fresh.replace(path)


def _blank(card_number: str) -> dict[str, Any]:
    return {
        "card_number": card_number, "resident": "", "municipality": "", "keys": {}, "certificates": {},
        "auth_pin": "", "signature_password": "", "tries": {}, "retired": False,
    }  # fmt: skip


def _read(card_number: str) -> dict[str, Any]:
    path = _path(card_number)
    if not path.exists():
        raise Retired(card_number)
    card: dict[str, Any] = json.loads(path.read_text("utf-8"))
    if card["retired"]:
        raise Retired(card_number)
    return card


def _path(card_number: str) -> Path:
    if not _NUMBER.fullmatch(card_number):
        raise Retired(card_number)
    return folder() / f"{card_number}.json"


def _pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _public(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
