"""What an item may say: letters that can be written, katakana, what goes with the class, an address of the office's."""

import re
import unicodedata

import pytest

from juki.domain.changes import ChangeReason
from juki.domain.item_rules import UNWRITABLE, faults, is_reading, lies_elsewhere, without_other_class


def test_no_control_no_invisible_mark_and_no_noncharacter_can_be_written_and_every_letter_can():
    everything = "".join(map(chr, range(0x110000)))
    refused = set(UNWRITABLE.findall(everything))
    never = {letter for letter in everything if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    never |= {letter for letter in everything if ord(letter) & 0xFFFE == 0xFFFE or "\ufdd0" <= letter <= "\ufdef"}
    assert never <= refused
    assert {unicodedata.category(letter) for letter in refused - never} <= {"Cn"}


@pytest.mark.parametrize(
    "name", ["葛\U000e0100城　一", "辻\ufe00　花", "\ue123田　花", "𠮷田　髙子", "NGUYỄN VĂN A", "㈱　一"]
)
def test_variants_town_letters_and_foreign_letters_stay(name):
    assert not UNWRITABLE.search(name)


@pytest.mark.parametrize(
    ("reading", "of_national", "of_foreigner"),
    [
        ("ヤマダ　タロウ", True, True),
        ("ヤマダ タロウ", True, True),
        ("ヴァイス・マリア", True, True),
        (unicodedata.normalize("NFD", "ガク"), True, True),
        ("スミス　Ｊ．", False, True),
        ("JOHN SMITH", False, True),
        ("やまだ　たろう", False, False),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", False, False),
        ("山田　タロウ", False, False),
        ("ABC漢字123", False, False),
        ("・", False, False),
    ],
)
def test_readings_are_katakana(reading, of_national, of_foreigner):
    assert is_reading(reading, may_be_latin=False) is of_national
    assert is_reading(reading, may_be_latin=True) is of_foreigner or reading == "・"


@pytest.mark.parametrize(
    ("address", "home", "elsewhere"),
    [
        ("大阪府大阪市北区中之島一丁目3番20号", "東京都千代田区", True),
        ("東京都新宿区西新宿二丁目8番1号", "東京都千代田区", True),
        ("京都府京都市中京区", "東京都千代田区", True),
        ("東京都千代田区霞ヶ関1-1", "東京都千代田区", False),
        ("千代田区霞が関一丁目", "東京都千代田区", False),
        ("霞が関一丁目", "東京都千代田区", False),
        ("福岡県糟屋郡須惠町大字須惠771番地", "福岡県糟屋郡須惠町", False),
        ("福岡県糟屋郡須恵町大字須恵771番地", "福岡県糟屋郡須惠町", False),
        ("福岡県須恵町大字須恵771番地", "福岡県糟屋郡須惠町", False),
        ("福岡県糟屋郡志免町志免中央一丁目", "福岡県糟屋郡須惠町", True),
        ("新潟県三条市旭町二丁目3番1号", "新潟県三条市", False),
        ("三重県四日市市諏訪町1番5号", "三重県四日市市", False),
        ("北海道札幌市中央区北一条西二丁目", "北海道札幌市中央区", False),
        ("広島県府中市府川町315番地", "東京都府中市", True),
    ],
)
def test_an_address_names_no_other_municipality_than_its_offices(address, home, elsewhere):
    assert lies_elsewhere(address, home) is elsewhere


@pytest.mark.parametrize(
    ("values", "reason", "found"),
    [
        ({"resident_class": "JAPANESE", "alias": "通称"}, "R01", {("alias", "not_for_class")}),
        ({"resident_class": "FOREIGN", "former_surname": "旧"}, "R01", {("former_surname", "not_for_class")}),
        ({"resident_class": "FOREIGN", "alias": "通称"}, "R01", set()),
        ({"resident_class": "FOREIGN"}, "R04", {("resident_class", "not_for_reason")}),
        ({"resident_class": "JAPANESE"}, "R05", {("resident_class", "not_for_reason")}),
        ({"resident_class": "JAPANESE", "former_surname": "旧", "former_surname_kana": "きゅう"}, "R04",
         {("former_surname_kana", "not_katakana")}),
        ({"alias": "通称", "former_surname": "旧"}, "M03", set()),
    ],
)  # fmt: skip
def test_what_goes_with_the_class(values, reason, found):
    told = list(faults(values, ChangeReason(reason)))
    assert {(field, code) for field, code, _ in told} == found
    assert all(re.search("[ぁ-ん]", why) for _, _, why in told)


def test_what_goes_with_the_other_class_is_gone():
    items = {"resident_class": "JAPANESE", "alias": "通称", "former_surname": "旧", "name": "山田"}
    assert without_other_class(items) == items | {"alias": ""}
    assert without_other_class(items | {"resident_class": "FOREIGN"})["former_surname"] == ""
