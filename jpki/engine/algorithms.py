"""Signature algorithms by name, so that a profile chooses one and no code does.

Sources: RFC 4055 and RFC 8017 (RSA PKCS#1 v1.5), RFC 5758 (ECDSA). RSA-2048 with SHA-256 is what the cards of today
carry, P-384 with SHA-384 what the next ones will.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from jpki.engine import der

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_PUBLIC_EXPONENT = 65537


@dataclass(frozen=True)
class SignatureAlgorithm:
    """One key type with one hash; ``identifier`` is the DER AlgorithmIdentifier that goes into what is signed."""

    name: str
    identifier: bytes
    hash: hashes.HashAlgorithm
    curve: ec.EllipticCurve | None = None
    rsa_bits: int = 0

    def generate(self) -> PrivateKey:
        if self.curve is not None:
            return ec.generate_private_key(self.curve)
        return rsa.generate_private_key(public_exponent=_PUBLIC_EXPONENT, key_size=self.rsa_bits)

    def sign(self, key: PrivateKey, data: bytes) -> bytes:
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(data, padding.PKCS1v15(), self.hash)
        return key.sign(data, ec.ECDSA(self.hash))

    def sign_digest(self, key: PrivateKey, digest: bytes) -> bytes:
        """What `sign` makes of the message whose digest this is."""
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(digest, padding.PKCS1v15(), Prehashed(self.hash))
        return key.sign(digest, ec.ECDSA(Prehashed(self.hash)))

    def verifies(self, key: PublicKey, signature: bytes, data: bytes) -> bool:
        return self._verifies(key, signature, data, self.hash)

    def verifies_digest(self, key: PublicKey, signature: bytes, digest: bytes) -> bool:
        """Whether the signature is over the message whose digest this is."""
        return self._verifies(key, signature, digest, Prehashed(self.hash))

    def _verifies(
        self, key: PublicKey, signature: bytes, data: bytes, hashed_by: hashes.HashAlgorithm | Prehashed
    ) -> bool:
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, data, padding.PKCS1v15(), hashed_by)
            else:
                key.verify(signature, data, ec.ECDSA(hashed_by))
        except InvalidSignature:
            return False
        return True

    def digest(self, pieces: Iterable[bytes]) -> bytes:
        """The hash over the pieces, one after the other."""
        hashed = hashes.Hash(self.hash)
        for piece in pieces:
            hashed.update(piece)
        return hashed.finalize()

    def fits(self, key: object) -> bool:
        """Whether ``key`` (public or private) is of this algorithm's type and size."""
        if self.curve is not None:
            curves = ec.EllipticCurvePublicKey, ec.EllipticCurvePrivateKey
            return isinstance(key, curves) and key.curve.name == self.curve.name
        return isinstance(key, rsa.RSAPublicKey | rsa.RSAPrivateKey) and key.key_size == self.rsa_bits


def _identifier(oid: str, parameters: bytes) -> bytes:
    return der.sequence(der.oid(oid), parameters)


_RSA_SHA256 = _identifier("1.2.840.113549.1.1.11", der.NULL)
ALGORITHMS = {
    algorithm.name: algorithm
    for algorithm in (
        SignatureAlgorithm("rsa2048-sha256", _RSA_SHA256, hashes.SHA256(), rsa_bits=2048),
        SignatureAlgorithm("rsa3072-sha256", _RSA_SHA256, hashes.SHA256(), rsa_bits=3072),
        SignatureAlgorithm("rsa4096-sha256", _RSA_SHA256, hashes.SHA256(), rsa_bits=4096),
        SignatureAlgorithm("p256-sha256", _identifier("1.2.840.10045.4.3.2", b""), hashes.SHA256(), ec.SECP256R1()),
        SignatureAlgorithm("p384-sha384", _identifier("1.2.840.10045.4.3.3", b""), hashes.SHA384(), ec.SECP384R1()),
    )
}
