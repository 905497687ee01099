"""The guarded paper as outside tools see it: sound, embedded, its text untouched, its back readable from a scan."""

import io
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image

from konbini.domain import back_side, scramble
from konbini.pdf import guarding, reading
from tests.konbini.papers import CERTIFICATE, HANAKO, paper

needs_poppler = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="no poppler-utils on this machine")
needs_qpdf = pytest.mark.skipif(shutil.which("qpdf") is None, reason="no qpdf on this machine")
SECRET = b"secret of the centre"
NUMBER = 1234_5678_9012_3456


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    path = tmp_path_factory.mktemp("papers") / "guarded.pdf"
    path.write_bytes(guarding.guarded(paper(members=[HANAKO] * 6), number=NUMBER, secret=SECRET))
    return path


def told(*command: object) -> str:
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


@needs_qpdf
def test_the_paper_is_sound(guarded):
    assert "No syntax or stream encoding errors" in told("qpdf", "--check", guarded)


@needs_poppler
def test_every_font_is_embedded_and_subset(guarded):
    rows = told("pdffonts", guarded).splitlines()[2:]
    assert rows
    assert all(row.split()[-5:-2] == ["yes", "yes", "yes"] for row in rows)


@needs_poppler
def test_each_face_is_followed_by_its_back_and_the_text_is_the_towns_own(guarded):
    pages = told("pdftotext", "-raw", guarded, "-").split("\f")[:-1]
    assert len(pages) == 4
    assert "".join(pages[0].split()).count("氏名𠮷田花子") == 4
    assert "".join(pages[2].split()).count("氏名𠮷田花子") == 2
    assert all("1234-5678-9012-3456" in page for page in pages)
    assert not any("𠮷田" in page for page in pages[1::2])
    # The warning is a picture: it must not come out among the words of the record.
    assert "複写" not in "".join(pages)


@needs_poppler
@pytest.mark.parametrize("sheet", [0, 1])
def test_a_printed_and_scanned_back_shows_the_face_again(guarded, tmp_path, sheet):
    page = 2 * sheet + 2
    told("pdftoppm", "-r", "150", "-gray", "-png", "-f", page, "-l", page, guarded, tmp_path / "back")
    (printed,) = tmp_path.glob("back*.png")
    scan = io.BytesIO()
    Image.open(printed).rotate(1.5, expand=True, fillcolor=250).save(scan, "JPEG", quality=60)
    found = back_side.read(np.asarray(Image.open(scan).convert("L")))
    assert found is not None
    assert (found.number, found.sheet) == (NUMBER, sheet)
    key = scramble.key_of(SECRET, number=NUMBER, sheet=sheet)
    face = reading.faces(paper(members=[HANAKO] * 6))[sheet]
    assert np.corrcoef(scramble.restored(found.picture, key).ravel(), face.ravel())[0, 1] > 0.5


def test_what_is_no_pdf_is_said_to_be_none():
    with pytest.raises(reading.NotReadable):
        reading.content(b"%PDF-1.7 and then nothing")


def test_a_paper_says_which_request_it_answers():
    found = reading.content(paper())
    assert found.reference == CERTIFICATE.transaction
    assert "𠮷田" in "".join(found.pages)
