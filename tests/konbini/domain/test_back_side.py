"""The back of a paper: scrambled under its key, and read again from a scan however it lay on the glass (K4, K5)."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from konbini.domain import back_side, paper_numbers, scramble

NUMBER = 1234_5678_9012_3456
KEY = scramble.key_of(b"secret of the centre", number=NUMBER, sheet=0)


@pytest.fixture(scope="module")
def face() -> np.ndarray:
    """Something with lines and letters."""
    image = Image.new("L", (scramble.WIDTH, scramble.HEIGHT), 255)
    pen = ImageDraw.Draw(image)
    for row in range(20, scramble.HEIGHT, 60):
        pen.line((40, row, scramble.WIDTH - 40, row), fill=0, width=2)
        pen.text((60, row + 15), f"line {row} of a certificate", fill=0, font_size=30)
    return np.asarray(image)


@pytest.fixture(scope="module")
def back(face: np.ndarray) -> Image.Image:
    return Image.fromarray(back_side.draw(scramble.scrambled(face, KEY), number=NUMBER, sheet=3))


def test_the_face_comes_back_exactly_under_its_key(face):
    assert (scramble.restored(scramble.scrambled(face, KEY), KEY) == face).all()


def test_another_papers_key_gives_noise(face):
    other = scramble.key_of(b"secret of the centre", number=NUMBER + 1, sheet=0)
    wrong = scramble.restored(scramble.scrambled(face, KEY), other)
    assert np.abs(wrong.astype(int) - face).mean() > 80


def test_the_scrambled_picture_does_not_show_the_face(face):
    """No row of the face survives: the correlation of both pictures is next to nothing."""
    hidden = scramble.scrambled(face, KEY)
    assert abs(np.corrcoef(hidden.ravel(), face.ravel())[0, 1]) < 0.05


def scanned(back: Image.Image, *, degrees: float, scale: float = 1.0, quality: int = 60) -> np.ndarray:
    """A scan: turned, scaled, a little grey, and compressed as JPEG."""
    turned = back.rotate(degrees, expand=True, fillcolor=245, resample=Image.Resampling.BICUBIC)
    sized = turned.resize((round(turned.width * scale), round(turned.height * scale)), Image.Resampling.BICUBIC)
    written = io.BytesIO()
    sized.point(lambda value: 12 + value * 225 // 255).save(written, "JPEG", quality=quality)
    return np.asarray(Image.open(written).convert("L"))


@pytest.mark.parametrize(
    ("degrees", "scale"), [(0, 1), (1.5, 1), (-2, 1), (1.5, 2), (0.7, 0.8), (180, 1), (178.5, 1.3), (90, 1), (271, 1)]
)
def test_a_scan_is_read_however_it_lay_on_the_glass(back, face, degrees, scale):
    found = back_side.read(scanned(back, degrees=degrees, scale=scale))
    assert found is not None
    assert (found.number, found.sheet) == (NUMBER, 3)
    restored = scramble.restored(found.picture, KEY)
    # Letters and rules stand out as they did: what is dark on the face is dark again.
    assert np.corrcoef(restored.ravel(), face.ravel())[0, 1] > 0.55


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_an_empty_sheet_is_no_back(shade):
    assert back_side.read(np.full((1754, 1240), shade, np.uint8)) is None


@pytest.mark.parametrize("shape", [(40, 30), (0, 0), (500, 3), (450, 20_000)])
def test_a_picture_that_is_no_sheet_is_no_back(shape):
    assert back_side.read(np.zeros(shape, np.uint8)) is None


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_noise_is_no_back(seed):
    noise = np.random.default_rng(seed).integers(0, 256, (600, 420), np.uint8)
    assert back_side.read(noise) is None


@given(st.integers(1, paper_numbers.MOST), st.integers(0, 255))
def test_a_strip_says_its_number_and_sheet(number, sheet):
    assert paper_numbers.read_cells(paper_numbers.cells_of(number, sheet)) == (number, sheet)


@given(st.integers(1, paper_numbers.MOST), st.integers(0, paper_numbers.CELLS - 1))
def test_one_cell_misread_is_noticed(number, place):
    cells = paper_numbers.cells_of(number, 0).copy()
    cells[place] = ~cells[place]
    assert paper_numbers.read_cells(cells) is None


def test_a_number_is_written_in_fours():
    assert paper_numbers.written(42) == "0000-0000-0000-0042"
