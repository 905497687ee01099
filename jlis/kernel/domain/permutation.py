"""A keyed permutation of [0, 10^n): numbers that look drawn by lot and never repeat.

A Feistel network over the upper and lower half of the digits (as in NIST SP 800-38G FF1, additions modulo powers of
ten); each round's function is one AES block of (round, digits, half). The way back needs the key.
"""

import sys
from array import array
from collections.abc import Callable, Iterator

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

ROUNDS = 10
CHUNK = 1 << 15


class NumberPermutation:
    """`key` has 16, 24 or 32 bytes and must never change for numbers once given out; `digits` is at least 2."""

    def __init__(self, key: bytes, digits: int) -> None:
        if not 2 <= digits <= 18:
            raise ValueError("digits must be between 2 and 18")
        self.digits = digits
        self.size: int = 10**digits
        self._upper: int = 10 ** (digits // 2)
        self._lower: int = 10 ** (digits - digits // 2)
        # Rounds of even number replace the upper half, odd ones the lower.
        self._moduli = tuple(self._upper if i % 2 == 0 else self._lower for i in range(ROUNDS))
        # ECB is the bare block function: each block is different and nothing is kept secret by the mode.
        self._cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305

    def forward(self, number: int) -> int:
        self._require(number)
        encrypt = self._cipher.encryptor().update
        a, b = divmod(number, self._lower)
        for i, modulus in enumerate(self._moduli):
            a, b = b, (a + self._round(encrypt, i, b)) % modulus
        return a * self._lower + b

    def inverse(self, number: int) -> int:
        self._require(number)
        encrypt = self._cipher.encryptor().update
        a, b = divmod(number, self._lower)
        for i in reversed(range(ROUNDS)):
            a, b = (b - self._round(encrypt, i, a)) % self._moduli[i], a
        return a * self._lower + b

    def forward_many(self, start: int, count: int) -> Iterator[int]:
        """`forward` of start, start + 1, … in order; many blocks go through AES at once."""
        if count:
            self._require(start)
            self._require(start + count - 1)
        for first in range(start, start + count, CHUNK):
            yield from self._chunk(first, min(CHUNK, start + count - first))

    def _chunk(self, start: int, count: int) -> list[int]:
        encrypt = self._cipher.encryptor().update
        lower = self._lower
        numbers = range(start, start + count)
        a = [n // lower for n in numbers]
        b = [n % lower for n in numbers]
        blocks = array("Q", bytes(16 * count))
        for i, modulus in enumerate(self._moduli):
            blocks[0::2] = array("Q", b)
            blocks[1::2] = array("Q", [i << 8 | self.digits]) * count
            words = array("Q")
            words.frombytes(encrypt(_little_endian(blocks)))
            if sys.byteorder == "big":
                words.byteswap()
            a, b = b, [(x + word) % modulus for x, word in zip(a, words[0::2], strict=True)]
        return [x * lower + y for x, y in zip(a, b, strict=True)]

    def _round(self, encrypt: Callable[[bytes], bytes], i: int, half: int) -> int:
        block = half.to_bytes(8, "little") + (i << 8 | self.digits).to_bytes(8, "little")
        return int.from_bytes(encrypt(block)[:8], "little")

    def _require(self, number: int) -> None:
        if not 0 <= number < self.size:
            raise ValueError(f"the number must be between 0 and 10^{self.digits} - 1")


def _little_endian(words: "array[int]") -> bytes:
    if sys.byteorder == "big":
        words = words[:]
        words.byteswap()
    return words.tobytes()
