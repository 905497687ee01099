"""The number of one paper: on its face in figures, on its back as a strip of cells that a scan can read."""

import binascii
import secrets

import numpy as np
from numpy.typing import NDArray

DIGITS = 16
MOST = 10**DIGITS - 1
_CONTENT = 8
_CHECK = 2
CELLS = (_CONTENT + _CHECK) * 8


def fresh() -> int:
    """A number that nobody can guess; the database keeps it unique."""
    return secrets.randbelow(MOST) + 1


def written(number: int) -> str:
    """1234-5678-9012-3456."""
    figures = f"{number:0{DIGITS}}"
    return "-".join(figures[start : start + 4] for start in range(0, DIGITS, 4))


def cells_of(number: int, sheet: int) -> NDArray[np.bool_]:
    """A back's strip: 8 bits of the sheet from 0, 56 of the number, 16 of their checksum; True is black."""
    content = bytes([sheet]) + number.to_bytes(_CONTENT - 1, "big")
    whole = content + _check(content)
    return np.unpackbits(np.frombuffer(whole, np.uint8)).astype(np.bool_)


def read_cells(cells: NDArray[np.bool_]) -> tuple[int, int] | None:
    """The number and the sheet that a strip says; None when its checksum does not agree."""
    whole = np.packbits(cells.astype(np.uint8)).tobytes()
    content, check = whole[:_CONTENT], whole[_CONTENT:]
    return (int.from_bytes(content[1:], "big"), content[0]) if check == _check(content) else None


def _check(content: bytes) -> bytes:
    return binascii.crc_hqx(content, 0xFFFF).to_bytes(_CHECK, "big")
