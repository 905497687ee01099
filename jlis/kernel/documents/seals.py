"""電子公印: an office's seal, black, of 25 mm or less a side, drawn as outlines: a seal is a picture and no text."""

from functools import cache
from math import isqrt
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont as FontReader
from reportlab.lib.units import mm

from jlis.kernel.documents.papers import Paper
from jlis.kernel.documents.typefaces import FONTS

SIDE = 21 * mm
MOST = 25 * mm
_LINE = 1.4


def draw(paper: Paper, *, x: float, y: float, words: str, side: float = SIDE) -> None:
    """A square seal with its lower left corner at a place; words run down in columns from the right.

    Raises `ValueError` for a seal over 25 mm, which the forms do not allow, or one without words.
    """
    if side > MOST or not words:
        raise ValueError("a seal has words and is at most 25 mm wide")
    canvas = paper.canvas
    columns = _columns(words)
    width = side / len(columns)
    size = side / max(len(columns), *(len(column) for column in columns)) * 0.86
    canvas.setLineWidth(_LINE)
    canvas.rect(x, y, side, side)
    for place, column in enumerate(columns):
        left, height = x + side - width * (place + 0.5) - size / 2, side / len(column)
        for row, character in enumerate(column):
            _stamp(canvas, character, x=left, y=y + side - height * (row + 0.5) - size * 0.38, size=size)


def _stamp(canvas: Any, character: str, *, x: float, y: float, size: float) -> None:
    reader, glyphs, plain = _outlines()
    scale = size / reader["head"].unitsPerEm
    pen = _PathPen(canvas.beginPath(), glyphs, x=x, y=y, scale=scale)
    glyphs[plain[ord(character)]].draw(pen)
    canvas.drawPath(pen.path, stroke=0, fill=1)


class _PathPen(BasePen):
    """Draws a glyph onto a reportlab path at a place and in a size."""

    def __init__(self, path: Any, glyphs: Any, *, x: float, y: float, scale: float):
        super().__init__(glyphs)
        self.path = path
        self._x, self._y, self._scale = x, y, scale

    def _moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802  (fontTools' names)
        self.path.moveTo(*self._placed(point))

    def _lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802
        self.path.lineTo(*self._placed(point))

    def _curveToOne(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self.path.curveTo(*(part for point in points for part in self._placed(point)))

    def _closePath(self) -> None:  # noqa: N802
        self.path.close()

    def _placed(self, point: tuple[float, float]) -> tuple[float, float]:
        return self._x + point[0] * self._scale, self._y + point[1] * self._scale


@cache
def _outlines() -> tuple[Any, Any, dict[int, str]]:
    reader = FontReader(FONTS / "ipamjm.ttf", lazy=True)
    return reader, reader.getGlyphSet(), reader.getBestCmap()


def _columns(words: str) -> list[str]:
    """The words and 印 or 之印, whichever fills a square of columns."""
    for ending in ("印", "之印"):
        whole = words + ending
        count = isqrt(len(whole) - 1) + 1
        depth = -(-len(whole) // count)
        if count * depth == len(whole):
            break
    return [whole[start : start + depth] for start in range(0, len(whole), depth)]
