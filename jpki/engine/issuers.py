"""An authority's generation as its certificate shows it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from jpki.engine import der
from jpki.engine.algorithms import ALGORITHMS, PublicKey, SignatureAlgorithm


@dataclass(frozen=True)
class Issuer:
    """Generations share one name; only key identifier, serial and signature tell them apart."""

    octets: bytes

    @cached_property
    def certificate(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.octets)

    @cached_property
    def name(self) -> bytes:
        return self.certificate.subject.public_bytes()

    @cached_property
    def issuer_name(self) -> bytes:
        return self.certificate.issuer.public_bytes()

    @cached_property
    def serial(self) -> int:
        return self.certificate.serial_number

    @cached_property
    def key_id(self) -> bytes:
        return self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest

    @cached_property
    def public_key(self) -> PublicKey:
        return self.certificate.public_key()  # type: ignore[return-value]

    @cached_property
    def algorithm(self) -> SignatureAlgorithm:
        """How this authority signs. Its own certificate is self-signed, so it carries the same identifier."""
        hash_name = self.certificate.signature_hash_algorithm.name  # type: ignore[union-attr]
        for algorithm in ALGORITHMS.values():
            if algorithm.fits(self.public_key) and algorithm.hash.name == hash_name:
                return algorithm
        raise ValueError("the authority's key is of no algorithm known here")

    @property
    def not_before(self) -> datetime:
        return self.certificate.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        return self.certificate.not_valid_after_utc

    def name_hash(self, hash_name: str) -> bytes:
        """As an OCSP CertID has it: over the DER of the name."""
        return hashlib.new(hash_name, self.name).digest()

    def key_hash(self, hash_name: str) -> bytes:
        """As an OCSP CertID has it: over the content of the key's bit string."""
        return hashlib.new(hash_name, self._key_bits).digest()

    @cached_property
    def spki(self) -> bytes:
        """The SubjectPublicKeyInfo in DER."""
        return self.public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    @cached_property
    def _key_bits(self) -> bytes:
        _, start, end = der.read(self.spki)
        *_, (_, _, content, stop) = der.children(self.spki, start, end)
        return self.spki[content + 1 : stop]
