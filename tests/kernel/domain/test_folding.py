import pytest
from hypothesis import given
from hypothesis import strategies as st

from jlis.kernel.domain.folding import address_key, ascii_digits, kana_key, kana_sort_key, name_key

KANA = st.text(
    alphabet="アイウエオカガキギコゴシジチヂツッヅトドノパバハヒフヘホマャュョワヲンヴァィゥー　 ", max_size=12
)


@pytest.mark.parametrize(
    "group",
    [
        "ヤマダ　タロウ|やまだ たろう|ﾔﾏﾀﾞ ﾀﾛｳ|ヤマタタロー",
        "オオタ|オータ|おおた|オウタ",
        "コウノ|コーノ|コオノ|ゴウノ",
        "ケイコ|ケーコ|ゲイコ",
        "ヴァイス|バイス|ゔぁいす|ｳﾞｧｲｽ|ハイス",
        "ハットリ|ハツトリ|はっとり",
        "キョウコ|キヨウコ|ｷｮｳｺ",
        "ミヤケ|ミヤヶ",
        "ヰノウエ|イノウエ|いのうえ",
        "マリア＝ジョゼ|マリア・ジョゼ|マリアジョゼ",
        "ｽﾐｽ JOHN|スミス　ｊｏｈｎ",
        "か\u3099|が|ガ|ｶﾞ|カ",
    ],
)
def test_readings_that_are_one_to_the_searcher(group):
    assert len({kana_key(spelling) for spelling in group.split("|")}) == 1


@pytest.mark.parametrize("group", ["ヤマダ|ヤマナ", "シンイチ|シニチ", "サトウ|サト", "マツウラ|マツラ"])
def test_readings_that_stay_apart(group):
    one, other = map(kana_key, group.split("|"))
    assert one != other


@pytest.mark.parametrize(
    "group",
    [
        "髙橋　一郎|高橋一郎|高橋 一郎",
        "山﨑|山崎|山嵜",
        "渡邉|渡邊|渡辺|渡邉\U000e0110",
        "齋藤|斎藤|斉藤|齊藤",
        "濵田|濱田|浜田",
        "𠮷田|吉田",
        "葛\U000e0100城|葛城",
        "佐々木|佐佐木",
        "森鷗外|森鴎外",
        "桧山|檜山",
        "さくら|サクラ|ｻｸﾗ",
        "ＳＭＩＴＨ　Ｊｏｈｎ|SMITH JOHN|smith john",
        "神林|\ufa19林",
        "嶋|島|嶌",
        "龍|竜",
    ],
)
def test_names_that_are_one_to_the_searcher(group):
    assert len({name_key(spelling) for spelling in group.split("|")}) == 1


@pytest.mark.parametrize("group", ["高田|富田", "吉田|古田", "崎|埼", "辺|返", "切|功", "肉|宍", "王|玉"])
def test_names_that_stay_apart(group):
    one, other = map(name_key, group.split("|"))
    assert one != other


@pytest.mark.parametrize(
    "group",
    [
        "霞が関二丁目１番３号|霞ヶ関2-1-3|霞ケ関２－１－３|霞が関２丁目1番地3",
        "北一条西二十一丁目|北1条西21丁目|北１条西21",
        "大字上野字下原123番地の4|上野下原123-4|上野　下原１２３ー４",
        "丸の内一丁目|丸ノ内1丁目|丸之内１",
        "龍ケ崎市|竜ヶ崎市",
        "百人町百三丁目|百人町103丁目",
    ],
)
def test_addresses_that_are_one_to_the_searcher(group):
    assert len({address_key(spelling) for spelling in group.split("|")}) == 1


@pytest.mark.parametrize("text", ["三番町", "十文字町", "十日市場町", "千代田区一番町", "八幡1号線", "四谷"])
def test_numbers_inside_names_are_left_alone(text):
    assert address_key(text) == text


@given(KANA, st.integers(0, 12))
def test_the_key_of_a_beginning_begins_the_key(kana, cut):
    assert kana_key(kana).startswith(kana_key(kana[:cut]).rstrip("フヒハヘホ"))
    assert kana_key(kana[:cut]) == kana_key(kana_key(kana[:cut]))


@given(st.text(max_size=20))
def test_keys_take_any_text_and_hold_no_space(text):
    for key in (kana_key(text), name_key(text), address_key(text)):
        assert " " not in key
        assert "\u3000" not in key


def test_the_order_of_the_fifty_sounds():
    ordered = [
        "アーチ",
        "アイダ",
        "ヴァイス",
        "カガワ",
        "カカワ",
        "ガガワ",
        "ハイタ",
        "ハット",
        "ハツトリ",
        "バトラ",
        "ンダ",
    ]
    keyed = sorted(ordered, key=kana_sort_key)
    assert keyed.index("アーチ") < keyed.index("アイダ")
    assert keyed.index("ヴァイス") < keyed.index("ハイタ")
    assert keyed[-1] == "ンダ"
    assert sorted(["バット", "ハツト", "ハット"], key=kana_sort_key) == ["ハット", "ハツト", "バット"]


def test_a_code_typed_by_hand_becomes_plain_figures():
    assert ascii_digits("１２３４-５６ ７８－９０１") == "12345678901"
