"""Sound DER, XML and PDF taken apart and put together otherwise: every length right, and the structure anything but.

Octets changed at random are mostly refused by the first length that does not fit. Here parts are repeated, left out,
exchanged, emptied, given another type, another number, text or time, so that the parsers get as far as they can.
"""

import re
from copy import deepcopy
from dataclasses import dataclass, field

from hypothesis import strategies as st
from lxml import etree

from jpki.engine import der

_INTEGER, _OCTETS, _OID = 0x02, 0x04, 0x06
_TEXTS, _TIMES = frozenset({0x0C, 0x13, 0x14, 0x16, 0x1C, 0x1E}), frozenset({0x17, 0x18})
# BOOLEAN, INTEGER, BIT STRING, OCTET STRING, NULL, OID, ENUMERATED, UTF8String, UTCTime, GeneralizedTime, BMPString,
# SEQUENCE, SET, [0] and [3]
_TAGS = (0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0A, 0x0C, 0x17, 0x18, 0x1E, 0x30, 0x31, 0xA0, 0xA3, 0x80, 0x7F)
_NUMBERS = (*range(-1, 6), 2**63, 2**64, -(2**160), 2**160, 2**20_000)
_WORDS = (b"", b"\xff\xfe", b"\xed\xa0\x80", b"\x00", "髙".encode(), b"a" * 5000, b"\xd8\x00")
_DATES = (b"", b"991331256199Z", b"00000000000000Z", b"00010101000000Z", b"99991231235959Z", b"20260101000000",
          b"20260101000000+1400", b"2026010100Z", b"260101000000.5Z", b"9" * 40)  # fmt: skip
_OIDS = (b"", b"\x80", b"\xff" * 40, b"\x2a\x03\x04", bytes.fromhex("2b0e03021a"), bytes.fromhex("551d13"))


@dataclass
class Part:
    """One element: its tag, and either its octets or the parts within."""

    tag: int
    content: bytes = b""
    within: list["Part"] = field(default_factory=list)

    def encoded(self) -> bytes:
        return der.tlv(self.tag, b"".join(part.encoded() for part in self.within) if self.within else self.content)

    def everything(self) -> list["Part"]:
        return [self, *(found for part in self.within for found in part.everything())]


def parts(octets: bytes) -> list[Part]:
    """The elements one after another; what an OCTET STRING holds is taken apart as well."""
    found, place = [], 0
    while place < len(octets):
        tag, start, end = der.read(octets, place)
        content = octets[start:end]
        found.append(Part(tag, content, _within(tag, content)))
        place = end
    return found


def _within(tag: int, content: bytes) -> list[Part]:
    if not tag & 0x20 and tag != _OCTETS:
        return []
    try:
        inner = parts(content)
    except (der.MalformedDer, IndexError):
        return []
    return inner if tag & 0x20 or (len(inner) == 1 and inner[0].encoded() == content) else []


@st.composite
def rebuilt(draw: st.DrawFn, sound: bytes) -> bytes:
    """The element with one to three changes to its structure."""
    (root,) = parts(sound)
    for _ in range(draw(st.integers(1, 3))):
        _change(draw, root)
    return root.encoded()


def _change(draw: st.DrawFn, root: Part) -> None:
    everything = root.everything()
    part = draw(st.sampled_from(everything))
    if part.within and draw(st.booleans()):
        _rearrange(draw, part, everything)
    else:
        _retell(draw, part)


def _rearrange(draw: st.DrawFn, part: Part, everything: list[Part]) -> None:
    place = draw(st.integers(0, len(part.within) - 1))
    child = part.within[place]
    match draw(st.sampled_from(["repeat", "flood", "drop", "turn", "version", "graft"])):
        case "repeat":
            part.within.insert(place, child)
        case "flood":
            part.within[place:place] = [child] * (70 if len(child.encoded()) < 200 else 2)
        case "drop":
            del part.within[place]
            part.content = b""
        case "turn":
            part.within.reverse()
        case "version":
            part.within.insert(0, Part(0xA0, within=[Part(_INTEGER, bytes((draw(st.integers(0, 5)),)))]))
        case "graft":
            # a copy, lest a part come to lie within itself
            (part.within[place],) = parts(draw(st.sampled_from(everything)).encoded()) or [child]


def _retell(draw: st.DrawFn, part: Part) -> None:
    if draw(st.integers(0, 3)) == 0:
        part.tag = draw(st.sampled_from(_TAGS))
    elif part.tag == _INTEGER:
        part.content = _number(draw(st.sampled_from(_NUMBERS)))
    elif part.tag in _TIMES:
        part.content = draw(st.sampled_from(_DATES))
    elif part.tag == _OID:
        part.content = draw(st.sampled_from(_OIDS))
    else:
        part.content, part.within = draw(st.sampled_from(_WORDS)), []


def _number(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)


_ATTRIBUTES = (
    "",
    "#",
    "#a",
    "髙",
    "http://www.w3.org/2000/09/xmldsig#sha1",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
)
_XML_WORDS = ("", "AAAA", "%%%", "-1", "髙", "9" * 5000, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z")


@st.composite
def rebuilt_xml(draw: st.DrawFn, sound: bytes) -> bytes:
    """The document with one to three changes to its elements."""
    root = etree.fromstring(sound)
    for _ in range(draw(st.integers(1, 3))):
        _change_element(draw, draw(st.sampled_from(list(root.iter(etree.Element)))))
    return etree.tostring(root)


def _change_element(draw: st.DrawFn, element: etree._Element) -> None:
    parent = element.getparent()
    match draw(st.sampled_from(["text", "attribute", "empty", "rename", "repeat", "drop", "nest"])):
        case "text":
            element.text = draw(st.sampled_from(_XML_WORDS))
        case "attribute":
            name = draw(st.sampled_from([*map(str, element.attrib), "Id", "URI", "Algorithm"]))
            element.set(name, draw(st.sampled_from(_ATTRIBUTES)))
        case "empty":
            element.clear()
        case "rename":
            element.tag = (
                f"{{http://www.w3.org/2000/09/xmldsig#}}{draw(st.sampled_from(['Signature', 'Reference', 'X']))}"
            )
        case "repeat" if parent is not None:
            parent.insert(0, deepcopy(element))
        case "drop" if parent is not None:
            parent.remove(element)
        case "nest":
            element.append(deepcopy(element))


_TOKENS = re.compile(rb"/\w+|\b\d+\b|<<|>>|\[|\]|\b(?:obj|endobj|stream|endstream|xref|trailer|startxref|R)\b")
_PDF_WORDS = (
    b"",
    b"0",
    b"-1",
    b"1",
    b"99999999999999999999",
    b"/Type",
    b"/Sig",
    b"<<",
    b">>",
    b"[",
    b"null",
    b"R",
    b"(D:9999)",
)


@st.composite
def rebuilt_pdf(draw: st.DrawFn, sound: bytes) -> bytes:
    """The document with one to three words exchanged."""
    for _ in range(draw(st.integers(1, 3))):
        word = draw(st.sampled_from(list(_TOKENS.finditer(sound))))
        sound = sound[: word.start()] + draw(st.sampled_from(_PDF_WORDS)) + sound[word.end() :]
    return sound
