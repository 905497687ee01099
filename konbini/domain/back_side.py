"""Where everything stands on a back, in dots of 150 a inch on A4, and how a scan of it is brought back to that.

Four black squares in the corners tell how the sheet lay on the glass: turned by any quarter, askew, cut or scaled. The
strip below the upper pair holds the paper's number with a checksum, which also tells which way up it lay.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from konbini.domain import paper_numbers, scramble
from konbini.domain.scramble import Picture

PAGE_WIDTH, PAGE_HEIGHT = 1240, 1754
MARK = 36
MARKS = ((72, 110), (PAGE_WIDTH - 72, 110), (PAGE_WIDTH - 72, 1700), (72, 1700))
"""Centres of the squares, clockwise from the upper left."""

PICTURE = ((PAGE_WIDTH - scramble.WIDTH) // 2, 210)
"""Upper left corner of the scrambled picture."""

STRIP = (PICTURE[0], 150, scramble.WIDTH, 30)
"""Left, top, width, height of the strip."""

_SMALLEST = 400
"""Dots across, below which the strip's cells run into each other."""

_LONGEST = 2.0
"""A sheet of A4 is 1.41 times as long as wide; a scan may have a margin."""

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Read:
    """What a scan says: the number and the page on its strip, the scrambled picture upright, the page upright."""

    number: int
    sheet: int
    picture: Picture
    page: Picture


def draw(picture: Picture, *, number: int, sheet: int) -> Picture:
    """The whole back of one sheet (from 0) as a grey picture of the page."""
    page = np.full((PAGE_HEIGHT, PAGE_WIDTH), 255, np.uint8)
    for x, y in MARKS:
        page[y - MARK // 2 : y + MARK // 2, x - MARK // 2 : x + MARK // 2] = 0
    left, top, width, height = STRIP
    edges = np.linspace(0, width, paper_numbers.CELLS + 1).round().astype(int)
    for place, black in enumerate(paper_numbers.cells_of(number, sheet)):
        if black:
            page[top : top + height, left + edges[place] : left + edges[place + 1]] = 0
    page[PICTURE[1] : PICTURE[1] + scramble.HEIGHT, PICTURE[0] : PICTURE[0] + scramble.WIDTH] = picture
    return page


def read(scan: Picture) -> Read | None:
    """Read a scan of a back; None when no strip with a right checksum is found, however the sheet is turned."""
    shorter, longer = sorted(scan.shape)
    if shorter < _SMALLEST or longer > shorter * _LONGEST:
        return None
    for turned in _turns(scan):
        corners = _corners(turned)
        page = _straightened(turned, corners)
        said = paper_numbers.read_cells(_cells(page))
        if said is not None:
            return Read(*said, _picture(page), page)
    return None


def _turns(scan: Picture) -> Iterator[Picture]:
    """The scan in the four ways it can lie; upright ones first."""
    upright = scan.shape[0] >= scan.shape[1]
    for quarters in (0, 2, 1, 3) if upright else (1, 3, 0, 2):
        yield np.ascontiguousarray(np.rot90(scan, quarters))


def _corners(scan: Picture) -> Points:
    """Centres of the four squares in the scan, clockwise from the upper left."""
    height, width = scan.shape
    reach_x, reach_y = width // 4, height // 6
    mark = max(6, round(width * MARK / PAGE_WIDTH))
    found = []
    for x, y in ((0, 0), (width - reach_x, 0), (width - reach_x, height - reach_y), (0, height - reach_y)):
        inside = _square(scan[y : y + reach_y, x : x + reach_x], mark)
        found.append((x + inside[0], y + inside[1]))
    return np.array(found)


def _square(region: Picture, mark: int) -> tuple[float, float]:
    """Centre of the blackest square that has white around it."""
    dark = (255.0 - region) / 255.0
    ring = 2 * mark
    inner, outer = _box_sums(dark, mark), _box_sums(dark, ring)
    inset = (ring - mark) // 2
    inner = inner[inset : inset + outer.shape[0], inset : inset + outer.shape[1]]
    score = inner / mark**2 - (outer - inner) / (ring**2 - mark**2)
    row, column = np.unravel_index(int(score.argmax()), score.shape)
    patch = dark[row : row + ring, column : column + ring]
    weight = np.where(patch > 0.5, patch, 0.0)
    total = weight.sum() or 1.0
    rows, columns = np.mgrid[0 : patch.shape[0], 0 : patch.shape[1]]
    return float(column + (weight * columns).sum() / total + 0.5), float(row + (weight * rows).sum() / total + 0.5)


def _box_sums(values: NDArray[np.floating[Any]], size: int) -> NDArray[np.float64]:
    """Sums over every square of ``size`` dots, by an integral picture."""
    table = np.zeros((values.shape[0] + 1, values.shape[1] + 1))
    table[1:, 1:] = values.cumsum(0).cumsum(1)
    return table[size:, size:] - table[:-size, size:] - table[size:, :-size] + table[:-size, :-size]


def _straightened(scan: Picture, corners: Points) -> Picture:
    """The page in its own dots: a perspective map taken from the four squares, sampled with its neighbours."""
    map_ = _perspective(np.array(MARKS, float), corners)
    rows, columns = np.mgrid[0:PAGE_HEIGHT, 0:PAGE_WIDTH] + 0.5
    scale = map_[2, 0] * columns + map_[2, 1] * rows + map_[2, 2]
    x = (map_[0, 0] * columns + map_[0, 1] * rows + map_[0, 2]) / scale - 0.5
    y = (map_[1, 0] * columns + map_[1, 1] * rows + map_[1, 2]) / scale - 0.5
    return _sampled(scan, x, y)


def _perspective(here: Points, there: Points) -> NDArray[np.float64]:
    """The 3 by 3 map that takes four points to four points."""
    rows, values = [], []
    for (x, y), (u, v) in zip(here, there, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    try:
        solved = np.linalg.solve(np.array(rows), np.array(values))
    except np.linalg.LinAlgError:  # squares on one line: not a back; what is read then fails its checksum
        solved = np.array([1, 0, 0, 0, 1, 0, 0, 0], float)
    return np.append(solved, 1.0).reshape(3, 3)


def _sampled(scan: Picture, x: NDArray[np.float64], y: NDArray[np.float64]) -> Picture:
    x, y = x.clip(0, scan.shape[1] - 1.001), y.clip(0, scan.shape[0] - 1.001)
    left, top = x.astype(np.intp), y.astype(np.intp)
    right_share, lower_share = x - left, y - top
    upper = scan[top, left] * (1 - right_share) + scan[top, left + 1] * right_share
    lower = scan[top + 1, left] * (1 - right_share) + scan[top + 1, left + 1] * right_share
    return (upper * (1 - lower_share) + lower * lower_share).round().astype(np.uint8)


def _cells(page: Picture) -> NDArray[np.bool_]:
    """The strip's cells: the middle of each, against the middle between its lightest and darkest."""
    left, top, width, height = STRIP
    strip = page[top + height // 4 : top + height * 3 // 4, left : left + width].mean(0)
    edges = np.linspace(0, width, paper_numbers.CELLS + 1)
    means = np.array([strip[int(a + 3) : int(b - 2)].mean() for a, b in pairwise(edges)])
    return means < (means.min() + means.max()) / 2


def _picture(page: Picture) -> Picture:
    left, top = PICTURE
    return page[top : top + scramble.HEIGHT, left : left + scramble.WIDTH]
