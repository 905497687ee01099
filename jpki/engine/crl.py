"""Certificate revocation lists (RFC 5280 5), full and partitioned, built in linear time.

The DER of an entry is made once, when a certificate is revoked, and kept; a CRL is the concatenation of such entries
under one signature. A million entries cost as much as joining 37 MB.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from jpki.engine import der, extensions, names
from jpki.engine.certificates import signed
from jpki.engine.issuers import Issuer
from jpki.engine.keys import SigningKey


class Reason(IntEnum):
    """CRLReason of RFC 5280 5.3.1; the names follow the standard."""

    UNSPECIFIED = 0
    KEY_COMPROMISE = 1
    CA_COMPROMISE = 2
    AFFILIATION_CHANGED = 3
    SUPERSEDED = 4
    CESSATION_OF_OPERATION = 5
    CERTIFICATE_HOLD = 6


_REASON_EXTENSION = der.oid("2.5.29.21")


def entry(serial: int, revoked_at: datetime, reason: Reason) -> bytes:
    """The DER of one revoked certificate; "unspecified" is said by saying nothing (RFC 5280 5.3.1)."""
    if reason is Reason.UNSPECIFIED:
        return der.sequence(der.integer(serial), der.time(revoked_at))
    reason_code = der.sequence(_REASON_EXTENSION, der.octets(der.enumerated(reason)))
    return der.sequence(der.integer(serial), der.time(revoked_at), der.sequence(reason_code))


@dataclass(frozen=True)
class CrlRequest:
    """One list to be signed. ``entries`` are joined DER entries, ``partition`` a distribution point's name or empty."""

    number: int
    this_update: datetime
    next_update: datetime
    entries: bytes
    partition: tuple[names.Pair, ...] = ()


def to_be_signed(request: CrlRequest, issuer: Issuer) -> bytes:
    crl_extensions = [
        _extension("2.5.29.35", False, der.sequence(der.tlv(0x80, issuer.key_id))),
        _extension("2.5.29.20", False, der.integer(request.number)),
    ]
    if request.partition:
        # without it, a list of one town would speak for every town (RFC 5280 5.2.5)
        point = extensions.distribution_point_name(request.partition)
        crl_extensions.append(_extension("2.5.29.28", True, der.sequence(point)))
    return der.sequence(
        der.integer(1),
        issuer.algorithm.identifier,
        issuer.name,
        der.time(request.this_update),
        der.time(request.next_update),
        der.header(0x30, len(request.entries)) if request.entries else b"",
        request.entries,
        der.explicit(0, der.sequence(*crl_extensions)),
    )


def build(request: CrlRequest, issuer: Issuer, key: SigningKey) -> bytes:
    """The signed list. Raises FaultySignature."""
    return signed(to_be_signed(request, issuer), key)


def _extension(oid: str, critical: bool, value: bytes) -> bytes:
    if critical:
        return der.sequence(der.oid(oid), der.boolean(True), der.octets(value))
    return der.sequence(der.oid(oid), der.octets(value))
