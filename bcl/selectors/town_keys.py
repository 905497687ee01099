"""Sealing and opening under a town's own key: AES-256-GCM, the key itself sealed in the house's vault.

A sealed value is `key number (4 bytes) | nonce (12) | ciphertext and tag`, bound to its office and to what it belongs
to, so that a value copied into another row or another town does not open. Errors: `InvalidTag` for such a value.
"""

import os
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection

from bcl.models import TownKey
from jlis.kernel.isolation.scope import BCL, acting
from jlis.kernel.vault import sealing

_HEAD = 4
_OVERHEAD = _HEAD + 12 + 16


def binding_of_key(office: str) -> bytes:
    """What a town's key is bound to in the vault."""
    return b"bcl.town_key\0" + office.encode()


def seal_many(office: str, values: Sequence[bytes], places: Sequence[str]) -> list[bytes]:
    """Seal values under the office's active key, each bound to its place (a row's 宛名番号, a difference's number)."""
    with acting(BCL):
        number = TownKey.objects.values_list("pk", flat=True).get(office=office, is_active=True)
    cipher = _cipher(connection.settings_dict["NAME"], number)
    prefix = number.to_bytes(_HEAD, "big")
    nonces = os.urandom(12 * len(values))
    return [
        prefix + (nonce := nonces[12 * i : 12 * i + 12]) + cipher.encrypt(nonce, value, _binding(office, place))
        for i, (value, place) in enumerate(zip(values, places, strict=True))
    ]


def open_one(office: str, sealed: bytes, place: str) -> bytes:
    """Open a value of an office at its place; raises `InvalidTag` when it was altered or belongs elsewhere."""
    if len(sealed) < _OVERHEAD:
        raise InvalidTag
    cipher = _cipher(connection.settings_dict["NAME"], int.from_bytes(sealed[:_HEAD], "big"))
    return cipher.decrypt(sealed[_HEAD:16], sealed[16:], _binding(office, place))


def _binding(office: str, place: str) -> bytes:
    return f"{office}\0{place}".encode()


# Remembered per database name, for a test run knows several databases in one process.
@lru_cache(maxsize=4096)
def _cipher(database: str, number: int) -> AESGCM:
    with acting(BCL):
        key = TownKey.objects.filter(pk=number).first()
    if key is None:
        raise InvalidTag
    (opened,) = sealing.open_many([bytes(key.sealed)], [binding_of_key(key.office)])
    return AESGCM(opened)


forget_keys = _cipher.cache_clear
"""Ask the database again; for tests, whose keys go with them."""
