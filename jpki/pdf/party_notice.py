"""検証者の登録の通知: what a relying party is registered for, and by which papers (P5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from jlis.kernel.documents.papers import Paper
from jlis.kernel.domain.eras import format_era

TITLE = "検証者の登録に関する通知"


@dataclass(frozen=True)
class Notice:
    """One registration, in the words of the screen."""

    name: str
    code: str
    kind: str
    platform: str
    service: str
    state: str
    days: Sequence[tuple[str, str]]
    entitlements: Sequence[tuple[str, str, str]]
    papers: Sequence[tuple[str, str, str]]


def render(notice: Notice, *, office: str, printed_on: date) -> bytes:
    """The paper as PDF. Raises `CannotPrint` for a character without a glyph."""
    paper = Paper(title=TITLE, author=office, foot=f"{office}　{format_era(printed_on)}", reference=notice.code)
    paper.heading(TITLE)
    paper.paragraph(f"{notice.name}　御中", size=12)
    paper.gap(6)
    paper.paragraph(
        "電子署名等に係る地方公共団体情報システム機構の認証業務に関する法律に基づく検証者として、次のとおり登録しています。"
    )
    paper.gap(8)
    facts = [("コード", notice.code), ("種別", notice.kind), ("利用する手続・サービス", notice.service)]
    facts += [("委託先", notice.platform)] if notice.platform else []
    paper.table(columns=(("項目", 30), ("内容", 70)), rows=[*facts, ("状態", notice.state), *notice.days])
    paper.gap(8)
    paper.table(columns=(("提供する情報", 50), ("根拠", 25), ("期間", 25)), rows=notice.entitlements)
    paper.gap(8)
    paper.table(columns=(("書類", 40), ("文書番号", 35), ("日付", 25)), rows=notice.papers)
    return paper.finish()
