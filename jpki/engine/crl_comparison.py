"""A new list held against the one before it, before anybody sees it.

A list that steps back in number or time, changes its scope, or forgets a certificate that has not expired would make
revoked certificates valid again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from jpki.engine import der


@dataclass(frozen=True)
class Difference:
    """``gone`` are serials that the new list no longer has; ``faults`` say why it may not be published."""

    gone: frozenset[int]
    faults: tuple[str, ...]


def compare(former: bytes, new: bytes) -> Difference:
    """Raises ValueError or MalformedDer when one of them is no CRL."""
    before, after = _headed(former), _headed(new)
    faults = []
    if before.issuer != after.issuer:
        faults.append("the issuer differs")
    if _key_id(before) != _key_id(after):
        faults.append("the signing key differs")
    if _number(after) <= _number(before):
        faults.append("the number does not rise")
    if after.last_update_utc < before.last_update_utc:
        faults.append("thisUpdate steps back")
    if _next(after) < _next(before):
        faults.append("nextUpdate steps back")
    if _scope(before) != _scope(after):
        faults.append("the scope differs")
    return Difference(_gone(former, new), tuple(faults))


def serials(crl: bytes) -> frozenset[int]:
    """The serial numbers in a list, without building an object for each of a million entries."""
    return frozenset(_serials(_entries(crl)))


def _gone(former: bytes, new: bytes) -> frozenset[int]:
    before, after = _entries(former), _entries(new)
    if after[: len(before)] == before:
        return frozenset()
    return frozenset(_serials(before)) - frozenset(_serials(after))


def _headed(crl: bytes) -> x509.CertificateRevocationList:
    """The list without its entries, to be read by the library; what it says of itself is what is compared."""
    place = _place_of_entries(crl)
    if place is None:
        return x509.load_der_x509_crl(crl)
    _, content, whole_ends = der.read(crl)
    _, inner, inner_ends = der.read(crl, content)
    to_be_signed = der.sequence(crl[inner : place[0]], crl[place[2] : inner_ends])
    return x509.load_der_x509_crl(der.sequence(to_be_signed, crl[inner_ends:whole_ends]))


def _entries(crl: bytes) -> memoryview:
    """The joined entries of a list, not copied; empty where it has none."""
    place = _place_of_entries(crl)
    return memoryview(crl)[place[1] : place[2]] if place else memoryview(b"")


def _place_of_entries(crl: bytes) -> tuple[int, int, int] | None:
    """Where the element of the entries begins, its content begins, and it ends."""
    _, start, _ = der.read(crl)
    _, start, end = der.read(crl, start)
    parts = list(der.children(crl, start, end))
    # version, signature, issuer, thisUpdate, nextUpdate, then the entries (a SEQUENCE) or the extensions ([0])
    return next(((begin, content, stop) for tag, begin, content, stop in parts[5:] if tag == 0x30), None)


def _serials(entries: memoryview) -> Iterator[int]:
    for _, _, content, _ in der.children(entries, 0, len(entries)):
        _, start, stop = der.read(entries, content)
        yield int.from_bytes(entries[start:stop], "big", signed=True)


def _next(crl: x509.CertificateRevocationList) -> datetime:
    if crl.next_update_utc is None:
        raise ValueError("a list that does not say when the next one comes")
    return crl.next_update_utc


def _number(crl: x509.CertificateRevocationList) -> int:
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def _key_id(crl: x509.CertificateRevocationList) -> bytes | None:
    return crl.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier


def _scope(crl: x509.CertificateRevocationList) -> object:
    try:
        return crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    except x509.ExtensionNotFound:
        return None
