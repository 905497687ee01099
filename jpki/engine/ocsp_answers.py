"""OCSP answers (RFC 6960 4.2): any number of single responses under one signature of a delegated responder."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import cached_property

from cryptography.x509 import ocsp

from jpki.engine import der
from jpki.engine.crl import Reason
from jpki.engine.issuers import Issuer
from jpki.engine.keys import SigningKey


class Refusal(IntEnum):
    """OCSPResponseStatus other than successful."""

    MALFORMED_REQUEST = 1
    INTERNAL_ERROR = 2
    TRY_LATER = 3
    UNAUTHORIZED = 6


def refusal(status: Refusal) -> bytes:
    """An unsigned answer that says why there is none."""
    return der.sequence(der.enumerated(status))


GOOD = b"\x80\x00"
UNKNOWN = b"\x82\x00"


def revoked(at: datetime, reason: Reason) -> bytes:
    reason_field = b"" if reason is Reason.UNSPECIFIED else der.explicit(0, der.enumerated(reason))
    return der.tlv(0xA1, der.generalized_time(at) + reason_field)


@dataclass(frozen=True)
class Told:
    """What an answer says of one certificate: its serial, and whether anything is known of it."""

    serial: int
    is_known: bool


def told(answer: bytes) -> list[Told]:
    """What an answer of ours tells; nothing where it is a refusal."""
    read = ocsp.load_der_ocsp_response(answer)
    if read.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return []
    unknown = ocsp.OCSPCertStatus.UNKNOWN
    return [Told(each.serial_number, each.certificate_status is not unknown) for each in read.responses]


@dataclass(frozen=True)
class Single:
    """The status of one certificate: ``status`` is GOOD, UNKNOWN or ``revoked(…)``."""

    cert_id: bytes
    status: bytes
    this_update: datetime
    next_update: datetime

    @property
    def encoded(self) -> bytes:
        return der.sequence(
            self.cert_id,
            self.status,
            der.generalized_time(self.this_update),
            der.explicit(0, der.generalized_time(self.next_update)),
        )


@dataclass(frozen=True)
class Responder:
    """A delegated responder: its certificate under the authority's generation, and its opened key."""

    certificate: bytes
    key: SigningKey

    @cached_property
    def serial(self) -> int:
        """The serial number of the responder's certificate."""
        return Issuer(self.certificate).serial

    @cached_property
    def _identity(self) -> bytes:
        return der.explicit(2, der.octets(Issuer(self.certificate).key_hash("sha1")))

    @cached_property
    def _certificates(self) -> bytes:
        return der.explicit(0, der.sequence(self.certificate))

    def answer(self, singles: Iterable[Single], *, produced_at: datetime, nonce: bytes | None = None) -> bytes:
        """The DER of the OCSPResponse. Not verified after signing: an answer is made anew within the hour."""
        to_be_signed = der.sequence(
            self._identity,
            der.generalized_time(produced_at),
            der.sequence(*(single.encoded for single in singles)),
            _nonce_extension(nonce),
        )
        basic = der.sequence(
            to_be_signed,
            self.key.algorithm.identifier,
            der.bits(self.key.sign(to_be_signed)),
            self._certificates,
        )
        return der.sequence(
            der.enumerated(0), der.explicit(0, der.sequence(der.oid("1.3.6.1.5.5.7.48.1.1"), der.octets(basic)))
        )


def _nonce_extension(nonce: bytes | None) -> bytes:
    if nonce is None:
        return b""
    extension = der.sequence(der.oid("1.3.6.1.5.5.7.48.1.2"), der.octets(der.octets(nonce)))
    return der.explicit(1, der.sequence(extension))
