"""The two fonts that papers embed, and what they can draw.

reportlab draws TrueType fonts, but extracts characters beyond U+FFFF wrongly and knows no variation sequences. Both are
mended here, so that a paper's text comes out exactly as the register holds it.
"""

import re
from functools import cache
from pathlib import Path
from threading import Lock

from fontTools.ttLib import TTFont as FontReader
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

FONTS = Path(__file__).parent / "fonts"
MINCHO = "IPAmjMincho"
GOTHIC = "IPAexGothic"
_FILES = {MINCHO: "ipamjm.ttf", GOTHIC: "ipaexg.ttf"}
# Variation sequences are given codes of a private plane that no register may use, one a sequence in order of use.
_FIRST_PRIVATE = 0x100000
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_CLUSTER = re.compile(f".{_SELECTOR.pattern}?", re.DOTALL)


class CarriedFont(TTFont):
    """A font of `fonts/`, read once a process; drawing takes the lock of `papers`, since its reader keeps a place."""

    def __init__(self, name: str):
        path = FONTS / _FILES[name]
        super().__init__(name, str(path), asciiReadable=0)
        self._sequences = _variation_sequences(path)
        self._naming = Lock()
        self._private: dict[str, int] = {}
        self._meaning: dict[int, str] = {}
        self.face.get_table = self._table
        self._glyphs = _Glyphs(self.face._ttf_data, self.face.get_table_pos("glyf")[0])

    def can_draw(self, cluster: str) -> bool:
        """Whether a character, with its variation selector if it has one, has a glyph of its own."""
        if len(cluster) == 1:
            return bool(self.face.charToGlyph.get(ord(cluster)))
        return cluster in self._sequences

    def encode(self, text: str) -> str:
        """The text with each variation sequence as one private character that draws its glyph."""
        if not _SELECTOR.search(text):
            return text
        return "".join(self._one(cluster) for cluster in clusters(text))

    def addObjects(self, doc: object) -> None:  # noqa: N802  (reportlab's name)
        """Write the subsets, then their maps back to characters anew: reportlab's break beyond U+FFFF."""
        subsets = list(self.state[doc].subsets)
        super().addObjects(doc)
        for number, subset in enumerate(subsets):
            prefix = SUBSETN(number) + b"+" + self.face.name + self.face.subfontNameX
            stream = doc.idToObject["toUnicodeCMap:" + prefix.decode("pdfdoc")]  # type: ignore[attr-defined]
            stream.content = self._to_unicode(subset)

    def _one(self, cluster: str) -> str:
        if len(cluster) == 1:
            return cluster
        if cluster not in self._sequences:
            return cluster[0]
        with self._naming:
            self._give_code(cluster)
        return chr(self._private[cluster])

    def _give_code(self, cluster: str) -> None:
        if cluster not in self._private:
            code = _FIRST_PRIVATE + len(self._private)
            self._private[cluster], self._meaning[code] = code, cluster
            self.face.charToGlyph[code] = self._sequences[cluster]
            self.face.charWidths[code] = self.face.charWidths.get(ord(cluster[0]), self.face.defaultWidth)

    def _to_unicode(self, subset: list[int]) -> str:
        """The map from codes to UTF-16 (PDF 32000-1 §9.10.3), a hundred at a time as the format allows."""
        pairs = [f"<{place:02X}> <{self._utf16(code)}>" for place, code in enumerate(subset)]
        blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
        body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            f"1 begincodespacerange\n<00> <FF>\nendcodespacerange\n{body}\n"
            "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
        )

    def _utf16(self, code: int) -> str:
        return self._meaning.get(code, chr(code)).encode("utf-16-be").hex().upper()

    def _table(self, tag: str) -> object:
        """reportlab copies the 40 MB of glyphs for each subset; it only ever slices them."""
        if tag == "glyf":
            return self._glyphs
        start, length = self.face.get_table_pos(tag)
        return self.face._ttf_data[start : start + length]


class _Glyphs:
    """The glyph table, sliced without a copy of the whole."""

    def __init__(self, data: bytes, start: int):
        self._data, self._start = data, start

    def __getitem__(self, piece: slice) -> bytes:
        return self._data[self._start + piece.start : self._start + piece.stop]


@cache
def font(name: str) -> CarriedFont:
    """A carried font by name, registered with reportlab at first use."""
    carried = CarriedFont(name)
    registerFont(carried)
    return carried


def clusters(text: str) -> list[str]:
    """Each character together with its variation selector."""
    return _CLUSTER.findall(text)


def undrawable(text: str, *, face: str = MINCHO) -> list[str]:
    """The characters of a text, in order and once each, for which the font has no glyph; line ends are none."""
    carried = font(face)
    return list(
        dict.fromkeys(cluster for cluster in clusters(text) if cluster != "\n" and not carried.can_draw(cluster))
    )


@cache
def _variation_sequences(path: Path) -> dict[str, int]:
    """Base and selector to glyph number; a sequence listed without a glyph is the base's own."""
    with FontReader(path, lazy=True) as reader:
        numbers, plain = reader.getReverseGlyphMap(), reader.getBestCmap()
        return {
            chr(base) + chr(selector): numbers[glyph or plain[base]]
            for table in reader["cmap"].tables
            if table.format == 14
            for selector, pairs in table.uvsDict.items()
            for base, glyph in pairs
        }
