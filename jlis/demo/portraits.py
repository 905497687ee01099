"""Drawn portraits for made-up applicants: of nobody, and yet what the photo's checks take for a photo."""

from functools import lru_cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

SIZE = (600, 771)
_SKINS = ((236, 198, 170), (226, 184, 152), (214, 168, 134), (196, 150, 118))
_HAIRS = ((32, 28, 26), (58, 42, 34), (92, 70, 56), (150, 150, 152))
_SHIRTS = ((40, 62, 110), (96, 40, 52), (44, 90, 70), (70, 70, 78))
_WALL = (236, 239, 242)


@lru_cache(maxsize=32)
def portrait(seed: int) -> bytes:
    """A head and shoulders before a plain wall, in JPEG."""
    random = Random(seed)  # noqa: S311 - made-up faces, not secrets
    picture = Image.new("RGB", SIZE, _WALL)
    draw = ImageDraw.Draw(picture)
    skin, hair, shirt = random.choice(_SKINS), random.choice(_HAIRS), random.choice(_SHIRTS)
    _shoulders(draw, shirt, skin)
    _head(draw, random, skin, hair)
    return _as_jpeg(picture, random)


def _shoulders(draw: ImageDraw.ImageDraw, shirt: tuple[int, ...], skin: tuple[int, ...]) -> None:
    draw.rounded_rectangle((70, 600, 530, 900), 120, fill=shirt)
    draw.rectangle((250, 520, 350, 640), fill=skin)
    draw.polygon([(250, 615), (300, 690), (350, 615)], fill=skin)


def _head(draw: ImageDraw.ImageDraw, random: Random, skin: tuple[int, ...], hair: tuple[int, ...]) -> None:
    wide = random.randint(-12, 14)
    draw.ellipse((140 - wide, 70, 460 + wide, 420), fill=hair)
    if random.random() < 0.5:
        draw.rounded_rectangle((140 - wide, 230, 460 + wide, 560), 60, fill=hair)
    draw.ellipse((158 - wide, 120, 442 + wide, 570), fill=skin)
    draw.chord((158 - wide, 92, 442 + wide, 330), 190, 350, fill=hair)
    for left in (222, 338):
        draw.ellipse((left, 322, left + 40, 342), fill=(250, 250, 250))
        draw.ellipse((left + 12, 322, left + 30, 342), fill=(40, 30, 26))
        draw.line((left - 8, 296, left + 46, 290), fill=hair, width=8)
    draw.line((300, 350, 292, 420, 308, 424), fill=tuple(max(0, part - 40) for part in skin), width=6)
    draw.arc((255, 430, 345, 486), 20, 160, fill=(168, 82, 80), width=7)


def _as_jpeg(picture: Image.Image, random: Random) -> bytes:
    # A camera's grain: without it the file would be lighter than any photo.
    grain = Image.frombytes("L", SIZE, random.randbytes(SIZE[0] * SIZE[1]))
    grained = Image.blend(picture, Image.merge("RGB", (grain, grain, grain)), 0.03)
    out = BytesIO()
    grained.save(out, "JPEG", quality=90)
    return out.getvalue()
