"""The public key that is to be certified."""

import hashlib
import math
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from jpki.engine import der
from jpki.engine.algorithms import ALGORITHMS, SignatureAlgorithm


class UnfitKey(ValueError):
    """The public key may not be certified."""


def _primes_below(limit: int) -> list[int]:
    return [n for n in range(2, limit) if all(n % d for d in range(2, math.isqrt(n) + 1))]


_SMALL_PRIMES = math.prod(_primes_below(752))


@dataclass(frozen=True)
class SubjectKey:
    """A SubjectPublicKeyInfo in DER."""

    spki: bytes

    @cached_property
    def key_id(self) -> bytes:
        """SHA-1 over the bit string's content (RFC 5280 4.2.1.2, method 1): an identifier, not a protection."""
        _, start, end = der.read(self.spki)
        parts = list(der.children(self.spki, start, end))
        if len(parts) != 2 or parts[1][0] != 0x03:
            raise UnfitKey("not a SubjectPublicKeyInfo")
        _, _, content, stop = parts[1]
        return hashlib.sha1(self.spki[content + 1 : stop], usedforsecurity=False).digest()

    @cached_property
    def key(self) -> object | None:
        """The key itself, None where the octets are none."""
        try:
            return serialization.load_der_public_key(self.spki)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            return None

    @property
    def algorithm(self) -> str:
        """The name of the algorithm whose keys these are; empty where there is none."""
        return next((each.name for each in ALGORITHMS.values() if each.fits(self.key)), "")

    def check(self, algorithm: SignatureAlgorithm) -> None:
        """Raises UnfitKey unless the key is of the profile's type, in DER, and not plainly weak."""
        key = self.key
        if key is None:
            raise UnfitKey("not a readable public key")
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) or not algorithm.fits(key):
            raise UnfitKey(f"the profile asks for a key for {algorithm.name}")
        if self.spki != key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo):
            raise UnfitKey("the key is not in DER")
        if isinstance(key, rsa.RSAPublicKey):
            numbers = key.public_numbers()
            if numbers.e < 65537 or numbers.e % 2 == 0:
                raise UnfitKey("the public exponent is too small or even")
            if math.gcd(numbers.n, _SMALL_PRIMES) != 1:
                raise UnfitKey("the modulus has a small factor")
