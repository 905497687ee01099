"""Sealing 個人番号 and the like: AES-256-GCM under rotating data keys, and a keyed index to find them by.

A sealed value is `key number (2 bytes) | nonce (12) | ciphertext and tag`; it is bound to what it belongs to (the
`binding`, e.g. a resident's id), so that a value copied to another row does not open. Errors: `cryptography`'s
`InvalidTag` for a value that was altered, cut short or moved.
"""

import hmac
import os
import time
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection

from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.vault import keys
from jlis.kernel.vault.models import DataKey

_WRAPPING = b"jlis.vault.data_key"
_OVERHEAD = 2 + 12 + 16
# A process learns within this time that another one has made a new key.
_REMEMBERED = 60.0


def seal_many(values: Sequence[bytes], bindings: Sequence[bytes]) -> list[bytes]:
    """Seal values under the active data key, each bound to its binding."""
    number, cipher = _active()
    prefix = number.to_bytes(2, "big")
    nonces = os.urandom(12 * len(values))
    return [
        prefix + (nonce := nonces[12 * i : 12 * i + 12]) + cipher.encrypt(nonce, value, binding)
        for i, (value, binding) in enumerate(zip(values, bindings, strict=True))
    ]


def open_many(sealed: Sequence[bytes], bindings: Sequence[bytes]) -> list[bytes]:
    """Open sealed values; raises `InvalidTag` when one was altered or belongs elsewhere."""
    database = connection.settings_dict["NAME"]
    ciphers: dict[bytes, AESGCM] = {}
    opened = []
    for value, binding in zip(sealed, bindings, strict=True):
        raw = bytes(value)
        if len(raw) < _OVERHEAD:
            raise InvalidTag
        number = raw[:2]
        if number not in ciphers:
            ciphers[number] = _cipher(database, int.from_bytes(number, "big"))
        opened.append(ciphers[number].decrypt(raw[2:14], raw[14:], binding))
    return opened


def index_many(values: Sequence[bytes]) -> list[bytes]:
    """The keyed index (HMAC-SHA-256) of each value: equal values, equal indexes; nothing else can be told from it."""
    key = keys.index_key()
    return [hmac.digest(key, value, "sha256") for value in values]


def make_data_key(*, at: datetime) -> DataKey:
    """Make a new data key the active one; older ones go on opening what they sealed."""
    fresh = AESGCM.generate_key(256)
    nonce = os.urandom(12)
    wrapped = nonce + AESGCM(keys.master_key()).encrypt(nonce, fresh, _WRAPPING)
    with acting(SYSTEM):
        DataKey.objects.filter(is_active=True).update(is_active=False)
        key = DataKey.objects.create(wrapped=wrapped, created_at=at)
    _active_numbers.clear()
    return key


def active_key_number() -> int:
    """The number of the key that seals now."""
    return _active_number(connection.settings_dict["NAME"])


def forget_keys() -> None:
    """Ask the database again for its keys; for tests, whose keys go with them."""
    _active_numbers.clear()
    _cipher.cache_clear()


def _active() -> tuple[int, AESGCM]:
    database = connection.settings_dict["NAME"]
    number = _active_number(database)
    return number, _cipher(database, number)


# Remembered per database name, for a test run knows several databases in one process.
_active_numbers: dict[str, tuple[int, float]] = {}


def _active_number(database: str) -> int:
    number, until = _active_numbers.get(database, (0, 0.0))
    if time.monotonic() >= until:
        with acting(SYSTEM):
            number = DataKey.objects.get(is_active=True).pk
        _active_numbers[database] = number, time.monotonic() + _REMEMBERED
    return number


@lru_cache(maxsize=64)
def _cipher(database: str, number: int) -> AESGCM:
    with acting(SYSTEM):
        found = DataKey.objects.filter(pk=number).values_list("wrapped", flat=True).first()
    if found is None:
        raise InvalidTag
    wrapped = bytes(found)
    return AESGCM(AESGCM(keys.master_key()).decrypt(wrapped[:12], wrapped[12:], _WRAPPING))
