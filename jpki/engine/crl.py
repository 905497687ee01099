"""Certificate revocation lists (RFC 5280 5), full and partitioned, built in linear time.

The DER of an entry is made once, when a certificate is revoked, and kept; a CRL is the concatenation of such entries
under one signature. The entries come in pieces and pass by to be hashed, so a list of a million takes no more memory
than one of them.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from jpki.engine import certificates, der, extensions, names
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
class Entries:
    """Joined DER entries in pieces, of ``size`` octets together. The pieces are gone through more than once: where they
    are many, they come out of their store each time."""

    pieces: Iterable[bytes] = ()
    size: int = 0

    @classmethod
    def joined(cls, *entries: bytes) -> "Entries":
        return cls(entries, sum(map(len, entries)))


@dataclass(frozen=True)
class CrlRequest:
    """One list to be signed. ``partition`` is a distribution point's name or empty."""

    number: int
    this_update: datetime
    next_update: datetime
    entries: Entries
    partition: tuple[names.Pair, ...] = ()


@dataclass(frozen=True)
class Frame:
    """A list without its entries: what stands before them and after them."""

    head: bytes
    tail: bytes


@dataclass(frozen=True)
class SignedList:
    """A signed list around its entries; ``size`` and ``sha256`` are of the whole."""

    frame: Frame
    size: int
    sha256: str


def sign(request: CrlRequest, issuer: Issuer, key: SigningKey) -> SignedList:
    """Sign a list without ever holding it whole. Raises FaultySignature."""
    entries = request.entries
    to_be_signed = _to_be_signed(request, issuer)
    digest = key.algorithm.digest(_around(to_be_signed, entries))
    ending = certificates.ending(key.algorithm, certificates.signature_over_digest(digest, key))
    inner = len(to_be_signed.head) + entries.size + len(to_be_signed.tail)
    frame = Frame(der.header(0x30, inner + len(ending)) + to_be_signed.head, to_be_signed.tail + ending)
    # The outermost length is known only with the signature, so the second digest takes a second pass.
    whole = hashlib.sha256()
    for octets in _around(frame, entries):
        whole.update(octets)
    return SignedList(frame, len(frame.head) + entries.size + len(frame.tail), whole.hexdigest())


def build(request: CrlRequest, issuer: Issuer, key: SigningKey) -> bytes:
    """A small signed list in one piece. Raises FaultySignature."""
    return b"".join(_around(sign(request, issuer, key).frame, request.entries))


def _around(frame: Frame, entries: Entries) -> Iterator[bytes]:
    yield frame.head
    passed = 0
    for piece in entries.pieces:
        passed += len(piece)
        yield piece
    if passed != entries.size:
        raise ValueError(f"{passed} octets of entries where {entries.size} were told")
    yield frame.tail


def _to_be_signed(request: CrlRequest, issuer: Issuer) -> Frame:
    size = request.entries.size
    before = b"".join(
        (
            der.integer(1),
            issuer.algorithm.identifier,
            issuer.name,
            der.time(request.this_update),
            der.time(request.next_update),
            der.header(0x30, size) if size else b"",
        )
    )
    after = der.explicit(0, der.sequence(*_extensions(request, issuer)))
    return Frame(der.header(0x30, len(before) + size + len(after)) + before, after)


def _extensions(request: CrlRequest, issuer: Issuer) -> Iterator[bytes]:
    yield _extension("2.5.29.35", False, der.sequence(der.tlv(0x80, issuer.key_id)))
    yield _extension("2.5.29.20", False, der.integer(request.number))
    if request.partition:
        # without it, a list of one town would speak for every town (RFC 5280 5.2.5)
        point = extensions.distribution_point_name(request.partition)
        yield _extension("2.5.29.28", True, der.sequence(point))


def _extension(oid: str, critical: bool, value: bytes) -> bytes:
    if critical:
        return der.sequence(der.oid(oid), der.boolean(True), der.octets(value))
    return der.sequence(der.oid(oid), der.octets(value))
