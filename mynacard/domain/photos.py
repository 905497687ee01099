"""顔写真: what a machine can say of it. The decision is a person's; what breaks a rule of form is refused at the door.

Figures are those of the public application site: JPEG, RGB, 480 to 6,000 pixels a side, 20 kB to 7 MB, taken within the
last six months; the paper form has 45 × 35 mm. Where the face must lie is a hint for the person who decides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from jlis.kernel.domain.partial_dates import PartialDate
from mynacard.domain.months import months_before
from mynacard.domain.validity import age_on

FEWEST_PIXELS, MOST_PIXELS = 480, 6_000
FEWEST_OCTETS, MOST_OCTETS = 20 * 1024, 7 * 1024 * 1024
MONTHS_OLD = 6
AGE_WITH_PHOTO = 1
_SIDES = (0.70, 0.86)
_FACE_SHARE = (0.12, 0.62)
_FACE_MIDDLE = (0.36, 0.64)


@dataclass(frozen=True)
class Photo:
    """What was measured. ``face_share``: the face's part of the area; ``face_middle``: where its middle lies across
    (0 left, 1 right); ``exposed_on``: the day that the file itself names, where it names one."""

    image_format: str
    mode: str
    width: int
    height: int
    octets: int
    face_share: float
    face_middle: float
    plain_background: bool
    exposed_on: date | None = None


@dataclass(frozen=True)
class Finding:
    """Something found in a photo; ``refuses``: an application with it is not taken at all."""

    code: str
    message: str
    refuses: bool


_Rule = tuple[str, bool, str, Callable[[Photo], bool]]
_RULES: tuple[_Rule, ...] = (
    ("not_jpeg", True, "写真はJPEG形式で提出してください。", lambda photo: photo.image_format != "JPEG"),
    ("not_rgb", True, "写真はRGBカラーで提出してください。", lambda photo: photo.mode != "RGB"),
    ("too_small", True, "写真は縦横とも480ピクセル以上必要です。",
     lambda photo: min(photo.width, photo.height) < FEWEST_PIXELS),
    ("too_large", True, "写真は縦横とも6,000ピクセルまでです。",
     lambda photo: max(photo.width, photo.height) > MOST_PIXELS),
    ("too_light", True, "写真のファイルは20KB以上必要です。", lambda photo: photo.octets < FEWEST_OCTETS),
    ("too_heavy", True, "写真のファイルは7MBまでです。", lambda photo: photo.octets > MOST_OCTETS),
    ("not_upright", False, "縦45対横35の割合から外れています。",
     lambda photo: not _SIDES[0] <= photo.width / photo.height <= _SIDES[1]),
    ("face_small", False, "顔が小さい可能性があります。", lambda photo: photo.face_share < _FACE_SHARE[0]),
    ("face_large", False, "顔が大きい可能性があります。", lambda photo: photo.face_share > _FACE_SHARE[1]),
    ("off_centre", False, "顔が中央にない可能性があります。",
     lambda photo: not _FACE_MIDDLE[0] <= photo.face_middle <= _FACE_MIDDLE[1]),
    ("background", False, "背景が無地でない可能性があります。", lambda photo: not photo.plain_background),
)  # fmt: skip


def findings(photo: Photo, *, taken_on: date, day: date) -> list[Finding]:
    """Everything that stands against a photo on the day of the application."""
    found = [Finding(code, message, refuses) for code, refuses, message, stands in _RULES if stands(photo)]
    if taken_on > day:
        found.append(Finding("taken_later", "撮影日に未来の日付は使えません。", True))
    if taken_on < months_before(day, MONTHS_OLD):
        found.append(Finding("too_old", "写真は最近6か月以内に撮影したものが必要です。", True))
    if photo.exposed_on is not None and photo.exposed_on < months_before(day, MONTHS_OLD):
        found.append(Finding("exposed_long_ago", "ファイルの撮影日時が6か月より前です。", False))
    return found


def is_wanted(*, born: PartialDate, day: date) -> bool:
    """Whether the applicant's card bears a photo: not under one year of age."""
    return age_on(day, born) >= AGE_WITH_PHOTO


HINTS = {code: message for code, refuses, message, _ in _RULES if not refuses} | {
    "exposed_long_ago": "ファイルの撮影日時が6か月より前です。"
}
"""What a machine can only suspect, in words, by code."""
