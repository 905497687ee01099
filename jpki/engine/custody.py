"""What lies sealed: under the deployment's secret for daily work, under two holders' passphrases for recovery.

AES-256-GCM; every ciphertext is bound to a name, so that one cannot be put in another's place. The passphrases of all
holders together make one key: nobody opens anything alone.
"""

import base64
import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from jpki.engine.keys import Holder, KeyUnavailable

_SCRYPT = {"n": 2**15, "r": 8, "p": 1}


def for_holders(holders: Iterable[Holder], secret: bytes, bound_to: str) -> dict[str, Any]:
    """A document out of which only these holders together get the secret back."""
    holders, salt = tuple(holders), os.urandom(16)
    return {
        "names": [holder.name for holder in holders],
        "salt": text(salt),
        "wrapped": seal(_holders_key(holders, salt), secret, bound_to),
    }


def by_holders(document: Mapping[str, Any], holders: Iterable[Holder], bound_to: str) -> bytes:
    """The secret of such a document. Raises KeyUnavailable unless exactly its holders give their passphrases."""
    names = document["names"]
    given = {holder.name: holder for holder in holders}
    if set(names) != set(given):
        raise KeyUnavailable(f"{bound_to}: exactly the holders {', '.join(names)} open this")
    key = _holders_key([given[name] for name in names], octets(document["salt"]))
    return unseal(key, document["wrapped"], bound_to)


def _holders_key(holders: Iterable[Holder], salt: bytes) -> bytes:
    # each passphrase is stretched alone: a joined string would let two different pairs spell the same key
    shares = b"".join(
        Scrypt(salt + holder.name.encode(), 32, **_SCRYPT).derive(holder.passphrase.encode()) for holder in holders
    )
    return HKDF(hashes.SHA256(), 32, salt, b"key file, holders").derive(shares)


def seal(key: bytes, plain: bytes, bound_to: str) -> str:
    nonce = os.urandom(12)
    return text(nonce + AESGCM(key).encrypt(nonce, plain, bound_to.encode()))


def unseal(key: bytes, sealed: str, bound_to: str) -> bytes:
    """Raises KeyUnavailable when the key is not the one, or the text is bound to something else."""
    data = octets(sealed)
    try:
        return AESGCM(key).decrypt(data[:12], data[12:], bound_to.encode())
    except InvalidTag as error:
        raise KeyUnavailable("the secret given does not open this key") from error


def text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def octets(encoded: str) -> bytes:
    return base64.b64decode(encoded)


def write_durably(descriptor: int, document: Mapping[str, Any]) -> None:
    """Write a document to an open file, down to the disk, and close it."""
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
