"""失効情報の提供の明細: what a relying party asked in a month, and what it owes (P5)."""

from collections.abc import Sequence
from datetime import date

from jlis.kernel.documents.papers import Paper
from jlis.kernel.domain.eras import format_era

TITLE = "失効情報の提供の明細"
_COLUMNS = (("方法", 20), ("電子証明書", 22), ("委託元", 26), ("件数", 10), ("1件当たり", 11), ("金額", 11))


def render(
    *, name: str, code: str, month: str, rows: Sequence[Sequence[str]], total: str, links: str, office: str, day: date
) -> bytes:
    """The paper as PDF. Raises `CannotPrint` for a character without a glyph."""
    paper = Paper(title=TITLE, author=office, foot=f"{office}　{format_era(day)}", reference=f"{code} {month}")
    paper.heading(TITLE)
    paper.paragraph(f"{name}　御中　（{code}）", size=12)
    paper.paragraph(f"{month}分", size=12)
    paper.gap(8)
    if rows:
        paper.table(columns=_COLUMNS, rows=rows)
    else:
        paper.paragraph("この月の提供はありません。")
    paper.gap(8)
    paper.paragraph(f"合計　{total}　　発行の番号の紐付けの提供　{links}", size=11)
    paper.paragraph("件数は、監査記録の集計によります。金額は、提供の日に適用される額によります。", size=9)
    return paper.finish()
