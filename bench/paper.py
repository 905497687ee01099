"""A 住民票の写し against bare reportlab drawing the same strings and rules, and what its guarding costs (K3, K4).

The bare peer has the same fonts registered once, knows where everything goes, fits and checks nothing, mends no map to
characters and numbers no page.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any

from bench.stage import Line, in_turn

_PAPERS = 40


def measure(rows: int) -> list[Line]:
    """Papers a second, own and bare; then face and back together against the paper's own time."""
    from konbini.pdf import guarding

    certificate, plain = _certificate(), _Plain()
    document = _render(certificate)
    guarding.guarded(document, number=1, secret=b"bench")
    own, bare = in_turn(lambda: _many(lambda: _render(certificate)), lambda: _many(plain.draw))
    guard = lambda: guarding.guarded(document, number=1, secret=b"bench")  # noqa: E731
    guarded, drawn = in_turn(lambda: _many(guard), lambda: _many(lambda: _render(certificate)))
    return [
        Line("certificate PDF, papers/s", _PAPERS / own, "bare reportlab, same page", _PAPERS / bare, at_least=0.8),
        Line("guarding face and back, ms", guarded / _PAPERS * 1000, "the paper itself", drawn / _PAPERS * 1000),
    ]


def _many(work: Callable[[], object]) -> None:
    for _ in range(_PAPERS):
        work()


def _render(certificate: Any) -> bytes:
    from juki.pdf.residence_record import render

    return render(certificate)


def _certificate() -> Any:
    from juki.pdf.residence_record import Member, ResidenceCertificate, Show

    member = Member(
        name="𠮷田　花子",
        name_kana="ヨシダ　ハナコ",
        birth_date="昭和41年4月28日",
        sex="女",
        relation="妻",
        became_resident_on="平成2年6月1日",
        address_since="平成20年3月20日",
        notified_on="平成20年3月25日",
        former_address="神奈川県横浜市鶴見区鶴見中央三丁目20番1号",
        honseki="東京都千代田区九段南一丁目2番",
        koseki_head="髙﨑　一郎",
    )
    return ResidenceCertificate(
        transaction="bench",
        number="20261121-131016-K-1234-5678-9012-3456",
        municipality="東京都千代田区",
        mayor="東京都千代田区長　見本　太郎",
        seal="千代田区長",
        issued_on=date(2026, 11, 21),
        address="東京都千代田区九段南一丁目2番1号",
        householder="髙﨑　一郎",
        members=[member] * 4,
        whole_household=True,
        shows=frozenset({Show.RELATION, Show.KOSEKI}),
    )


@dataclass
class _Plain:
    """Draws what our paper draws, by reportlab alone."""

    strings: list[tuple[float, float, str, float, str]] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont
        from reportlab.pdfgen.canvas import Canvas

        from jlis.kernel.documents.typefaces import FONTS, GOTHIC, MINCHO

        self._names = {MINCHO: "BareMincho", GOTHIC: "BareGothic"}
        for own, file in ((MINCHO, "ipamjm.ttf"), (GOTHIC, "ipaexg.ttf")):
            # Not by registerFont, which would take the font that is known under this face already: ours.
            pdfmetrics._fonts[self._names[own]] = TTFont(self._names[own], str(FONTS / file))
        place, rule, said = Canvas.drawString, Canvas.rect, self.strings

        def noted(canvas: Any, x: float, y: float, text: str, *rest: Any, **more: Any) -> Any:
            said.append((x, y, text, canvas._fontsize, canvas._fontname))
            return place(canvas, x, y, text, *rest, **more)

        def ruled(canvas: Any, x: float, y: float, width: float, height: float, *rest: Any, **more: Any) -> Any:
            self.boxes.append((x, y, width, height))
            return rule(canvas, x, y, width, height, *rest, **more)

        Canvas.drawString, Canvas.rect = noted, ruled
        try:
            _render(_certificate())
        finally:
            Canvas.drawString, Canvas.rect = place, rule

    def draw(self) -> bytes:
        """The same page."""
        from reportlab.lib.pagesizes import A4
        from reportlab.pdfgen.canvas import Canvas

        buffer = BytesIO()
        canvas = Canvas(buffer, pagesize=A4, initialFontName="BareGothic")
        for x, y, text, size, name in self.strings:
            canvas.setFont(self._names[name], size)
            canvas.drawString(x, y, text)
        for box in self.boxes:
            canvas.rect(*box)
        canvas.showPage()
        canvas.save()
        return buffer.getvalue()
