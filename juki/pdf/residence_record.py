"""住民票の写し, the form for a household (世帯連記式): up to four persons a sheet, latest items only.

Drawn here for whoever holds the items: a town's own server, the copy in `bcl`, a wide-area issue. What was not
asked for is written as 省略, so that a receiver sees that it was left out and not lost (住民基本台帳法12条5項).
住民票コード is never printed by a kiosk: only a counter's own form gives it a line (``with_codes``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from reportlab.lib.units import mm

from jlis.kernel.documents import seals
from jlis.kernel.documents.papers import MARGIN, WIDTH, Paper
from jlis.kernel.documents.typefaces import GOTHIC
from jlis.kernel.domain.eras import format_era

TITLE = "住民票の写し"
MOST_ON_A_SHEET = 4
LEFT_OUT = "省略"
WHOLE = "この写しは、世帯全員の住民票の原本と相違ないことを証明する。"
PART = "この写しは、世帯の一部の者の住民票の原本と相違ないことを証明する。"
_ROW = 19.0
_LABEL = 24 * mm
_BLOCK = 6 * _ROW + 8
_STATEMENT = 44 * mm


class Show(StrEnum):
    """What is printed only when it was asked for."""

    RELATION = "RELATION"
    KOSEKI = "KOSEKI"
    INDIVIDUAL_NUMBER = "INDIVIDUAL_NUMBER"


@dataclass(frozen=True)
class Member:
    """One person as the record has them. Dates are written out by the caller, since some are partly unknown."""

    name: str
    name_kana: str
    birth_date: str
    sex: str
    relation: str
    became_resident_on: str
    address_since: str
    notified_on: str
    former_address: str
    former_surname: str = ""
    alias: str = ""
    honseki: str = ""
    koseki_head: str = ""
    individual_number: str = ""
    remarks: str = ""
    resident_code: str = ""


@dataclass(frozen=True)
class ResidenceCertificate:
    """What one paper says. ``number`` is the 発行番号 on each page, ``transaction`` the request it answers.

    ``statement`` replaces the words of proof, for a paper that another town makes from a notice (施行令15条の4).
    """

    transaction: str
    number: str
    municipality: str
    mayor: str
    seal: str
    issued_on: date
    address: str
    householder: str
    members: Sequence[Member]
    whole_household: bool
    shows: frozenset[Show] = frozenset()
    statement: str = ""
    with_codes: bool = False


def render(certificate: ResidenceCertificate) -> bytes:
    """The paper as PDF. Raises `CannotPrint` naming the item without a glyph or too long: to the counter then."""
    paper = Paper(
        title=TITLE, author=certificate.municipality, foot=certificate.number, reference=certificate.transaction
    )
    _head(paper, certificate)
    for place, member in enumerate(certificate.members):
        if place and place % MOST_ON_A_SHEET == 0:
            paper.new_page()
            _head(paper, certificate)
        _block(paper, member, certificate.shows)
        if certificate.with_codes:
            paper.y += 8
            _row(paper, [("住民票コード", member.resident_code, 1.0)])
            paper.gap(8)
    _statement(paper, certificate)
    return paper.finish()


def _head(paper: Paper, certificate: ResidenceCertificate) -> None:
    paper.text(WIDTH - MARGIN, paper.y - 8, certificate.municipality, size=9, align="right")
    paper.heading("住　民　票")
    paper.y += 4
    _row(paper, [("住所", certificate.address, 1.0)], size=11)
    _row(paper, [("世帯主", certificate.householder, 1.0)], size=11)
    paper.gap(8)


def _block(paper: Paper, member: Member, shows: frozenset[Show]) -> None:
    name = "　".join(
        [member.name]
        + ([f"（旧氏 {member.former_surname}）"] if member.former_surname else [])
        + ([f"（通称 {member.alias}）"] if member.alias else [])
    )
    _row(paper, [("振り仮名", member.name_kana, 0.62), ("性別", member.sex, 0.38)], size=9)
    _row(paper, [("氏名", name, 0.62), ("生年月日", member.birth_date, 0.38)], size=12)
    relation = member.relation if Show.RELATION in shows else LEFT_OUT
    _row(paper, [("住民となった日", member.became_resident_on, 0.62), ("続柄", relation, 0.38)])
    dates = f"{member.address_since}（届出 {member.notified_on}）" if member.notified_on else member.address_since
    _row(paper, [("住所を定めた日", dates, 0.62), ("個人番号", _number(member, shows), 0.38)])
    koseki = Show.KOSEKI in shows
    honseki, head = (member.honseki, member.koseki_head) if koseki else (LEFT_OUT, LEFT_OUT)
    _row(paper, [("本籍", honseki, 0.62), ("筆頭者", head, 0.38)])
    _row(paper, [("前住所", member.former_address, 0.62), ("備考", member.remarks, 0.38)])
    paper.gap(8)


def _number(member: Member, shows: frozenset[Show]) -> str:
    return member.individual_number if Show.INDIVIDUAL_NUMBER in shows else LEFT_OUT


def _row(paper: Paper, cells: Sequence[tuple[str, str, float]], *, size: float = 10) -> None:
    """Labels and values side by side; the share is of the width between the margins."""
    paper.y -= _ROW
    x = MARGIN
    for label, value, share in cells:
        width = paper.inner_width * share
        paper.cell(x, paper.y, _LABEL, _ROW, label, item=label, size=8, face=GOTHIC, lines=1)
        paper.cell(x + _LABEL, paper.y, width - _LABEL, _ROW, value, item=label, size=size, least=5.5)
        x += width


def _statement(paper: Paper, certificate: ResidenceCertificate) -> None:
    """The words of proof, the day, the mayor and the seal: on the last page only."""
    paper.need(_STATEMENT)
    paper.gap(6)
    paper.paragraph(certificate.statement or (WHOLE if certificate.whole_household else PART), size=11)
    paper.paragraph(format_era(certificate.issued_on), size=11, indent=14 * mm)
    side = 21 * mm
    paper.y -= side
    paper.fitted(
        MARGIN + 60 * mm, paper.y, paper.inner_width - 60 * mm - side - 6, side, certificate.mayor,
        item="市区町村長名", size=13, least=9, align="right", lines=1,
    )  # fmt: skip
    seals.draw(paper, x=WIDTH - MARGIN - side, y=paper.y, words=certificate.seal, side=side)
