"""The counter's terminal, the device that talks to a card's chip. PINs and private keys pass through it alone.

Which terminal stands at the counter is a setting (`JLIS_CARD_TERMINAL`); the demonstration has a virtual one.
"""

from collections.abc import Sequence
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from mynacard.domain.pins import Pins


class TerminalFailed(Exception):
    """The terminal or the chip did not do what it was asked; the words are for the clerk."""


class CardTerminal(Protocol):
    """What every terminal can do with the card that lies on it. All raise `TerminalFailed`."""

    def make_keys(self, *, card_number: str, kinds: Sequence[str]) -> dict[str, bytes]:
        """Have the chip make key pairs of these kinds; the public keys (SubjectPublicKeyInfo in DER) by kind."""

    def set_pins(self, *, card_number: str, pins: Pins) -> None:
        """Set the holder's PINs; an empty one is left unset."""

    def tries_left(self, *, card_number: str) -> dict[str, int]:
        """How often each PIN that is set may still be mistaken, by its name; 0: locked. An unset one is not there."""

    def reset_pin(self, *, card_number: str, name: str, pin: str) -> None:
        """Set one PIN anew and forget its mistakes; the counter's own key opens the card for that."""

    def write_certificate(self, *, card_number: str, kind: str, der: bytes) -> None:
        """Write a certificate beside its key."""

    def read_certificate(self, *, card_number: str, kind: str) -> bytes:
        """A certificate from the chip, in DER."""

    def sign(self, *, card_number: str, pin: str, challenge: bytes) -> bytes:
        """Sign with the key for authentication, which the holder's PIN opens (RSASSA-PKCS1-v1_5, SHA-256)."""

    def retire(self, *, card_number: str) -> None:
        """Make the chip unusable for ever."""


def terminal() -> CardTerminal:
    """The terminal of this installation."""
    return cast(CardTerminal, import_string(settings.JLIS_CARD_TERMINAL)())
