"""Reading a photo: what can be measured of it, and the picture as the card bears it.

Where the face lies is told from the colour of skin (YCbCr, after Chai and Ngan 1999): a hint for the person who
decides, and no recognition of anybody.
"""

from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from mynacard.domain.photos import MOST_OCTETS, MOST_PIXELS, Photo

# 35 × 45 mm at 300 dots an inch.
CARD_SIZE = (413, 531)
_GRID = (70, 90)
_CB, _CR = (77, 127), (133, 177)
_FLAT = 40
_EXPOSED = (36867, 306)  # DateTimeOriginal, DateTime


class NotAPhoto(Exception):
    """The octets are no picture that could be read."""


@dataclass(frozen=True)
class ReadPhoto:
    """What was measured, and the picture cut to the card's size, in JPEG, without what cameras add."""

    measured: Photo
    on_card: bytes


def read(octets: bytes) -> ReadPhoto:
    """Measure a picture and cut it for the card. Raises `NotAPhoto`."""
    try:
        with Image.open(BytesIO(octets)) as picture:
            image_format, mode, exposed_on = picture.format or "", picture.mode, _exposed_on(picture)
            if max(picture.size) > MOST_PIXELS or len(octets) > MOST_OCTETS:
                # It is refused for its size anyhow, and not unpacked into memory first.
                return ReadPhoto(Photo(image_format, mode, *picture.size, len(octets), 0.0, 0.5, False), b"")
            plain = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise NotAPhoto from error
    share, middle = _face(plain)
    measured = Photo(
        image_format, mode, plain.width, plain.height, len(octets), share, middle, _is_plain(plain), exposed_on
    )
    return ReadPhoto(measured, _cut(plain))


def _cut(picture: Image.Image) -> bytes:
    out = BytesIO()
    ImageOps.fit(picture, CARD_SIZE).save(out, "JPEG", quality=88, dpi=(300, 300))
    return out.getvalue()


def _face(picture: Image.Image) -> tuple[float, float]:
    """The share of skin in the picture, and where its middle lies across (0.5 where there is none)."""
    _, blue, red = picture.resize(_GRID).convert("YCbCr").split()
    pairs = zip(blue.tobytes(), red.tobytes(), strict=True)
    columns = [
        place % _GRID[0] for place, (cb, cr) in enumerate(pairs) if _CB[0] <= cb <= _CB[1] and _CR[0] <= cr <= _CR[1]
    ]
    if not columns:
        return 0.0, 0.5
    return len(columns) / (_GRID[0] * _GRID[1]), (sum(columns) / len(columns) + 0.5) / _GRID[0]


def _is_plain(picture: Image.Image) -> bool:
    """Whether the upper corners are each of one colour, and of the same."""
    small = picture.resize(_GRID)
    width = _GRID[0] // 6
    corners = [small.crop((0, 0, width, width)), small.crop((_GRID[0] - width, 0, _GRID[0], width))]
    channels = [band.tobytes() for corner in corners for band in corner.split()]
    ranges = [(min(values), max(values)) for values in channels]
    if any(highest - lowest > _FLAT for lowest, highest in ranges):
        return False
    left, right = ranges[:3], ranges[3:]
    return all(abs(a[0] - b[0]) <= _FLAT for a, b in zip(left, right, strict=True))


def _exposed_on(picture: Image.Image) -> date | None:
    exif = picture.getexif()
    text = next((str(found) for tag in _EXPOSED if (found := exif.get(tag) or exif.get_ifd(0x8769).get(tag))), "")
    try:
        return datetime.strptime(text[:10], "%Y:%m:%d").date()  # noqa: DTZ007 - a camera's day, no instant
    except ValueError:
        return None
