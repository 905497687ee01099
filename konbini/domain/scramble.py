"""スクランブル画像: the face cut into tiles, moved about and half of them inverted, under the key of its paper (K4).

Order and inversion come from a keystream (AES-256 in counter mode) and a stable sort, so that the same key gives the
same picture in every version of every library, for as long as papers are checked.
"""

import hmac

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

TILE = 8
COLUMNS, ROWS = 128, 180
WIDTH, HEIGHT = COLUMNS * TILE, ROWS * TILE
_COUNT = COLUMNS * ROWS

Picture = NDArray[np.uint8]


def key_of(secret: bytes, *, number: int, sheet: int) -> bytes:
    """The key of one sheet of one paper, from the centre's secret."""
    return hmac.digest(secret, f"konbini.back {number} {sheet}".encode(), "sha256")


def scrambled(face: Picture, key: bytes) -> Picture:
    """The picture that is printed on the back. ``face`` is grey, HEIGHT by WIDTH."""
    order, inverted = _plan(key)
    tiles = _tiles(face)[order]
    return _joined(np.where(inverted[:, None, None], 255 - tiles, tiles))


def restored(back: Picture, key: bytes) -> Picture:
    """The face again, from a picture of the back that has been brought to HEIGHT by WIDTH."""
    order, inverted = _plan(key)
    tiles = _tiles(back)
    face = np.empty_like(tiles)
    face[order] = np.where(inverted[:, None, None], 255 - tiles, tiles)
    return _joined(face)


def _plan(key: bytes) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    stream = Cipher(algorithms.AES256(key), modes.CTR(bytes(16))).encryptor().update(bytes(_COUNT * 9))
    ranks = np.frombuffer(stream[: _COUNT * 8], "<u8")
    return np.argsort(ranks, kind="stable"), (np.frombuffer(stream[_COUNT * 8 :], np.uint8) & 1).astype(np.bool_)


def _tiles(picture: Picture) -> Picture:
    if picture.shape != (HEIGHT, WIDTH):
        raise ValueError(f"the picture must be {HEIGHT} by {WIDTH}, not {picture.shape}")
    return picture.reshape(ROWS, TILE, COLUMNS, TILE).swapaxes(1, 2).reshape(_COUNT, TILE, TILE)


def _joined(tiles: Picture) -> Picture:
    return np.ascontiguousarray(tiles.reshape(ROWS, COLUMNS, TILE, TILE).swapaxes(1, 2).reshape(HEIGHT, WIDTH))
