"""PKCS#10 (RFC 2986): a public key with the proof that whoever asks holds its private key.

Of the request only the key counts; its subject carries the number of the application that it belongs to, so that a
request made for one application serves no other.
"""

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from jpki.engine.foreign import parsing
from jpki.engine.public_keys import SubjectKey
from jpki.engine.signatures import STRONG_DIGESTS

LARGEST = 8 * 1024


class UnfitRequest(ValueError):
    """No request, or one that proves nothing; the text says which."""


@dataclass(frozen=True)
class ProvedKey:
    """A key whose holder has signed for it, and for what it was made."""

    key: SubjectKey
    common_name: str


def read(octets: bytes) -> ProvedKey:
    """The key of a request in DER. Raises UnfitRequest."""
    if not 0 < len(octets) <= LARGEST:
        raise UnfitRequest("大きさが違います")
    with parsing(UnfitRequest("PKCS#10として読み取れません")):
        return _read(octets)


def _read(octets: bytes) -> ProvedKey:
    request = x509.load_der_x509_csr(octets)
    used = request.signature_hash_algorithm
    if used is None or used.name not in STRONG_DIGESTS:
        raise UnfitRequest("署名のハッシュが弱いか、ありません")
    if not request.is_signature_valid:
        raise UnfitRequest("鍵の所持を示す署名が合いません")
    names = request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(names) != 1:
        raise UnfitRequest("commonNameが1つではありません")
    spki = request.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return ProvedKey(SubjectKey(spki), str(names[0].value))
