"""問合せサイト: the face behind the scan of a back (K5). Anybody may ask who holds the paper; no register is opened."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from jlis.kernel.errors import FieldError, Invalid, NotFound
from jlis.kernel.isolation.scope import KONBINI, acting
from jlis.kernel.vault import keys
from juki.selectors import protections
from konbini.choices import TransactionState
from konbini.domain import back_side, paper_numbers, scramble
from konbini.domain.scramble import Picture
from konbini.models import Transaction
from konbini.pdf import reading

LARGEST = 15 * 1024 * 1024
_MOST_DOTS = 60_000_000
_SCAN_WIDTH = 1654
_ISSUED = (TransactionState.ISSUED, TransactionState.PRINTED)


@dataclass(frozen=True)
class Verified:
    """The face as it left the centre and the back as it was sent, both PNG; who issued it and when."""

    number: str
    sheet: int
    office: str
    issued_at: datetime
    face: bytes
    back: bytes


def open_back(upload: bytes) -> Verified:
    """Read an uploaded scan (PNG, JPEG or PDF). Raises Invalid when no back is in it, NotFound for no paper of ours."""
    found = next((read for picture in _pictures(upload) if (read := back_side.read(picture))), None)
    if found is None:
        message = "うら面を読み取れません。四隅の黒い四角がすべて写るように、150dpi以上で読み取ってください。"
        raise Invalid.of([FieldError("scan", "no_back", message)])
    with acting(KONBINI):
        made = Transaction.objects.filter(number=found.number, state__in=_ISSUED).first()
    if made is None:
        raise NotFound("paper_not_found", "この番号の証明書は交付されていません。")
    if protections.covered([made.resident]):
        # Whoever has a scan of the back alone would learn the address from the face.
        raise NotFound(
            "paper_not_shown", "証明書の内容を表示できません。交付した市区町村の窓口にお問い合わせください。"
        )
    key = scramble.key_of(keys.papers_key(), number=found.number, sheet=found.sheet)
    return Verified(
        number=paper_numbers.written(found.number),
        sheet=found.sheet + 1,
        office=made.office,
        issued_at=made.asked_at,
        face=_png(scramble.restored(found.picture, key)),
        back=_png(found.page),
    )


def _pictures(upload: bytes) -> list[Picture]:
    if len(upload) > LARGEST:
        raise Invalid.of([FieldError("scan", "too_large", f"{LARGEST // 1024**2}MBまでの画像を送ってください。")])
    if upload.startswith(b"%PDF-"):
        try:
            return reading.rasters(upload, width=_SCAN_WIDTH)
        except reading.NotReadable as error:
            raise _no_picture() from error
    try:
        with Image.open(BytesIO(upload), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > _MOST_DOTS:
                raise Invalid.of([FieldError("scan", "too_large", "画像の大きさは6,000万画素までです。")])
            return [np.asarray(image.convert("L"))]
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise _no_picture() from error


def _no_picture() -> Invalid:
    return Invalid.of([FieldError("scan", "no_picture", "PNG、JPEG、PDFのいずれかの画像を送ってください。")])


def _png(picture: Picture) -> bytes:
    written = BytesIO()
    Image.fromarray(picture).save(written, "PNG", compress_level=3)
    return written.getvalue()
