"""Reading a PDF as an outsider would: its text page by page, what it refers to, its pages as grey pictures.

PDFium is not safe between threads: one reader at a time in a process.
"""

from dataclasses import dataclass
from threading import Lock

import numpy as np
import pypdfium2

from konbini.domain import scramble
from konbini.domain.scramble import Picture

_READING = Lock()


class NotReadable(ValueError):
    """The bytes are no PDF that can be read."""


@dataclass(frozen=True)
class Content:
    """The text of each page, and the document's Subject: the transaction that it answers."""

    pages: tuple[str, ...]
    reference: str


def content(document: bytes) -> Content:
    """What a PDF says. Raises NotReadable."""
    with _READING:
        opened = _opened(document)
        try:
            pages = tuple(page.get_textpage().get_text_range() for page in opened)
            return Content(pages, opened.get_metadata_value("Subject"))
        finally:
            opened.close()


def faces(document: bytes) -> list[Picture]:
    """Each page as a grey picture of the size that the back carries, the last millimetre of its foot left out.

    Raises NotReadable.
    """
    return [_fitted(page) for page in rasters(document, width=scramble.WIDTH)]


def rasters(document: bytes, *, width: int, most: int = 20) -> list[Picture]:
    """Up to ``most`` pages as grey pictures ``width`` dots wide. Raises NotReadable."""
    with _READING:
        opened = _opened(document)
        try:
            return [
                np.ascontiguousarray(page.render(scale=width / page.get_width(), grayscale=True).to_numpy().squeeze())
                for page in list(opened)[:most]
            ]
        finally:
            opened.close()


def _fitted(page: Picture) -> Picture:
    """A page of another shape than A4 is cut or filled with white."""
    face = np.full((scramble.HEIGHT, scramble.WIDTH), 255, np.uint8)
    seen = page[: scramble.HEIGHT, : scramble.WIDTH]
    face[: seen.shape[0], : seen.shape[1]] = seen
    return face


def _opened(document: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(document)
    except pypdfium2.PdfiumError as error:
        raise NotReadable(str(error)) from error
