"""電子公印: an office's seal, black, of 25 mm or less a side, drawn as outlines: a seal is a picture and no text."""

from math import isqrt

from reportlab.lib.units import mm

from jlis.kernel.documents import outlines
from jlis.kernel.documents.papers import Paper

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
            outlines.fill(canvas, character, x=left, y=y + side - height * (row + 0.5) - size * 0.38, size=size)


def _columns(words: str) -> list[str]:
    """The words and 印 or 之印, whichever fills a square of columns."""
    for ending in ("印", "之印"):
        whole = words + ending
        count = isqrt(len(whole) - 1) + 1
        depth = -(-len(whole) // count)
        if count * depth == len(whole):
            break
    return [whole[start : start + depth] for start in range(0, len(whole), depth)]
