"""What a signed document says of itself: who signed, whether it is whole. Whom to trust is not asked here.

Certificates, lists and OCSP answers that lie in the document prove nothing and are passed over, and nothing is fetched.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from jpki.engine import foreign, signed_cms, signed_pdf, signed_xml
from jpki.engine.foreign import parsing
from jpki.engine.signatures import Fault, Signature, Unreadable

__all__ = ["Document", "Fault", "Format", "Signature", "Unreadable", "signatures", "with_content"]


class Format(StrEnum):
    """How a document is signed."""

    CMS = "cms"
    XML = "xml"
    PDF = "pdf"


@dataclass(frozen=True)
class Document:
    """A signed document; `content` is what a CMS without its content was made of."""

    format: Format
    octets: bytes
    content: bytes | None = None


_READERS: dict[Format, Callable[[bytes], list[Signature]]] = {
    Format.XML: signed_xml.signatures,
    Format.PDF: signed_pdf.signatures,
}


def signatures(document: Document) -> list[Signature]:
    """Every signature of the document: a PDF's in the order of signing, else as they stand. Raises Unreadable."""
    with parsing(_malformed()):
        if document.format is Format.CMS:
            found = signed_cms.signatures(document.octets, document.content)
        else:
            found = _READERS[document.format](document.octets)
        return [replace(each, claimed_at=foreign.instant(each.claimed_at)) for each in found]


def with_content(octets: bytes) -> tuple[Signature, bytes]:
    """The one signature of a CMS, and the data inside that it was made over. Raises Unreadable."""
    found = signatures(Document(Format.CMS, octets))
    if len(found) != 1:
        raise Unreadable("several_signers", "署名者が1人のCMSを送ってください。")
    with parsing(_malformed()):
        return found[0], signed_cms.content(octets)


def _malformed() -> Unreadable:
    return Unreadable("malformed", "署名された文書として読み取れません。")
