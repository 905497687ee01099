"""除票の記載事項: what the network keeps of a removed record, on paper for whoever may ask for it.

It is no 除票の写し: household, 続柄 and 本籍 are not in the network, and the paper says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from jlis.kernel.documents.papers import Paper
from jlis.kernel.domain.eras import format_era

TITLE = "除票の記載事項"
_COLUMNS = (("項目", 26), ("内容", 74))


@dataclass(frozen=True)
class RemovedRecordPaper:
    """What is printed: the items in order, the office, the day."""

    reference: str
    office: str
    issued_on: date
    items: Sequence[tuple[str, str]]


def render(paper: RemovedRecordPaper) -> bytes:
    """The paper as PDF. Raises `CannotPrint` for a character without a glyph."""
    drawn = Paper(title=TITLE, author=paper.office, foot=f"{paper.office}　{TITLE}", reference=paper.reference)
    drawn.heading(TITLE)
    drawn.table(columns=_COLUMNS, rows=[list(row) for row in paper.items], size=10.5)
    drawn.gap(12)
    drawn.paragraph("消除された記録です。現在の住所等を示すものではありません。")
    drawn.paragraph("住民基本台帳ネットワークに保存された本人確認情報から作成したもので、除票の写しではありません。")
    drawn.gap(12)
    drawn.paragraph(format_era(paper.issued_on))
    drawn.paragraph(paper.office)
    return drawn.finish()
