"""Sealing 個人番号 and the like: AES-256-GCM under rotating data keys, and a keyed index to find them by.

A sealed value is `key number (2 bytes) | nonce (12) | ciphertext and tag`; it is bound to what it belongs to (the
`binding`, e.g. a resident's id), so that a value copied to another row does not open. Errors: `cryptography`'s
`InvalidTag` for a value that was altered or moved.
"""

import hmac
import os
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection

from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.vault import keys
from jlis.kernel.vault.models import DataKey

_WRAPPING = b"jlis.vault.data_key"


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
    opened = []
    for value, binding in zip(sealed, bindings, strict=True):
        raw = bytes(value)
        cipher = _cipher(connection.settings_dict["NAME"], int.from_bytes(raw[:2], "big"))
        opened.append(cipher.decrypt(raw[2:14], raw[14:], binding))
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
    _active_number.cache_clear()
    return key


def active_key_number() -> int:
    """The number of the key that seals now."""
    return _active_number(connection.settings_dict["NAME"])


def _active() -> tuple[int, AESGCM]:
    database = connection.settings_dict["NAME"]
    number = _active_number(database)
    return number, _cipher(database, number)


# Cached per database name, for a test run knows several databases in one process.
@lru_cache(maxsize=4)
def _active_number(database: str) -> int:
    with acting(SYSTEM):
        return DataKey.objects.get(is_active=True).pk


@lru_cache(maxsize=64)
def _cipher(database: str, number: int) -> AESGCM:
    with acting(SYSTEM):
        wrapped = bytes(DataKey.objects.values_list("wrapped", flat=True).get(pk=number))
    return AESGCM(AESGCM(keys.master_key()).decrypt(wrapped[:12], wrapped[12:], _WRAPPING))
