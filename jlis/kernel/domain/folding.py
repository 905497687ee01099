"""Search keys: one key for all spellings that a clerk should not have to tell apart.

Keys are for comparing only; names and addresses are stored as they are. The key of a text's beginning is the
beginning of the text's key (addresses cut inside a number or a word excepted), so that a search from the left works
on keys. A key costs 1 to 4 µs.
"""

import re
import unicodedata
from functools import cache

from jlis.kernel.domain.glyphs import search_representatives

_SMALL = dict(zip("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", strict=True))
_VOICED = dict(
    zip(
        "ガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポヴヷヸヹヺ",
        "カキクケコサシスセソタチツテトハヒフヘホハヒフヘホフワイエオ",
        strict=True,
    )
)
_OLD = {"ヰ": "イ", "ヱ": "エ", "ヲ": "オ"}
_V_ROW = tuple(
    (f"ヴ{small}", plain)
    for small, plain in zip("ァィェォャュョ", ("ハ", "ヒ", "ヘ", "ホ", "ヒヤ", "ヒユ", "ヒヨ"), strict=True)
)
_HIRAGANA = {chr(code): chr(code + 0x60) for code in range(0x3041, 0x3097)} | {"ゝ": "ヽ", "ゞ": "ヾ"}
_CAPITALS = {chr(code): chr(code - 0x20) for code in range(ord("a"), ord("z") + 1)}
_FULL_WIDTH = {chr(code + 0xFEE0): chr(code).upper() for code in range(0x21, 0x7F)}
_DASHES = "-‐‑‒–—―−ｰ－ー─━"
_SPACES = " \t\u3000"
_NOISE = _SPACES + "・･=＝.,'’`、。()（）「」"
_SELECTORS = [chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))]

_KATAKANA = _HIRAGANA | _CAPITALS | _FULL_WIDTH
_LETTERS = _SMALL | _VOICED | _OLD
_FOLDED_HIRAGANA = {hiragana: _LETTERS.get(katakana, katakana) for hiragana, katakana in _HIRAGANA.items()}
_TO_KATAKANA = str.maketrans(_KATAKANA)
_TO_KANA_KEY = str.maketrans(
    _KATAKANA | _LETTERS | _FOLDED_HIRAGANA | dict.fromkeys(_DASHES, "ー") | dict.fromkeys(_NOISE, "")
)


def kana_key(text: str) -> str:
    """For フリガナ: kana, width, small and voiced letters, ヴ and バ, long sounds and spaces made equal."""
    kana = _folded_kana(text)
    if "ウ" in kana or "ー" in kana:
        kana = _LONG_O.sub("オ", kana)
    if "イ" in kana or "ー" in kana:
        kana = _LONG_E.sub("エ", kana)
    return _vowels(kana)


def kana_sort_key(text: str) -> str:
    """For the order of the 五十音: voiced, small and long letters count only where all else is equal."""
    return f"{_vowels(_folded_kana(text))} {_plain(text, _TO_KATAKANA)}"


def name_key(text: str) -> str:
    """For names in kanji: variants (髙・高), width, kinds of kana and spaces made equal; 々 written out."""
    key = _plain(text, _name_table())
    return _REPEATED.sub(r"\1\1", key) if "々" in key else key


def address_key(text: str) -> str:
    """For addresses: 二丁目１番地の３ and ２－１－３ made equal, and variants, ヶ・ケ・が, の・ノ・之, 大字."""
    key = _plain(text, _address_table())
    if "字" in key:
        key = _AZA.sub("", key)
    if _HAS_UNIT.search(key):
        key = _UNITS.sub("-", _KANJI_NUMBER.sub(_arabic, key))
        key = _DASH_RUN.sub("-", key).rstrip("-")
    return key


def ascii_digits(text: str) -> str:
    """Full-width figures made half-width, and spaces and dashes taken out: for codes typed by hand."""
    return text.translate(_DIGITS)


