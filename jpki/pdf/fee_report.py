"""電子証明書の有償発行の月次報告書: a month's acts day by day, and how they agree with 歳入歳出外現金."""

from collections.abc import Sequence
from dataclasses import dataclass

from jlis.kernel.documents.papers import Paper

TITLE = "電子証明書発行手数料月次報告書"
_BASIS = "公的個人認証サービス事務処理要領（交付記録簿の廃止に伴う有償発行件数の報告）"
_COLUMNS = (
    ("日", 16), ("署名用 有料", 12), ("署名用 無料", 12), ("利用者 有料", 12), ("利用者 無料", 12), ("同時 有料", 12),
    ("同時 無料", 12), ("手数料（円）", 14),
)  # fmt: skip


@dataclass(frozen=True)
class ReportPaper:
    """What is printed, in the words of the screen. ``days``: a row for each day with an act, the sum last."""

    office: str
    month: str
    state: str
    made_on: str
    facts: Sequence[tuple[str, str]]
    days: Sequence[Sequence[str]]
    road: Sequence[tuple[str, str, str]]


def render(paper: ReportPaper) -> bytes:
    """The paper as PDF. Raises `CannotPrint` for a character without a glyph."""
    drawn = Paper(title=TITLE, author=paper.office, foot=f"{paper.office}　{paper.month}")
    drawn.heading(f"{TITLE}（{paper.month}）")
    drawn.paragraph("地方公共団体情報システム機構　御中")
    drawn.paragraph(f"{paper.office}　　作成日　{paper.made_on}　　状態　{paper.state}")
    drawn.paragraph(_BASIS, size=9)
    drawn.gap(8)
    drawn.table(columns=(("項目", 34), ("内容", 66)), rows=[list(fact) for fact in paper.facts])
    drawn.gap(8)
    drawn.table(columns=_COLUMNS, rows=paper.days, size=8)
    drawn.gap(8)
    drawn.paragraph("経過")
    drawn.gap(4)
    drawn.table(columns=(("日時", 28), ("処理", 32), ("処理者", 40)), rows=[list(row) for row in paper.road])
    return drawn.finish()
