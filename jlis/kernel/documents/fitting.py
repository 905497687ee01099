"""Text into a box: smaller type first, then a second line, and refused rather than cut.

A name or an address is never shortened in silence (住民記録の標準仕様 and every town's own rules agree on that).
"""

from dataclasses import dataclass

from jlis.kernel.documents.typefaces import MINCHO, clusters, font, undrawable
from jlis.kernel.errors import Refused


class CannotPrint(Refused):
    """A text that this paper cannot carry as it is. The text itself is personal and never part of the message."""

    status = 422


@dataclass(frozen=True)
class Fitted:
    """Lines in one size, in points."""

    lines: tuple[str, ...]
    size: float


def width_of(text: str, *, size: float, face: str = MINCHO) -> float:
    """The width of one line in points."""
    carried = font(face)
    return float(carried.stringWidth(carried.encode(text), size))


def check_drawable(text: str, *, item: str, face: str = MINCHO) -> None:
    """Raises `CannotPrint` naming the code points that the font lacks; the characters themselves are personal."""
    if lacking := undrawable(text, face=face):
        codes = "、".join("+".join(f"U+{ord(part):04X}" for part in cluster) for cluster in lacking)
        raise CannotPrint("no_glyph", f"{item}に印字できない文字があります（{codes}）。")


def fit(
    text: str, *, width: float, item: str, size: float = 10.5, least: float = 7, lines: int = 2, face: str = MINCHO
) -> Fitted:
    """The largest size from `size` down to `least` points at which a text fits `width` in up to `lines` lines.

    One line is tried at every size before a second one. Raises `CannotPrint` when a character has no glyph or the text
    is too long for the box even in the smallest type.
    """
    check_drawable(text, item=item, face=face)
    sizes = [size - step * 0.5 for step in range(int((size - least) * 2) + 1)]
    for allowed in range(1, lines + 1):
        for points in sizes:
            broken = _broken(text, width=width, size=points, face=face)
            if len(broken) <= allowed:
                return Fitted(tuple(broken), points)
    raise CannotPrint("does_not_fit", f"{item}が長く、所定の欄に収まりません。")


def wrapped(text: str, *, width: float, size: float, item: str = "本文", face: str = MINCHO) -> list[str]:
    """A running text in as many lines as it takes; Raises `CannotPrint` for a character without a glyph."""
    check_drawable(text, item=item, face=face)
    return [line for part in text.split("\n") for line in _broken(part, width=width, size=size, face=face) or [""]]


# 行頭に置けない文字 (JIS X 4051): they stay with the line before.
_NOT_FIRST = "、。，．）〕］｝〉》」』】ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"


def _broken(text: str, *, width: float, size: float, face: str) -> list[str]:
    lines: list[str] = []
    line, reach = "", 0.0
    for cluster in clusters(text):
        step = width_of(cluster, size=size, face=face)
        if line and reach + step > width and cluster not in _NOT_FIRST:
            lines.append(line)
            line, reach = "", 0.0
        line, reach = line + cluster, reach + step
    return [*lines, line] if line else lines
