"""PDF: every signature of the document, and whether anything but further signatures came after it."""

import re
import zlib
from io import BytesIO

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from jpki.engine import signed_cms
from jpki.engine.signatures import Fault, Signature, Unreadable

_FORMS = ("/adbe.pkcs7.detached", "/ETSI.CAdES.detached")
# What one stream may hold unpacked. A file of some megabytes can be made that unpacks to as many gigabytes.
_LARGEST_STREAM = 64 << 20
_PIECE = 1 << 16
_STREAM = re.compile(rb"\bstream\r?\n")
_PACKED_TWICE = re.compile(rb"/Fl(?:ateDecode)?\s*/Fl(?:ateDecode)?\b")


def signatures(octets: bytes) -> list[Signature]:
    """The signatures of a PDF in the order of signing. Raises Unreadable."""
    if not octets.startswith(b"%PDF-"):
        raise Unreadable("malformed", "PDFではありません。")
    _must_unpack_small(octets)
    reader = PdfFileReader(BytesIO(octets))
    if reader.encrypted:
        raise Unreadable("encrypted", "暗号化されたPDFは確認できません。")
    found = list(reader.embedded_regular_signatures)
    if not found:
        raise Unreadable("not_signed", "署名のないPDFです。")
    names = {each.field_name for each in reader.embedded_signatures}
    return [_judged(each, octets, names) for each in found]


def _must_unpack_small(octets: bytes) -> None:
    if _PACKED_TWICE.search(octets):
        raise Unreadable("too_large_inside", "二重に圧縮されたPDFは確認できません。")
    for start in _STREAM.finditer(octets):
        if _unpacks_large(memoryview(octets)[start.end() :]):
            raise Unreadable("too_large_inside", "展開すると大きすぎるPDFです。")


def _unpacks_large(packed: memoryview) -> bool:
    unpacking, size = zlib.decompressobj(), 0
    for place in range(0, len(packed), _PIECE):
        piece: bytes | memoryview = packed[place : place + _PIECE]
        try:
            while piece and not unpacking.eof:
                size += len(unpacking.decompress(piece, _PIECE * 16))
                piece = unpacking.unconsumed_tail
                if size > _LARGEST_STREAM:
                    return True
        except zlib.error:
            return False  # packed in another way, or not at all
        if unpacking.eof:
            return False
    return False


def _judged(signature: EmbeddedPdfSignature, octets: bytes, names: set[str]) -> Signature:
    if signature.sig_object.get("/SubFilter") not in _FORMS:
        raise Unreadable("unknown_form", "この形式のPDF署名は確認できません。")
    signature.compute_integrity_info()
    found = signed_cms.judged(signature.signed_data, b"", signature.compute_digest())
    fault = found.fault or _later_fault(signature, octets, names)
    return Signature(found.certificate, fault, found.claimed_at or signature.self_reported_timestamp)


def _later_fault(signature: EmbeddedPdfSignature, octets: bytes, names: set[str]) -> Fault | None:
    """What stands outside the signed octets: nothing but the signature itself, and later ones."""
    if not _covers_all_but_itself(signature, octets):
        return Fault.NOT_COVERED
    if signature.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return None
    if _has_octets_of_no_revision(signature, octets):
        return Fault.CHANGED
    difference = signature.diff_result
    forbids = signature.docmdp_level == MDPPerm.NO_CHANGES
    allowed = ModificationLevel.LTA_UPDATES if forbids else ModificationLevel.FORM_FILLING
    if not isinstance(difference, DiffResult) or difference.modification_level > allowed:
        return Fault.CHANGED
    return None if difference.changed_form_fields <= names else Fault.CHANGED


def _has_octets_of_no_revision(signature: EmbeddedPdfSignature, octets: bytes) -> bool:
    """What stands behind the last revision: this reader passes it over, another may mend the file by it."""
    if signature.signed_revision < signature.reader.xrefs.total_revisions - 1:
        return not octets.rstrip().endswith(b"%%EOF")
    _, _, second, length = map(int, signature.byte_range)
    return bool(octets[second + length :].strip())


def _covers_all_but_itself(signature: EmbeddedPdfSignature, octets: bytes) -> bool:
    """The gap between the two signed ranges is the signature's hexadecimal octets and nothing else."""
    if signature.coverage < SignatureCoverageLevel.ENTIRE_REVISION or len(signature.byte_range) != 4:
        return False
    start, length, second, _ = map(int, signature.byte_range)
    gap = octets[length:second]
    return start == 0 and gap[:1] == b"<" and gap[-1:] == b">" and not gap[1:-1].strip(b"0123456789abcdefABCDEF")
