"""送付票: what goes with a medium that carries an extract. It names no person and no passphrase (J5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from jlis.kernel.documents.papers import Paper

TITLE = "一括抽出データ送付票"
_NOTE = (
    "媒体は暗号化（AES-256）されています。合言葉は、この送付票および媒体とは別の手段で、依頼者だけが画面で確かめます。",
    "受領したときは、ハッシュ値（SHA-256）を確かめ、受領欄に記入して写しを送付元に返してください。",
)
_SIGNED = ("送付者　所属・氏名", "送付年月日", "受領者　所属・氏名", "受領年月日", "返却・廃棄の年月日と方法")


@dataclass(frozen=True)
class Slip:
    """What is written on it, in the words of the screen."""

    number: str
    sender: str
    receiver: str
    asked_by: str
    approved_by: str
    made_at: str
    file_name: str
    size: str
    sha256: str
    rows: str
    request: Sequence[tuple[str, str]]


def render(slip: Slip) -> bytes:
    """The slip as PDF. Raises `CannotPrint` for a character without a glyph."""
    paper = Paper(title=TITLE, author=slip.sender, foot=f"{slip.sender}　{slip.number}")
    paper.heading(TITLE)
    facts = [
        ("媒体番号", slip.number), ("送付元", slip.sender), ("送付先", slip.receiver), ("依頼者", slip.asked_by),
        ("承認者", slip.approved_by), ("作成日時", slip.made_at), ("ファイル名", slip.file_name), ("大きさ", slip.size),
        ("件数", slip.rows), ("SHA-256", f"{slip.sha256[:32]}\n{slip.sha256[32:]}"),
    ]  # fmt: skip
    paper.table(columns=(("項目", 22), ("内容", 78)), rows=[list(each) for each in facts])
    paper.gap(8)
    paper.table(columns=(("抽出の条件", 22), ("内容", 78)), rows=[list(each) for each in slip.request])
    paper.gap(8)
    paper.table(columns=(("記入欄", 34), ("", 66)), rows=[[label, "\n"] for label in _SIGNED])
    paper.gap(6)
    for line in _NOTE:
        paper.paragraph(line, size=9)
    return paper.finish()
