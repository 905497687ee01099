"""The key files: 32 random bytes each, in hexadecimal, in a folder that only the service reads.

`numbers` and `codes` decide which 個人番号 and 住民票コード follow; they never rotate, for a rotated key could mint a
number twice. `papers` scrambles the backs of certificates and opens them for as long as they are checked. `master`
wraps the data keys that rotate in the database.
"""

import os
import secrets
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NAMES = ("master", "index", "audit", "anchor", "numbers", "codes", "papers")


def make_missing(folder: Path) -> list[str]:
    """Make the key files that are not there yet, mode 0600; returns their names. Never touches an existing one."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    for name in NAMES:
        try:
            handle = os.open(folder / f"{name}.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
        made.append(name)
    return made


@cache
def _key(name: str) -> bytes:
    path = Path(settings.JLIS_KEYS_DIR) / f"{name}.key"
    try:
        key = bytes.fromhex(path.read_text().strip())
    except FileNotFoundError:
        raise ImproperlyConfigured(
            f"鍵ファイル {path} がありません。`manage.py make_keys` で作成するか、JLIS_KEYS_DIR を確認してください。"
        ) from None
    if len(key) != 32:
        raise ImproperlyConfigured(f"鍵ファイル {path} は32バイト（16進64桁）でなければなりません。")
    return key


def master_key() -> bytes:
    """Wraps the data keys."""
    return _key("master")


def index_key() -> bytes:
    """Keys the blind index."""
    return _key("index")


def audit_key() -> bytes:
    """Authenticates audit entries."""
    return _key("audit")


def numbers_key() -> bytes:
    """Permutes the national sequence into 個人番号."""
    return _key("numbers")


def codes_key() -> bytes:
    """Permutes the national sequence into 住民票コード."""
    return _key("codes")


def papers_key() -> bytes:
    """Scrambles the backs of papers that leave the house."""
    return _key("papers")


@cache
def anchor_key() -> Ed25519PrivateKey:
    """Signs the daily anchors."""
    return Ed25519PrivateKey.from_private_bytes(_key("anchor"))
