"""フリガナ: which letters a reading may hold, and its one stored form (full-width katakana)."""

import re
import unicodedata

_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_READING = re.compile(r"[ァ-ヺー・＝　A-Za-zＡ-Ｚａ-ｚ.．'’‐－-]*")


def full_width_kana(text: str) -> str | None:
    """The reading in full-width katakana, its parts divided by one full-width space; None if it is no reading.

    Latin letters stand in the readings of foreign residents and are kept.
    """
    katakana = unicodedata.normalize("NFKC", text).translate(_TO_KATAKANA)
    joined = "　".join(katakana.replace("=", "＝").split())
    return joined if _READING.fullmatch(joined) else None
