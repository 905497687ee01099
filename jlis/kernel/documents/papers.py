"""An A4 paper: a frame with margins, text, rules and boxes, and on every page its number of how many."""

from collections.abc import Sequence
from io import BytesIO
from threading import RLock

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from jlis.kernel.documents import fitting
from jlis.kernel.documents.typefaces import GOTHIC, MINCHO, font

WIDTH, HEIGHT = A4
MARGIN = 20 * mm
FOOT = 12 * mm
LINE = 0.5
# Streams go as they are: as text they are a quarter larger and ten times slower to write.
rl_config.useA85 = 0
# The font's reader keeps its place in the file, so one paper at a time is written in a process.
_WRITING = RLock()


class Paper:
    """One document being drawn, from the top of its first page. Lengths are points; `y` grows upwards, as in PDF.

    The same content gives the same bytes: no clock and no random identifier goes in.
    """

    def __init__(self, *, title: str, author: str = "", foot: str = "", reference: str = "", numbered: bool = True):
        self._buffer = BytesIO()
        font(GOTHIC)  # before the canvas, which otherwise names a font that is not embedded
        self._canvas = _NumberedCanvas(
            self._buffer, pagesize=A4, invariant=1, lang="ja-JP", initialFontName=GOTHIC, pdfVersion=(1, 7)
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        # What the paper belongs to, for programs: an identifier, never a person's item.
        self._canvas.setSubject(reference)
        self._canvas.foot, self._canvas.numbered = foot, numbered
        self.y = HEIGHT - MARGIN

    @property
    def canvas(self) -> Canvas:
        """The canvas below, for a form that draws what no paper else does."""
        return self._canvas

    @property
    def inner_width(self) -> float:
        """From margin to margin."""
        return WIDTH - 2 * MARGIN

    def text(
        self, x: float, y: float, text: str, *, size: float = 10.5, face: str = MINCHO, align: str = "left"
    ) -> None:
        """One line at a place; `align` is left, centre or right of `x`. Raises `CannotPrint` for a missing glyph."""
        fitting.check_drawable(text, item="本文", face=face)
        draw = {
            "left": self._canvas.drawString,
            "centre": self._canvas.drawCentredString,
            "right": self._canvas.drawRightString,
        }[align]
        self._canvas.setFont(face, size)
        draw(x, y, font(face).encode(text))

    def heading(self, text: str, *, size: float = 16) -> None:
        """The paper's name, centred at the present height."""
        self.text(WIDTH / 2, self.y - size, text, size=size, face=GOTHIC, align="centre")
        self.y -= size * 2

    def paragraph(self, text: str, *, size: float = 10.5, face: str = MINCHO, indent: float = 0) -> None:
        """A running text between the margins; goes on over the page's end."""
        for line in fitting.wrapped(text, width=self.inner_width - indent, size=size, face=face):
            self.need(size * 1.6)
            self.y -= size * 1.6
            if line:
                self.text(MARGIN + indent, self.y, line, size=size, face=face)

    def gap(self, height: float) -> None:
        """Empty space."""
        self.y -= height

    def need(self, height: float) -> bool:
        """Begin a new page where less than `height` is left; whether it did."""
        if self.y - height >= MARGIN + FOOT:
            return False
        self.new_page()
        return True

    def new_page(self) -> None:
        """End this page."""
        self._canvas.showPage()
        self.y = HEIGHT - MARGIN

    def box(self, x: float, y: float, width: float, height: float) -> None:
        """A ruled rectangle from its lower left corner."""
        self._canvas.setLineWidth(LINE)
        self._canvas.rect(x, y, width, height)

    def cell(
        self, x: float, y: float, width: float, height: float, text: str, *, item: str,
        size: float = 10.5, least: float = 6.5, face: str = MINCHO, align: str = "left", lines: int = 2,
    ) -> None:  # fmt: skip
        """A ruled box with a text fitted into it; Raises `CannotPrint` when it cannot be."""
        self.box(x, y, width, height)
        self.fitted(x, y, width, height, text, item=item, size=size, least=least, face=face, align=align, lines=lines)

    def fitted(
        self, x: float, y: float, width: float, height: float, text: str, *, item: str,
        size: float = 10.5, least: float = 6.5, face: str = MINCHO, align: str = "left", lines: int = 2,
    ) -> None:  # fmt: skip
        """A text fitted into a place without rules around it, in the middle of its height."""
        if not text:
            return
        inset = 4
        fitted = fitting.fit(text, width=width - 2 * inset, item=item, size=size, least=least, lines=lines, face=face)
        pitch = fitted.size * 1.25
        top = y + height / 2 + pitch * len(fitted.lines) / 2
        place = {"left": x + inset, "centre": x + width / 2, "right": x + width - inset}[align]
        for number, line in enumerate(fitted.lines, start=1):
            self.text(place, top - pitch * number + fitted.size * 0.25, line, size=fitted.size, face=face, align=align)

    def table(self, *, columns: Sequence[tuple[str, float]], rows: Sequence[Sequence[str]], size: float = 9) -> None:
        """A ruled table; a column is its heading and its share of the width. The heading is repeated on each page."""
        whole = sum(share for _, share in columns)
        widths = [self.inner_width * share / whole for _, share in columns]
        self._heads(columns, widths, size)
        for row in rows:
            lines = [fitting.wrapped(text, width=width - 8, size=size) for text, width in zip(row, widths, strict=True)]
            height = max(len(cell) for cell in lines) * size * 1.35 + 6
            if self.need(height):
                self._heads(columns, widths, size)
            self._row(lines, widths, height, size, MINCHO)

    def finish(self) -> bytes:
        """The whole document."""
        with _WRITING:
            self._canvas.showPage()
            self._canvas.save()
        return self._buffer.getvalue()

    def _heads(self, columns: Sequence[tuple[str, float]], widths: Sequence[float], size: float) -> None:
        self.need(size * 4)
        self._row([[heading] for heading, _ in columns], widths, size * 1.35 + 6, size, GOTHIC)

    def _row(
        self, cells: Sequence[Sequence[str]], widths: Sequence[float], height: float, size: float, face: str
    ) -> None:
        x, self.y = MARGIN, self.y - height
        for lines, width in zip(cells, widths, strict=True):
            self.box(x, self.y, width, height)
            for number, line in enumerate(lines, start=1):
                if line:
                    self.text(x + 4, self.y + height - number * size * 1.35, line, size=size, face=face)
            x += width


class _NumberedCanvas(Canvas):
    """Holds back the pages, since how many there are is known at the end only."""

    def __init__(self, *arguments: object, **keywords: object):
        super().__init__(*arguments, **keywords)
        self.foot, self.numbered = "", True
        self._held: list[dict[str, object]] = []

    def showPage(self) -> None:  # noqa: N802  (reportlab's name)
        self._held.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._held, start=1):
            self.__dict__.update(page)
            if self.numbered:
                self._number(number)
            Canvas.showPage(self)
        super().save()

    def _number(self, number: int) -> None:
        self.setFont(GOTHIC, 8)
        if self.foot:
            self.drawString(MARGIN, FOOT, font(GOTHIC).encode(self.foot))
        self.drawRightString(WIDTH - MARGIN, FOOT, f"{number}/{len(self._held)}")
