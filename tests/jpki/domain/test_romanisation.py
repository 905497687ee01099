"""Names in roman letters: known ones, and every municipality of the country."""

import csv
from collections import Counter
from pathlib import Path

import pytest

import jlis.kernel.organisations
from jpki.domain.romanisation import municipality_name, prefecture_name, roman

DATA = Path(jlis.kernel.organisations.__file__).parent / "data"


@pytest.mark.parametrize(
    ("kana", "expected"),
    [
        ("トウキョウ", "tokyo"),
        ("オオサカ", "osaka"),
        ("キョウト", "kyoto"),
        ("シンオンセン", "shin'onsen"),
        ("サンヨウ", "san'yo"),
        ("グンマ", "gunma"),
        ("トットリ", "tottori"),
        ("ハッチョウボリ", "hatchobori"),
        ("シヨウナイ", "shonai"),
        ("リユウオウ", "ryuo"),
        ("コウヅシマ", "kozushima"),
        ("ニイガタ", "niigata"),
        ("エイヘイジ", "eiheiji"),
        ("ユウバリ", "yubari"),
        ("ニセコ", "niseko"),
        ("南", None),
    ],
)
def test_kana(kana, expected):
    if expected is None:
        with pytest.raises(ValueError, match="not katakana"):
            roman(kana)
    else:
        assert roman(kana) == expected


@pytest.mark.parametrize(
    ("code", "name", "kana", "expected"),
    [
        ("130001", "東京都", "トウキョウト", "Tokyo-to"),
        ("010006", "北海道", "ホッカイドウ", "Hokkaido"),
        ("260002", "京都府", "キョウトフ", "Kyoto-fu"),
        ("140007", "神奈川県", "カナガワケン", "Kanagawa-ken"),
    ],
)
def test_prefectures(code, name, kana, expected):
    assert prefecture_name(code=code, name=name, kana=kana) == expected


@pytest.mark.parametrize(
    ("code", "name", "kana", "expected"),
    [
        ("131016", "千代田区", "チヨダク", "Chiyoda-ku"),
        ("131130", "渋谷区", "シブヤク", "Shibuya-ku"),
        ("132217", "清瀬市", "キヨセシ", "Kiyose-shi"),
        ("142018", "横須賀市", "ヨコスカシ", "Yokosuka-shi"),
        ("422088", "松浦市", "マツウラシ", "Matsuura-shi"),
        ("462179", "曽於市", "ソオシ", "Soo-shi"),
        ("102083", "渋川市", "シブカワシ", "Shibukawa-shi"),
        ("015849", "洞爺湖町", "トウヤコチョウ", "Toyako-cho"),
        ("334235", "早島町", "ハヤシマチョウ", "Hayashima-cho"),
        ("472085", "浦添市", "ウラソエシ", "Urasoe-shi"),
        ("473260", "北谷町", "チヤタンチョウ", "Chatan-cho"),
    ],
)
def test_municipalities(code, name, kana, expected):
    assert municipality_name(code=code, name=name, kana=kana) == expected


def test_a_ward_of_a_designated_city_carries_the_city():
    name = municipality_name(
        code="141011", name="横浜市鶴見区", kana="ヨコハマシツルミク", city_name="横浜市", city_kana="ヨコハマシ"
    )

    assert name == "Yokohama-shi-Tsurumi-ku"


def test_a_reading_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        municipality_name(code="", name="千代田区", kana="チヨダシ")


def test_every_municipality_has_a_name_of_its_own_within_its_prefecture():
    with (DATA / "municipalities.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    by_code = {row["code"]: row for row in rows}

    names = Counter()
    for row in rows:
        city = by_code.get(row["city"], {"name": "", "kana": ""})
        name = municipality_name(
            code=row["code"], name=row["name"], kana=row["kana"], city_name=city["name"], city_kana=city["kana"]
        )
        assert name.isascii()
        assert len(f"{name} CRLDP") <= 64
        if not row["valid_to"]:
            names[row["code"][:2], name] += 1

    assert len(rows) > 1_900
    assert names.most_common(1)[0][1] == 1
