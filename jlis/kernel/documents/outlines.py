"""Glyphs as filled shapes: for seals and patterns, which are pictures and must not come out as text."""

from functools import cache
from threading import Lock
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont as FontReader

from jlis.kernel.documents.typefaces import FONTS

_opening = Lock()


def fill(canvas: Any, character: str, *, x: float, y: float, size: float) -> None:
    """Fill one character's shape, its origin at a place, in points."""
    reader, glyphs, plain = _font()
    pen = _PathPen(canvas.beginPath(), glyphs, x=x, y=y, scale=size / reader["head"].unitsPerEm)
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


def _font() -> tuple[Any, Any, dict[int, str]]:
    # Two threads that came first together would open the file twice, and one would leave it open.
    with _opening:
        return _opened()


@cache
def _opened() -> tuple[Any, Any, dict[int, str]]:
    reader = FontReader(FONTS / "ipamjm.ttf", lazy=True)
    return reader, reader.getGlyphSet(), reader.getBestCmap()
