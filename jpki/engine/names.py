"""Distinguished names: from ordered (attribute, text) pairs to DER, and the general names built on them."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from jpki.engine import der

_ATTRIBUTES = {
    "C": "2.5.4.6",
    "ST": "2.5.4.8",
    "L": "2.5.4.7",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "CN": "2.5.4.3",
    "serialNumber": "2.5.4.5",
}
# X.520: these two are PrintableString by definition; all others are UTF8String, as in the published certificates.
_PRINTABLE = {"C", "serialNumber"}
LONGEST = {"C": 2, "ST": 128, "L": 128, "O": 64, "OU": 64, "CN": 64, "serialNumber": 64}

Pair = tuple[str, str]


def name(pairs: tuple[Pair, ...]) -> bytes:
    """The DER of a Name with one attribute per RDN, in the given order."""
    return der.sequence(*(_rdn(attribute, text) for attribute, text in pairs))


# Countries, prefectures and towns come again and again; what differs with each certificate is the last part alone.
@lru_cache(maxsize=8192)
def _rdn(attribute: str, text: str) -> bytes:
    value = der.printable(text) if attribute in _PRINTABLE else der.utf8(text)
    return der.set_of(der.sequence(der.oid(_ATTRIBUTES[attribute]), value))


def filled(pattern: Iterable[Pair], fields: Mapping[str, str]) -> tuple[Pair, ...]:
    """A pattern such as ``(("L", "{prefecture}"),)`` with its fields put in. KeyError when a field is missing."""
    return tuple([(attribute, text.format_map(fields)) for attribute, text in pattern])


def directory_name(pairs: tuple[Pair, ...]) -> bytes:
    """GeneralName directoryName; explicitly tagged, for Name is a CHOICE."""
    return der.explicit(4, name(pairs))


def other_name(oid: str, text: str) -> bytes:
    """GeneralName otherName that holds a UTF8String."""
    return der.tlv(0xA0, der.oid(oid) + der.tlv(0xA0, der.utf8(text)))


def uri(address: str) -> bytes:
    """GeneralName uniformResourceIdentifier."""
    return der.ia5(address, 0x86)
