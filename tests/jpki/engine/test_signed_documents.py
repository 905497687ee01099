"""Whatever is done to a signed document, it is read with its fault, or refused as unreadable: nothing else."""

from contextlib import suppress
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from jpki.engine import signed_documents
from jpki.engine.signed_documents import Document, Format, Unreadable
from tests.jpki import signing
from tests.jpki.engine.house import Authority, new_key

CONTENT = b"what the holder signed"


@cache
def whole() -> dict[Format, bytes]:
    """One signed document of each format."""
    key = new_key()
    pen = signing.Pen(Authority.made("sign").certificate(1000, key=key), key.sign)
    return {
        Format.CMS: signing.signed_cms(pen, CONTENT),
        Format.XML: signing.signed_xml(pen, f"<doc><item>{CONTENT.decode()}</item></doc>"),
        Format.PDF: signing.signed_pdf(pen),
    }


def faults(form: Format, octets: bytes) -> list[object]:
    return [each.fault for each in signed_documents.signatures(Document(form, octets))]


def test_as_they_were_signed():
    assert [faults(form, octets) for form, octets in whole().items()] == [[None]] * 3


@settings(max_examples=60, deadline=None)
@given(form=st.sampled_from(list(Format)), place=st.floats(0, 0.9999), octet=st.integers(0, 255), cut=st.booleans())
def test_a_changed_or_cut_document_is_no_crash(form, place, octet, cut):
    octets = whole()[form]
    position = int(place * len(octets))
    rest = b"" if cut else bytes([octet]) + octets[position + 1 :]
    try:
        faults(form, octets[:position] + rest)
    except Unreadable:
        return


@settings(max_examples=40, deadline=None)
@given(
    form=st.sampled_from([Format.CMS, Format.XML]),
    place=st.integers(0, len(CONTENT) - 1),
    letter=st.sampled_from(b"qxyz"),
)
def test_content_that_was_changed_is_never_whole(form, place, letter):
    octets = whole()[form]
    position = octets.index(CONTENT) + place
    assert None not in faults(form, octets[:position] + bytes([letter]) + octets[position + 1 :])


@settings(max_examples=40, deadline=None)
@given(place=st.floats(0, 0.9999), octet=st.integers(0, 255))
def test_a_pdf_changed_before_its_signature_is_never_whole(place, octet):
    octets = whole()[Format.PDF]
    position = int(place * octets.index(b"/Contents"))
    changed = octets[:position] + bytes([octet]) + octets[position + 1 :]
    with suppress(Unreadable):
        assert changed == octets or None not in faults(Format.PDF, changed)
