"""A new list held against the one before it, before anybody sees it.

A list that steps back in number or time, changes its scope, or forgets a certificate that has not expired would make
revoked certificates valid again.
"""

from datetime import datetime
from typing import NamedTuple

from cryptography import x509

from jpki.engine import der
from jpki.engine.crl import Frame

# Version, signature, issuer, thisUpdate and nextUpdate stand before the entries.
_BEFORE_ENTRIES = 5


class Split(NamedTuple):
    """A list taken apart."""

    frame: Frame
    entries: bytes


def faults(former: Frame, new: Frame) -> tuple[str, ...]:
    """Why the new list may not be published, by what either says of itself. Raises ValueError or MalformedDer when one
    of them is no CRL."""
    before, after = _headed(former), _headed(new)
    found = []
    if before.issuer != after.issuer:
        found.append("the issuer differs")
    if _key_id(before) != _key_id(after):
        found.append("the signing key differs")
    if _number(after) <= _number(before):
        found.append("the number does not rise")
    if after.last_update_utc < before.last_update_utc:
        found.append("thisUpdate steps back")
    if _next(after) < _next(before):
        found.append("nextUpdate steps back")
    if _scope(before) != _scope(after):
        found.append("the scope differs")
    return tuple(found)


def gone(before: bytes, after: bytes) -> frozenset[int]:
    """The serial numbers of entries that are in the former octets and not in the new ones."""
    if after.startswith(before):
        return frozenset()
    former, new = _each(before), _each(after)
    # An entry whose reason has changed is another entry of the same serial.
    return frozenset(map(_serial, former - new)) - frozenset(map(_serial, new - former))


def serials(crl: bytes) -> frozenset[int]:
    """The serial numbers in a list."""
    return frozenset(map(_serial, _each(split(crl).entries)))


def split(crl: bytes) -> Split:
    """Raises MalformedDer when it is none."""
    begin, end = _place_of_entries(crl)
    return Split(Frame(crl[:begin], crl[end:]), crl[begin:end])


def _place_of_entries(crl: bytes) -> tuple[int, int]:
    """Where the first entry begins and the last one ends."""
    _, start, _ = der.read(crl)
    _, start, end = der.read(crl, start)
    parts = list(der.children(crl, start, end))
    # what follows is a SEQUENCE of entries, or the extensions ([0]) at once
    _, _, _, place = parts[_BEFORE_ENTRIES - 1]
    return next(((content, stop) for tag, _, content, stop in parts[_BEFORE_ENTRIES:] if tag == 0x30), (place, place))


def _headed(frame: Frame) -> x509.CertificateRevocationList:
    """The list as if it had no entries, to be read by the library; what it says of itself is what is compared."""
    _, start, _ = der.read_header(frame.head)
    _, start, _ = der.read_header(frame.head, start)
    place = start
    for _ in range(_BEFORE_ENTRIES):
        _, _, place = der.read(frame.head, place)
    _, _, after = der.read(frame.tail)
    to_be_signed = der.sequence(frame.head[start:place], frame.tail[:after])
    return x509.load_der_x509_crl(der.sequence(to_be_signed, frame.tail[after:]))


def _each(entries: bytes) -> set[bytes]:
    found, start = set(), 0
    while start < len(entries):
        # A million times: the length of an entry as it always is, read without asking for help.
        size = entries[start + 1]
        stop = start + 2 + size if size < 0x80 else der.read(entries, start)[2]
        found.add(entries[start:stop])
        start = stop
    return found


def _serial(entry: bytes) -> int:
    _, content, _ = der.read(entry)
    _, start, stop = der.read(entry, content)
    return int.from_bytes(entry[start:stop], "big", signed=True)


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
