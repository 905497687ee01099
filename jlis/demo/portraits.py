"""A drawn head for the demonstration's applications: no photo of anybody is carried."""

from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

_SIZE = (600, 771)
_WALL, _SKIN = (235, 238, 240), (224, 180, 150)


@cache
def portrait() -> bytes:
    """A JPEG in the proportions and the weight that the photo rules ask for."""
    width, height = _SIZE
    image = Image.new("RGB", _SIZE, _WALL)
    # A patterned shirt: a flat drawing would be too light a file for a photo.
    cloth = Random(7).randbytes(width * (height // 4) * 3)  # noqa: S311 - a pattern, no secret
    image.paste(Image.frombytes("RGB", (width, height // 4), cloth), (0, height - height // 4))
    ImageDraw.Draw(image).ellipse((width * 0.2, height * 0.12, width * 0.8, height * 0.72), fill=_SKIN)
    written = BytesIO()
    image.save(written, "JPEG", quality=90)
    return written.getvalue()
