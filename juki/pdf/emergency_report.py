"""緊急事案報告書: one report of a case on paper, with how far it has gone."""

from collections.abc import Sequence
from dataclasses import dataclass

from jlis.kernel.documents.papers import Paper

TITLE = "緊急事案報告書"
_COLUMNS = (("報告事項", 26), ("内容", 74))
_ROAD = (("日時", 26), ("処理", 30), ("処理者", 44))


@dataclass(frozen=True)
class ReportPaper:
    """What is printed: the report's name, who reports to whom, the items in order, the way that it took."""

    reference: str
    report: str
    reporter: str
    addressee: str
    reported_at: str
    items: Sequence[tuple[str, str]]
    road: Sequence[tuple[str, str, str]]


def render(paper: ReportPaper) -> bytes:
    """The paper as PDF. Raises `CannotPrint` for a character without a glyph."""
    drawn = Paper(
        title=TITLE, author=paper.reporter, foot=f"{paper.reporter}　{paper.report}", reference=paper.reference
    )
    drawn.heading(f"{TITLE}（{paper.report}）")
    drawn.paragraph(f"{paper.addressee}　御中")
    drawn.paragraph(f"報告元　{paper.reporter}　　報告日時　{paper.reported_at}")
    drawn.paragraph(f"受付番号　{paper.reference}", size=9)
    drawn.gap(10)
    drawn.table(columns=_COLUMNS, rows=[[label, value or "（未確認）"] for label, value in paper.items])
    drawn.gap(12)
    drawn.paragraph("報告の経過")
    drawn.gap(4)
    drawn.table(columns=_ROAD, rows=[list(row) for row in paper.road])
    return drawn.finish()
