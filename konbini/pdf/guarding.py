"""What the centre adds to a town's paper: 牽制文字 under the face, and behind each face its scrambled back (K4).

The town's own pages stay as they came: text, fonts and seal are not drawn again.
"""

import zlib
from functools import cache
from io import BytesIO

import numpy as np
import pikepdf
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from jlis.kernel.documents import outlines
from jlis.kernel.documents.papers import Paper
from konbini.domain import back_side, paper_numbers, scramble
from konbini.domain.scramble import Picture
from konbini.pdf import reading

WARNING = "複写"
_FORM = "warning"
_PALE = 0.93
_FOUR_GREYS = ((np.arange(256) + 42) // 85).astype(np.uint8)
_PITCH = 21 * mm
_LETTER = 13 * mm
_NOTE = (
    "この面は、証明書のおもて面を暗号化した画像です。",
    "四隅の黒い四角を含めて読み取り、問合せサイトに送ると、おもて面を表示して確かめられます。",
)


def guarded(document: bytes, *, number: int, secret: bytes) -> bytes:
    """The paper as it goes to the printer: each face on its ground, its back behind it. Raises NotReadable."""
    faces = reading.faces(document)
    with pikepdf.open(BytesIO(document)) as paper, pikepdf.open(BytesIO(_ground())) as ground:
        for page in list(paper.pages):
            page.add_underlay(ground.pages[0], pikepdf.Rectangle(page.mediabox))
        for sheet, face in enumerate(faces):
            key = scramble.key_of(secret, number=number, sheet=sheet)
            picture = back_side.draw(scramble.scrambled(face, key), number=number, sheet=sheet)
            _insert_back(paper, 2 * sheet + 1, picture, number)
        written = BytesIO()
        paper.save(written)
        return written.getvalue()


@cache
def _ground() -> bytes:
    """The words that a copier brings out, in a tint, as outlines: they are no text of the paper."""
    paper = Paper(title=WARNING, numbered=False)
    _warning_form(paper)
    width, height = A4
    for row in range(int(height / _PITCH) + 1):
        shift = (row % 2) * _PITCH
        for column in range(int(width / (2 * _PITCH)) + 1):
            paper.canvas.saveState()
            paper.canvas.translate(column * 2 * _PITCH + shift, row * _PITCH)
            paper.canvas.doForm(_FORM)
            paper.canvas.restoreState()
    return paper.finish()


def _warning_form(paper: Paper) -> None:
    """The words once, to be placed many times."""
    paper.canvas.beginForm(_FORM)
    paper.canvas.setFillGray(_PALE)
    for place, letter in enumerate(WARNING):
        outlines.fill(paper.canvas, letter, x=place * _LETTER, y=0, size=_LETTER)
    paper.canvas.endForm()


def _insert_back(paper: pikepdf.Pdf, place: int, picture: Picture, number: int) -> None:
    with pikepdf.open(BytesIO(_caption(number))) as caption:
        paper.pages.insert(place, caption.pages[0])
    page = paper.pages[place]
    name = page.add_resource(_image(paper, picture), pikepdf.Name.XObject)
    width, height = A4
    page.contents_add(f"q {width} 0 0 {height} 0 0 cm {name} Do Q".encode(), prepend=True)


def _caption(number: int) -> bytes:
    """The words of a back."""
    paper = Paper(title="うら面", numbered=False)
    paper.text(A4[0] / 2, A4[1] - 12 * mm, paper_numbers.written(number), size=9, align="centre")
    for place, line in enumerate(_NOTE):
        paper.text(A4[0] / 2, (8 - 4 * place) * mm, line, size=7, align="centre")
    return paper.finish()


def _image(paper: pikepdf.Pdf, picture: Picture) -> pikepdf.Stream:
    """The picture in four greys, two bits a dot: a printer has no finer ones in so small a letter."""
    greys = _FOUR_GREYS[picture]
    packed = greys[:, 0::4] << 6 | greys[:, 1::4] << 4 | greys[:, 2::4] << 2 | greys[:, 3::4]
    return pikepdf.Stream(
        paper,
        # The usual level takes several times as long for a file a quarter smaller, which is printed and gone.
        zlib.compress(packed.tobytes(), level=2),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=back_side.PAGE_WIDTH,
        Height=back_side.PAGE_HEIGHT,
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=2,
        Filter=pikepdf.Name.FlateDecode,
    )