_DIGITS = str.maketrans(
    {chr(0xFF10 + n): str(n) for n in range(10)} | dict.fromkeys(_DASHES, "") | dict.fromkeys(_SPACES, "")
)
# A long sound, however written, becomes the vowel that is heard: オータ・オオタ, コーノ・コウノ, ケーコ・ケイコ.
# The sound before is looked at second: a pattern that begins with a lookbehind is tried at every letter.
_LONG_O = re.compile("[ウー](?<=[オコソトノホモヨロ].)[ウー]*")
_LONG_E = re.compile("[イー](?<=[エケセテネヘメレ].)[イー]*")
_MARKED = tuple(
    (re.compile(f"ー(?<=[{row}].)ー*"), vowel)
    for row, vowel in (
        ("アカサタナハマヤラワ", "ア"),
        ("イキシチニヒミリ", "イ"),
        ("ウクスツヌフムユル", "ウ"),
        ("エケセテネヘメレ", "エ"),
        ("オコソトノホモヨロ", "オ"),
    )
)
_REPEATED = re.compile("(.)々")
_AZA = re.compile("大字|(?<!文)字")
_HAS_UNIT = re.compile("[0-9番条線号-]|丁目")
_KANJI_NUMBER = re.compile("[一二三四五六七八九十百〇]+(?=丁目|番地|番(?!町)|号|条|線)")
_UNITS = re.compile("(?<=[0-9])(?:丁目|番地ノ?|番(?!町)|号(?!線)|ノ(?=[0-9]))")
_DASH_RUN = re.compile("--+")
_KANJI_DIGITS = {kanji: str(value) for value, kanji in enumerate("〇一二三四五六七八九")}


def _arabic(match: re.Match[str]) -> str:
    """二十一 → 21, 一〇三 → 103: 百 and 十 count, or the figures stand in a row."""
    kanji = match[0]
    if "十" not in kanji and "百" not in kanji:
        return "".join(_KANJI_DIGITS[figure] for figure in kanji)
    total = 0
    for unit, value in (("百", 100), ("十", 10)):
        if unit in kanji:
            before, kanji = kanji.split(unit, 1)
            total += value * int(_KANJI_DIGITS.get(before, "1"))
    return str(total + int(_KANJI_DIGITS.get(kanji, "0")))


def _plain(text: str, table: dict[int, str]) -> str:
    """Through the table; the slow compatibility forms (half-width kana, ㈱, 﨑's like) only where there are any."""
    plain = text.translate(table)
    if unicodedata.is_normalized("NFKC", plain):
        return plain
    return unicodedata.normalize("NFKC", plain).translate(table)


def _folded_kana(text: str) -> str:
    if "ヴ" in text or "ゔ" in text or "ﾞ" in text or "\u3099" in text:
        text = _plain(text, _TO_KATAKANA)
        for written, plain in _V_ROW:
            text = text.replace(written, plain)
    return _plain(text, _TO_KANA_KEY)


def _vowels(kana: str) -> str:
    if "ー" in kana:
        for pattern, vowel in _MARKED:
            kana = pattern.sub(vowel, kana)
    return kana


@cache
def _name_table() -> dict[int, str]:
    alike = {"ヶ": "ケ", "ヵ": "カ"} | dict.fromkeys(_NOISE, "") | dict.fromkeys(_SELECTORS, "")
    return search_representatives() | str.maketrans(_KATAKANA | alike)


@cache
def _address_table() -> dict[int, str]:
    alike = (
        dict.fromkeys("がガヶけヵ", "ケ") | dict.fromkeys("の之乃", "ノ") | dict.fromkeys("っッつ", "ツ") | {"零": "〇"}
    )
    gone = dict.fromkeys(_SPACES + "、,，", "") | dict.fromkeys(_SELECTORS, "")
    return search_representatives() | str.maketrans(_KATAKANA | alike | dict.fromkeys(_DASHES, "-") | gone)
