"""住民票コード sealed to the information link's network system: HPKE (RFC 9180), X25519, HKDF-SHA-256, AES-256-GCM.

Only the holder of the private key opens it, and only for the request for which it was sealed: another requester's or
another request's answer does not open. The sealed form is the ephemeral key (32 bytes), then ciphertext and tag.
"""

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

SUITE = "DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM"
KEY_LENGTH = 32
_LABEL = b"juki.code_provision"


def key_fault(raw: bytes) -> str:
    """Why bytes cannot serve as the network system's public key; an empty string when they can."""
    if len(raw) != KEY_LENGTH:
        return f"公開鍵は{KEY_LENGTH}バイト（X25519）です。"
    try:
        seal(raw, "0" * 11, requester="", request="")
    except ValueError:
        return "この値はX25519の公開鍵として使えません。"
    return ""


def seal(public_key: bytes, code: str, *, requester: str, request: str) -> bytes:
    """Seal a 住民票コード for one request of one body."""
    key = X25519PublicKey.from_public_bytes(public_key)
    return _suite().encrypt(code.encode(), key, info=_bound(requester, request))


def opened(private_key: bytes, sealed: bytes, *, requester: str, request: str) -> str:
    """Open as the network system does. Raises `InvalidTag` for another request, another body or another key."""
    key = X25519PrivateKey.from_private_bytes(private_key)
    return _suite().decrypt(sealed, key, info=_bound(requester, request)).decode()


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _bound(requester: str, request: str) -> bytes:
    return b"\x1f".join([_LABEL, requester.encode(), request.encode()])
