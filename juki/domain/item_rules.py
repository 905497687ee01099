"""What an item of somebody may say: its letters, its reading, and what goes with being Japanese or not.

Shared by notifications and by a first load, so that neither lets in what the other refuses.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from jlis.kernel.domain.folding import address_key
from juki.domain.changes import ChangeReason

JAPANESE, FOREIGN = "JAPANESE", "FOREIGN"
READINGS = {"name_kana": "氏名の振り仮名", "former_surname_kana": "旧氏の振り仮名"}
# Controls, line and paragraph marks, marks of direction and of no width, halves of letters, and what is no letter for
# ever. Variation selectors tell one glyph from another, and a town's 外字 are its own: both stay.
UNWRITABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
_KANA = re.compile("[ァ-ヺー・＝= 　]*[ァ-ヺ][ァ-ヺー・＝= 　]*")
# Latin letters stand in the readings of foreign residents.
_KANA_OR_LATIN = re.compile("[ァ-ヺー・＝= 　A-Za-zＡ-Ｚａ-ｚ.．'’‐－-]*")
_PREFECTURE = re.compile("北海道|東京都|(?:京都|大阪)府|[^都道府県市区町村郡]{2,3}県")
_GOES_WITH = {JAPANESE: ("former_surname", "former_surname_kana"), FOREIGN: ("alias",)}
_MADE = {ChangeReason.ENTRY_NATURALISED: JAPANESE, ChangeReason.ENTRY_NATIONALITY_LOST: FOREIGN}
_ONLY = {
    "alias": "通称は外国人住民だけに記載されます（施行令30条の16）。",
    "former_surname": "旧氏は日本人住民だけに記載されます（施行令30条の13）。",
    "former_surname_kana": "旧氏の振り仮名は日本人住民だけに記載されます（施行令30条の13）。",
}

Fault = tuple[str, str, str]  # field, code, what is wrong in Japanese


def faults(values: Mapping[str, str | None], reason: ChangeReason | None) -> Iterator[Fault]:
    """What is wrong with the items of somebody, as far as they are told."""
    kind = values.get("resident_class") or ""
    for field, label in READINGS.items():
        value = values.get(field)
        if value and not is_reading(value, may_be_latin=kind != JAPANESE):
            yield field, "not_katakana", f"{label}は全角カタカナで指定してください。"
    for field in _GOES_WITH.get(FOREIGN if kind == JAPANESE else JAPANESE, ()) if kind else ():
        if values.get(field):
            yield field, "not_for_class", _ONLY[field]
    if reason in _MADE and kind and kind != _MADE[reason]:
        made = "日本人" if _MADE[reason] == JAPANESE else "外国人"
        yield "resident_class", "not_for_reason", f"この事由で記載される者の住民区分は{made}です（施行令8条の2）。"


def is_reading(value: str, *, may_be_latin: bool) -> bool:
    """Whether it is katakana in full width, as 振り仮名 are kept (住民基本台帳法7条1号の2)."""
    return bool((_KANA_OR_LATIN if may_be_latin else _KANA).fullmatch(unicodedata.normalize("NFC", value)))


def without_other_class(items: Mapping[str, str]) -> dict[str, str]:
    """The items of somebody who is Japanese or not from now on: what goes with the other is gone."""
    kept = _GOES_WITH[items["resident_class"]]
    return {name: "" if name in _ONLY and name not in kept else value for name, value in items.items()}


def lies_elsewhere(address: str, home: str) -> bool:
    """Whether an address names a prefecture, and then another municipality than its office's: 東京都千代田区.

    Towns write addresses without the prefecture or the county (郡) too, and old letters of their own names.
    """
    if address.startswith(home):
        return False
    named = _PREFECTURE.match(address)
    if named is None:
        return False
    own = _PREFECTURE.match(home)
    without_county = own[0] + home[own.end() :].rpartition("郡")[2] if own else home
    return not address_key(address).startswith((address_key(home), address_key(without_county)))
