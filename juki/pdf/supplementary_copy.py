"""戸籍の附票の写し: the addresses of one person while the 本籍 has been here, with the words of proof (法20条).

That of a removed 附票 (除附票, 法21条の3) says besides why and when it was removed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.lib.units import mm

from jlis.kernel.documents import seals
from jlis.kernel.documents.papers import MARGIN, WIDTH, Paper
from jlis.kernel.domain.eras import format_era

TITLE, REMOVED_TITLE = "戸籍の附票の写し", "戸籍の附票の除票の写し"
_HEADING, _REMOVED_HEADING = "戸　籍　の　附　票", "戸籍の附票の除票"
_NOT_NOW = "消除された附票の写しです。現在の住所を示すものではありません。"
LEFT_OUT = "省略"
_ITEMS = (("項目", 26), ("内容", 74))
_STAYS = (("住所", 66), ("住所を定めた年月日", 34))
_SEAL = 21 * mm


@dataclass(frozen=True)
class SupplementaryCopy:
    """What is printed. ``stays``: addresses, oldest first, each with the day written out.

    ``removal``: why a removed one was removed, and the day; nothing for a present one.
    """

    number: str
    municipality: str
    mayor: str
    seal: str
    issued_on: date
    name: str
    name_kana: str
    birth_date: str
    sex: str
    stays: Sequence[tuple[str, str]]
    statement: str
    honseki: str = ""
    koseki_head: str = ""
    removal: tuple[str, str] | None = None


def render(copy: SupplementaryCopy) -> bytes:
    """The paper as PDF. Raises `CannotPrint` for a character without a glyph."""
    title = REMOVED_TITLE if copy.removal else TITLE
    paper = Paper(title=title, author=copy.municipality, foot=copy.number, reference=copy.number)
    paper.heading(_REMOVED_HEADING if copy.removal else _HEADING)
    rows = [
        ["本籍", copy.honseki or LEFT_OUT],
        ["筆頭者", copy.koseki_head or LEFT_OUT],
        ["氏名の振り仮名", copy.name_kana],
        ["氏名", copy.name],
        ["生年月日", copy.birth_date],
        ["性別", copy.sex],
    ]
    if copy.removal:
        rows += [["消除の事由", copy.removal[0]], ["消除の年月日", copy.removal[1]]]
    paper.table(columns=_ITEMS, rows=rows, size=10.5)
    paper.gap(12)
    paper.table(columns=_STAYS, rows=[list(stay) for stay in copy.stays], size=10.5)
    if copy.removal:
        paper.gap(6)
        paper.paragraph(_NOT_NOW, size=10)
    _proof(paper, copy)
    return paper.finish()


def _proof(paper: Paper, copy: SupplementaryCopy) -> None:
    paper.need(44 * mm)
    paper.gap(12)
    paper.paragraph(copy.statement, size=11)
    paper.paragraph(format_era(copy.issued_on), size=11, indent=14 * mm)
    paper.y -= _SEAL
    paper.fitted(
        MARGIN + 60 * mm, paper.y, paper.inner_width - 60 * mm - _SEAL - 6, _SEAL, copy.mayor,
        item="市区町村長名", size=13, least=9, align="right", lines=1,
    )  # fmt: skip
    seals.draw(paper, x=WIDTH - MARGIN - _SEAL, y=paper.y, words=copy.seal, side=_SEAL)
