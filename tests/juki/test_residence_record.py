"""住民票の写し as outside tools read it (§3.7 of the form's rules: what was not asked for is left out)."""

import shutil
import subprocess
from dataclasses import replace
from datetime import date

import pytest

from jlis.kernel.documents.fitting import CannotPrint
from juki.pdf.residence_record import PART, WHOLE, Member, ResidenceCertificate, Show, render

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no poppler-utils on this machine")

HANAKO = Member(
    name="𠮷田　花子",
    name_kana="ヨシダ　ハナコ",
    birth_date="昭和41年4月28日",
    sex="女",
    relation="妻",
    became_resident_on="平成2年6月1日",
    address_since="平成20年3月20日",
    notified_on="平成20年3月25日",
    former_address="神奈川県横浜市鶴見区鶴見中央三丁目20番1号",
    honseki="東京都千代田区九段南一丁目2番",
    koseki_head="髙﨑　一郎",
    individual_number="123456789018",
)
PAPER = ResidenceCertificate(
    transaction="0199a000-0000-7000-8000-000000000001",
    number="20261121-131016-K-000001",
    municipality="東京都千代田区",
    mayor="東京都千代田区長　実演　太郎",
    seal="千代田区長",
    issued_on=date(2026, 11, 21),
    address="東京都千代田区九段南一丁目2番1号",
    householder="髙﨑　一郎",
    members=[HANAKO],
    whole_household=False,
)


def told(*command: str, given: bytes) -> str:
    return subprocess.run(command, input=given, check=True, capture_output=True).stdout.decode()


def text_of(certificate: ResidenceCertificate) -> str:
    """The text without its spaces, which pdftotext makes from gaps; pages end with a form feed."""
    pages = told("pdftotext", "-raw", "-", "-", given=render(certificate)).split("\f")
    return "\f".join("".join(page.split()) for page in pages)


@needs_poppler
def test_names_outside_the_old_character_sets_are_extracted_exactly():
    text = text_of(PAPER)
    assert "氏名𠮷田花子" in text
    assert "世帯主髙﨑一郎" in text
    assert "令和8年11月21日" in text
    assert PART in text
    assert WHOLE not in text


@needs_poppler
def test_what_was_not_asked_for_is_left_out_and_says_so():
    text = text_of(PAPER)
    assert text.count("省略") == 4
    assert "123456789018" not in text
    assert "本籍省略筆頭者省略" in text


@needs_poppler
@pytest.mark.parametrize(
    ("show", "words"),
    [
        (Show.RELATION, ["続柄妻"]),
        (Show.KOSEKI, ["本籍東京都千代田区九段南一丁目2番筆頭者髙﨑一郎"]),
        (Show.INDIVIDUAL_NUMBER, ["123456789018"]),
    ],
)
def test_each_item_is_printed_when_it_was_asked_for(show, words):
    text = text_of(replace(PAPER, shows=frozenset({show})))
    assert all(word in text for word in words)
    assert text.count("省略") < 4


@needs_poppler
def test_a_household_of_nine_takes_three_sheets_with_the_proof_on_the_last_alone():
    household = replace(PAPER, members=[HANAKO] * 9, whole_household=True)
    pages = text_of(household).split("\f")[:-1]
    assert len(pages) == 3
    assert [WHOLE in page for page in pages] == [False, False, True]
    assert all(PAPER.number in page and f"{number}/3" in page for number, page in enumerate(pages, start=1))
    assert sum(page.count("氏名𠮷田花子") for page in pages) == 9


@needs_poppler
def test_four_persons_and_the_proof_stand_on_one_sheet():
    assert len(text_of(replace(PAPER, members=[HANAKO] * 4)).split("\f")[:-1]) == 1


@needs_poppler
def test_the_request_it_answers_is_in_the_papers_own_data():
    assert PAPER.transaction in told("pdfinfo", "-", given=render(PAPER))


def test_a_name_too_long_for_its_box_is_refused_by_the_items_name():
    long_name = replace(HANAKO, name="ジョン・" * 40)
    with pytest.raises(CannotPrint, match="氏名"):
        render(replace(PAPER, members=[long_name]))
