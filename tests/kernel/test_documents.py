"""Papers as an outsider's tools read them: qpdf, pdffonts, pdftotext."""

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jlis.kernel.documents import fitting, seals
from jlis.kernel.documents.papers import MARGIN, Paper
from jlis.kernel.documents.typefaces import clusters, undrawable

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no poppler-utils on this machine")
needs_qpdf = pytest.mark.skipif(shutil.which("qpdf") is None, reason="no qpdf on this machine")

# Supplementary plane, IBM extensions, JIS X 0213 only, and glyphs told apart by a variation selector alone.
HARD_NAMES = ["𠮷田 太郎", "髙﨑 花子", "鷗 外", "葛\U000e0102城 一", "葛\U000e0103城 二", "渡邉\U000e0110 三"]


@pytest.fixture
def written(tmp_path):
    """A paper written to a file."""

    def write(content: bytes):
        path = tmp_path / "paper.pdf"
        path.write_bytes(content)
        return path

    return write


def paper_of(*texts: str, title: str = "試し") -> bytes:
    paper = Paper(title=title, foot="千代田区")
    for text in texts:
        paper.paragraph(text)
    return paper.finish()


def told(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@needs_poppler
def test_hard_names_are_extracted_exactly_as_they_went_in(written):
    text = told("pdftotext", "-raw", str(written(paper_of(*HARD_NAMES))), "-")
    assert text.split("\n")[: len(HARD_NAMES)] == HARD_NAMES


@needs_poppler
def test_more_than_one_subset_of_a_font_is_extracted(written):
    characters = [chr(code) for code in range(0x4E00, 0x5400) if not undrawable(chr(code))]
    text = told("pdftotext", "-raw", str(written(paper_of("".join(characters)))), "-")
    assert "".join(text.split("千代田区")[0].split()) == "".join(characters)


@needs_poppler
def test_every_font_is_embedded_and_subset(written):
    listed = told("pdffonts", str(written(paper_of(*HARD_NAMES)))).splitlines()[2:]
    assert {line.split()[0].split("+")[1] for line in listed} == {"IPAmjMincho", "IPAexGothic"}
    assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in listed)


@needs_qpdf
def test_the_file_is_sound(written):
    assert "No syntax or stream encoding errors" in told("qpdf", "--check", str(written(paper_of(*HARD_NAMES))))


def test_the_same_content_gives_the_same_bytes():
    assert paper_of(*HARD_NAMES) == paper_of(*HARD_NAMES)


@needs_poppler
def test_pages_are_numbered_of_how_many_and_the_heading_is_repeated(written):
    paper = Paper(title="表")
    paper.table(columns=[("番号", 1), ("氏名", 3)], rows=[[str(number), "山田"] for number in range(120)])
    text = told("pdftotext", "-layout", str(written(paper.finish())), "-")
    pages = text.split("\f")[:-1]
    assert len(pages) > 1
    assert [page.strip().splitlines()[-1].strip() for page in pages] == [
        f"{number}/{len(pages)}" for number in range(1, len(pages) + 1)
    ]
    assert all("番号" in page and "氏名" in page for page in pages)


def test_a_character_without_a_glyph_is_refused_by_its_code_and_not_shown():
    with pytest.raises(fitting.CannotPrint) as refused:
        paper_of("山田\U0001f600太郎")
    assert "U+1F600" in refused.value.message
    assert "山田" not in refused.value.message


def test_a_variation_that_the_font_lacks_is_refused_and_not_drawn_as_the_plain_one():
    assert undrawable("葛\U000e01ef飾") == ["葛\U000e01ef"]


def test_a_text_too_long_for_its_box_is_refused_and_not_cut():
    with pytest.raises(fitting.CannotPrint) as refused:
        fitting.fit("長" * 200, width=100, item="住所")
    assert refused.value.code == "does_not_fit"


def test_type_is_made_smaller_before_a_second_line_is_begun():
    one_line = fitting.fit("あ" * 12, width=100, item="氏名", size=10.5, least=7)
    assert len(one_line.lines) == 1
    assert one_line.size < 10.5
    assert len(fitting.fit("あ" * 20, width=100, item="氏名", size=10.5, least=7).lines) == 2


KANJI = st.text(st.sampled_from("𠮷髙﨑葛邉鷗山田、。ー"), min_size=1, max_size=60)


@settings(deadline=None, max_examples=60)
@given(KANJI, st.floats(60, 500))
def test_breaking_into_lines_loses_nothing_and_keeps_the_width(text, width):
    lines = fitting.wrapped(text, width=width, size=10)
    assert "".join(lines) == text
    hanging = "、。ー"
    assert all(fitting.width_of(line.rstrip(hanging), size=10) <= width for line in lines)


@given(st.text(st.sampled_from("葛邉山\U000e0102\U000e0110\ufe00"), max_size=20))
def test_clusters_lose_nothing(text):
    assert "".join(clusters(text)) == text


def test_a_seal_is_at_most_25_millimetres():
    paper = Paper(title="印")
    seals.draw(paper, x=MARGIN, y=MARGIN, words="千代田区長")
    with pytest.raises(ValueError, match="25 mm"):
        seals.draw(paper, x=MARGIN, y=MARGIN, words="千代田区長", side=26 / 25.4 * 72)
