"""本人確認情報の提供状況の開示: the paper that the person takes home (J12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from jlis.kernel.documents.papers import Paper
from jlis.kernel.domain.eras import format_era

TITLE = "本人確認情報の提供状況"
_COLUMNS = (("日時", 22), ("利用した団体・機関", 22), ("方法", 14), ("事務", 24), ("項目", 18))


@dataclass(frozen=True)
class Line:
    """One look, in the words of the screen."""

    at: str
    organisation: str
    method: str
    purpose: str
    fields: str


def render(*, name: str, born: str, lines: Sequence[Line], office: str, disclosed_on: date) -> bytes:
    """The paper as PDF; `born` is written as on the record. Raises `CannotPrint` for a character without a glyph."""
    paper = Paper(title=TITLE, author=office, foot=f"{office}　{format_era(disclosed_on)}")
    paper.heading(TITLE)
    paper.paragraph(f"{name}　様　　{born}生", size=12)
    paper.paragraph(f"あなたの本人確認情報を見た、または提供を受けた記録は、次の{len(lines)}件です。")
    paper.gap(8)
    if lines:
        paper.table(
            columns=_COLUMNS,
            rows=[[line.at, line.organisation, line.method, line.purpose, line.fields] for line in lines],
        )
    paper.gap(8)
    paper.paragraph("この書面は、監査記録から作成したものです。直近の記録は1分以内に反映されます。", size=9)
    return paper.finish()
