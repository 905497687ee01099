"""Distinguished Encoding Rules: the few primitives that certificates, CRLs and OCSP answers are made of.

The to-be-signed part must exist before the signature does (it is stored first), and a CRL of a million entries must
be a concatenation; library builders offer neither. What is written here is read back with ``cryptography``,
OpenSSL and pkilint in the tests, and compared byte for byte with ``cryptography``'s own builders.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache

NULL = b"\x05\x00"
_UTC_TIME_ENDS = 2050


class MalformedDer(ValueError):
    """The octets are not well-formed DER where DER was expected."""


def length(size: int) -> bytes:
    if size < 0x80:
        return bytes((size,))
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


def header(tag: int, size: int) -> bytes:
    return bytes((tag, size)) if size < 0x80 else bytes((tag,)) + length(size)


def tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    return bytes((tag, size)) + content if size < 0x80 else header(tag, size) + content


def sequence(*parts: bytes) -> bytes:
    # Joined once: a list of a million entries is copied no oftener than it must be.
    return b"".join((header(0x30, sum(map(len, parts))), *parts))


def set_of(*parts: bytes) -> bytes:
    return tlv(0x31, b"".join(sorted(parts)))


def integer(value: int) -> bytes:
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def enumerated(value: int) -> bytes:
    return tlv(0x0A, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def boolean(value: bool) -> bytes:
    return b"\x01\x01\xff" if value else b"\x01\x01\x00"


def octets(content: bytes) -> bytes:
    return tlv(0x04, content)


def bits(content: bytes, unused: int = 0) -> bytes:
    return tlv(0x03, bytes((unused,)) + content)


def utf8(text: str) -> bytes:
    return tlv(0x0C, text.encode("utf-8"))


def printable(text: str) -> bytes:
    return tlv(0x13, text.encode("ascii"))


def ia5(text: str, tag: int = 0x16) -> bytes:
    return tlv(tag, text.encode("ascii"))


def explicit(number: int, content: bytes) -> bytes:
    return tlv(0xA0 | number, content)


@lru_cache(maxsize=256)
def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER; arcs may be of any size."""
    arcs = [int(arc) for arc in dotted.split(".")]
    content = bytearray()
    for arc in [arcs[0] * 40 + arcs[1], *arcs[2:]]:
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | (arc & 0x7F))
        content.extend(reversed(groups))
    return tlv(0x06, bytes(content))


@lru_cache(maxsize=1024)
def generalized_time(instant: datetime) -> bytes:
    return tlv(0x18, instant.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode("ascii"))


# Of the certificates of a bulk all begin at one instant, and they end at the end of some two thousand days.
@lru_cache(maxsize=4096)
def time(instant: datetime) -> bytes:
    """UTCTime until 2049, GeneralizedTime from 2050 on (RFC 5280 4.1.2.5); whole seconds."""
    utc = instant.astimezone(UTC)
    if utc.year >= _UTC_TIME_ENDS:
        return generalized_time(utc)
    return tlv(0x17, utc.strftime("%y%m%d%H%M%SZ").encode("ascii"))


def read(data: bytes | memoryview, start: int = 0) -> tuple[int, int, int]:
    """Tag, start and end of the content of the element at ``start``. Raises MalformedDer past the end."""
    tag, content, end = read_header(data, start)
    if end > len(data):
        raise MalformedDer("an element reaches past the end")
    return tag, content, end


def read_header(data: bytes | memoryview, start: int = 0) -> tuple[int, int, int]:
    """The same of an element whose content may be elsewhere."""
    try:
        tag, first = data[start], data[start + 1]
    except IndexError as error:
        raise MalformedDer("an element is cut off") from error
    content = start + 2
    if first & 0x80:
        count = first & 0x7F
        if not 0 < count <= 4 or content + count > len(data):
            raise MalformedDer("a length is not definite or too long")
        size = int.from_bytes(data[content : content + count], "big")
        content += count
    else:
        size = first
    return tag, content, content + size


def children(data: bytes | memoryview, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """(tag, element start, content start, element end) for each element between ``start`` and ``end``."""
    while start < end:
        tag, content, stop = read(data, start)
        if stop > end:
            raise MalformedDer("an element reaches past its parent")
        yield tag, start, content, stop
        start = stop
