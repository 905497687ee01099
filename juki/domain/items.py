"""The items of 本人確認情報 as they are provided, with their labels; and seed 002's thirteen items of an extract."""

from collections.abc import Mapping
from typing import Any

LABELS = {
    "municipality": "市町村コード",
    "address": "住所",
    "resident_code": "住民票コード",
    "individual_number": "個人番号",
    "name": "氏名(漢字)",
    "name_kana": "氏名(かな)",
    "former_surname": "旧氏(漢字)",
    "former_surname_kana": "旧氏(かな)",
    "birth_date": "生年月日",
    "sex": "性別",
    "resident_class": "住民区分",
    "change_reason": "異動事由",
    "changed_on": "異動年月日",
    "alias": "通称",
}
EXTRACT_ITEMS = (
    "municipality", "address", "resident_code", "individual_number", "name", "name_kana", "former_surname",
    "former_surname_kana", "birth_date", "sex", "resident_class", "change_reason", "changed_on",
)  # fmt: skip
FOUR_ITEMS = ("name", "name_kana", "birth_date", "sex", "address")
# A change of any of these ends the signature certificate, unless it is a 軽微な修正 (公的個人認証法12条).
CERTIFIED_ITEMS = ("name", "address", "birth_date", "sex", "former_surname", "alias")
# What tells where a person is, and what stands in its place for somebody whom a 支援措置 covers.
PLACES = frozenset({"address", "municipality"})
WITHHELD = "支援措置対象"
# What says it in a message between towns, at whatever depth.
_PLACES_SAID = frozenset({"address", "former_address", "destination", "content"})


def without_places(said: Any) -> Any:
    """What a message says, with the words of a covered person's place in each item that tells where they are."""
    if isinstance(said, Mapping):
        return {
            name: WITHHELD if name in _PLACES_SAID and value else without_places(value) for name, value in said.items()
        }
    if isinstance(said, list):
        return [without_places(each) for each in said]
    return said
