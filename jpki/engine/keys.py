"""Where private keys live: the protocol that a token, an HSM or a file answers to.

A key is named by a label and never leaves its backend. ``open`` is called after a process was forked and once per
process; the opened key is kept by the caller.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from jpki.engine.algorithms import PublicKey, SignatureAlgorithm


class KeyUnavailable(Exception):
    """The key is not there, or what was given does not unlock it."""


class SigningKey(Protocol):
    """An opened private key."""

    @property
    def algorithm(self) -> SignatureAlgorithm: ...

    @property
    def public_key(self) -> PublicKey: ...

    def sign(self, data: bytes) -> bytes:
        """The signature over the whole message ``data`` (not over its hash)."""

    def sign_digest(self, digest: bytes) -> bytes:
        """The same for a message that is too large to be handed over: over its hash by the key's algorithm."""


@dataclass(frozen=True)
class Holder:
    """A key holder at a ceremony and the passphrase that only this person knows."""

    name: str
    passphrase: str

    def __repr__(self) -> str:
        return f"Holder(name={self.name!r})"


class KeyBackend(Protocol):
    """A place that keeps keys."""

    def generate(self, label: str, algorithm: SignatureAlgorithm, holders: tuple[Holder, ...] = ()) -> SigningKey:
        """A new key under a label that must be free; ``holders`` together can recover it. KeyUnavailable if taken."""

    def open(self, label: str) -> SigningKey:
        """The key for daily work. Raises KeyUnavailable."""

    def recover(self, label: str, holders: Iterable[Holder]) -> SigningKey:
        """The key by all its holders together, who make it open to daily work again. Raises KeyUnavailable."""
