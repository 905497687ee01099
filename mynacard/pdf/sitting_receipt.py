"""電子証明書の手続の控え: what was done in one sitting, for its holder. One paper for all of it; no PIN is on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from jlis.kernel.documents.papers import Paper

TITLE = "電子証明書の発行等の控え"
TITLE_OF_ENDS = "電子証明書の失効等受理通知書"
_LAW = (
    "法は、電子署名等に係る地方公共団体情報システム機構の認証業務に関する法律をいいます。条は署名用電子証明書についてのもので、"
    "利用者証明用電子証明書については、同法の相当する規定によります。"
)
_KEEP = "暗証番号はこの用紙に記載していません。発行の番号は、失効の届出などに使います。大切に保管してください。"
_COLUMNS = (("手続", 20), ("種類", 22), ("発行の番号", 14), ("有効期間", 30), ("根拠", 14))


@dataclass(frozen=True)
class ReceiptPaper:
    """What is printed. ``rows``: deed, kind, serial number, validity, statute."""

    number: str
    name: str
    day: str
    office: str
    facts: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[str]]
    only_ends: bool


def render(paper: ReceiptPaper) -> bytes:
    """The receipt as PDF. Raises `CannotPrint` for a character without a glyph."""
    title = TITLE_OF_ENDS if paper.only_ends else TITLE
    drawn = Paper(title=title, author=paper.office, foot=f"{paper.office}　{paper.number}", reference=paper.number)
    drawn.heading(title)
    drawn.paragraph(f"{paper.name}　様", size=12)
    drawn.paragraph(f"{paper.day}　　受付番号　{paper.number}")
    drawn.paragraph("次のとおり手続を行いました。")
    drawn.gap(8)
    drawn.table(columns=_COLUMNS, rows=paper.rows)
    drawn.gap(8)
    drawn.table(columns=(("項目", 30), ("内容", 70)), rows=[list(fact) for fact in paper.facts])
    drawn.gap(6)
    for line in (_LAW, _KEEP):
        drawn.paragraph(line, size=9)
    drawn.gap(16)
    drawn.paragraph(f"{paper.office}長", size=12)
    return drawn.finish()
