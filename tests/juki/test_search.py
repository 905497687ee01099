"""The counter's search: found however it is spelled, for a purpose, by two items at least, in one's own town alone."""

import pytest

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Forbidden, Invalid
from jlis.kernel.isolation.scope import SYSTEM, acting
from juki.selectors.residents import FourItems
from juki.services import queries
from tests.conftest import TSURUMI, YOKOHAMA, actor
from tests.juki.factories import change, grown, tell, with_codes

pytestmark = pytest.mark.django_db
PURPOSE = "JUKI-COUNTER"


@pytest.fixture
def entered(clerk, at):
    """Enter somebody in Chiyoda; returns their code."""
    with_codes(clerk, at)

    def enter(**items: str) -> str:
        (taken,) = tell(grown(**items), by=clerk, at=at)
        return taken.resident_code

    return enter


@pytest.fixture
def look(clerk, at):
    """Search as somebody; returns the names found."""

    def found(by=clerk, **items: str) -> list[str]:
        with acting(by.scope):
            records, _ = queries.search(items=FourItems(**items), purpose=PURPOSE, by=by, at=at)
        return [record.name for record in records]

    return found


SPELLINGS = {
    "髙﨑　太郎": ["髙﨑　太郎", "高崎太郎", "髙崎 太郎", "高﨑　太郎", "髙碕太郎"],
    "𠮷田　花子": ["吉田花子", "𠮷田花子", "吉田　花子"],
    "渡邉　一": ["渡辺一", "渡邊　一", "渡邉\U000e0110一"],
    "齋藤　龍": ["斎藤龍", "斉藤　竜", "齊藤龍"],
    "ＳＭＩＴＨ　Ｊｏｈｎ": ["smith john", "SMITH　JOHN", "ＳｍｉｔｈＪｏｈｎ"],
}


@pytest.mark.parametrize(("kept", "typed"), [(kept, typed) for kept, all_ in SPELLINGS.items() for typed in all_])
def test_a_name_is_found_by_any_of_its_spellings_and_shown_as_it_is(entered, look, kept, typed):
    entered(name=kept)
    entered(name="佐藤　次郎")
    assert look(name=typed, sex="M") == [kept]


@pytest.mark.parametrize("typed", ["高橋　太郎", "高崎　次郎", "高崎", "崎　太郎"])
def test_another_name_or_a_part_of_one_is_not_found(entered, look, typed):
    entered(name="髙﨑　太郎")
    assert look(name=typed, sex="M") == []


KANA = {
    "ヤマザキ　ショウタロウ": [
        "やまざき",
        "ﾔﾏｻﾞｷ",
        "ヤマサキ",
        "やまさきしようたろう",
        "ﾔﾏｻﾞｷ ｼｮｳﾀﾛｰ",
        "ヤマザキ　ショウタ",
    ],
    "コウノ　ユウコ": ["コーノ", "こうの　ゆーこ", "ｺｳﾉ"],
    "ヴァイス　マリア": ["バイス", "ゔぁいす", "ｳﾞｧｲｽ"],
    "ハットリ　キョウ": ["はつとり", "ﾊｯﾄﾘ　ｷｮｰ"],
}


@pytest.mark.parametrize(("kept", "typed"), [(kept, typed) for kept, all_ in KANA.items() for typed in all_])
def test_a_reading_is_found_from_its_beginning_in_any_kana(entered, look, kept, typed):
    entered(name="読み　一人", name_kana=kept)
    entered(name="別の　一人", name_kana="サトウ　ジロウ")
    assert look(name_kana=typed, sex="M") == ["読み　一人"]


@pytest.mark.parametrize("typed", ["マサキ", "ザキ", "ヤマザキ　ショウゾウ"])
def test_a_reading_is_not_found_from_its_middle(entered, look, typed):
    entered(name_kana="ヤマザキ　ショウタロウ")
    assert look(name_kana=typed, sex="M") == []


@pytest.mark.parametrize(
    "typed",
    [
        "東京都千代田区霞が関一丁目2番3号",
        "東京都千代田区霞が関１丁目２－３",
        "東京都千代田区霞ヶ関1-2-3",
        "東京都千代田区霞ケ関一丁目二番三号",
        "東京都千代田区霞が関一丁目",
        "東京都千代田区",
    ],
)
def test_an_address_is_found_from_its_beginning_however_numbers_are_written(entered, look, typed):
    entered(name="番地　一人", address="東京都千代田区霞が関一丁目2番3号　官舎101")
    entered(name="隣の　一人", address="千代田区霞が関一丁目2番3号")
    assert look(address=typed, sex="M") == ["番地　一人"]


BIRTHS = {
    "1980-02-17": ["1980-02-17", "S55.2.17", "昭和55年2月17日", "19800217", "１９８０年２月１７日"],
    "1989-01-07": ["S64.1.7", "昭和64年1月7日"],
    "1989-01-08": ["H1.1.8", "平成元年1月8日"],
    "2019-05-01": ["R1.5.1", "令和元年5月1日", "令和1-5-1"],
    "1926-12-25": ["T15.12.25", "大正15年12月25日", "昭和元年12月25日", "S1.12.25"],
    "1880-03-03": ["明治13年3月3日", "M13.3.3"],
}


@pytest.mark.parametrize(("born", "typed"), [(born, typed) for born, all_ in BIRTHS.items() for typed in all_])
def test_a_birth_date_is_found_in_any_era_it_may_be_written_in(entered, look, born, typed):
    entered(birth_date=born)
    assert look(birth_date=typed, sex="M") == ["髙﨑　太郎"]


@pytest.mark.parametrize(
    "typed", ["昭和64年1月8日", "平成元年1月7日", "1980-02-30", "昭和五十五年二月十七日", "昨日", "80-02-17"]
)
def test_a_birth_date_that_never_was_is_refused_in_japanese(entered, look, typed):
    with pytest.raises(Invalid) as refused:
        look(birth_date=typed, sex="M")
    (fault,) = refused.value.errors
    assert fault.field == "birth_date"
    assert fault.message.endswith("。")


KEPT = ["1980-02-17", "1980-02-00", "1980-00-00"]
ASKED = ["1980-02-17", "1980-02-01", "1980-02-29", "1980-02-00", "1980-00-00", "1980-03-00", "1980-12-31", "1979-12-31",
         "1981-00-00"]  # fmt: skip


def may_be_one_day(one: str, other: str) -> bool:
    """Whether two dates may be the same day, where 00 stands for anything."""
    pairs = zip(one.split("-"), other.split("-"), strict=True)
    return all(left == right or "00" in (left, right) for left, right in pairs)


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize("typed", ASKED)
def test_an_unknown_day_or_month_may_be_any(entered, look, kept, typed):
    entered(birth_date=kept)
    assert bool(look(birth_date=typed, sex="M")) == may_be_one_day(kept, typed)


@pytest.mark.parametrize("typed", ["昭和55年月日不詳", "昭和55年2月日不詳", "S55.2.0"])
def test_an_unknown_date_may_be_asked_in_words(entered, look, typed):
    entered(birth_date="1980-02-00")
    assert look(birth_date=typed, sex="M") == ["髙﨑　太郎"]


@pytest.mark.parametrize(
    "items", [{}, {"name": "髙﨑　太郎"}, {"sex": "M"}, {"name": " ", "sex": "M"}, {"name_kana": "・", "sex": "M"}]
)
def test_one_item_is_too_few(entered, look, items):
    entered()
    with pytest.raises(Invalid, match="誤り") as refused:
        look(**items)
    assert refused.value.errors[0].message == "4情報のうち2つ以上を入力してください。"


def test_items_narrow_each_other(entered, look):
    entered(name="同名　一人", birth_date="1980-02-17")
    entered(name="同名　一人", birth_date="1980-02-18")
    assert len(look(name="同名一人", sex="M")) == 2
    assert len(look(name="同名一人", sex="M", birth_date="1980-02-18")) == 1
    assert look(name="同名一人", sex="F") == []


def test_the_removed_are_not_found(entered, look, clerk, at):
    code = entered()
    tell(change("D03", code), by=clerk, at=at)
    assert look(name="高崎太郎", sex="M") == []


def test_a_former_address_or_name_does_not_find(entered, look, clerk, at):
    code = entered()
    tell(change("M03", code, name="山田　太郎"), by=clerk, at=at)
    assert look(name="高崎太郎", sex="M") == []
    assert look(name="山田太郎", sex="M") == ["山田　太郎"]


def test_the_next_towns_people_are_not_there(entered, look, outsider):
    entered()
    assert look(by=outsider, name="高崎太郎", sex="M") == []


def test_a_designated_city_finds_the_people_of_its_wards_and_a_ward_its_own(look, ward_clerk, at):
    with_codes(ward_clerk, at)
    tell(grown(), by=ward_clerk, at=at)
    assert look(by=actor(YOKOHAMA, "COUNTER_CLERK", kind="CITY"), name="高崎太郎", sex="M") == ["髙﨑　太郎"]
    assert look(by=actor("141020", "COUNTER_CLERK", kind="WARD"), name="高崎太郎", sex="M") == []
    assert look(by=actor(TSURUMI, "COUNTER_CLERK", kind="WARD"), name="高崎太郎", sex="M") == ["髙﨑　太郎"]


@pytest.mark.parametrize("purpose", ["", "B1-77", "PREF-DISASTER", "NONSENSE"])
def test_without_a_purpose_that_is_the_towns_there_is_no_search(entered, clerk, at, purpose):
    entered()
    with acting(clerk.scope), pytest.raises(Forbidden) as refused:
        queries.search(items=FourItems(name="高崎太郎", sex="M"), purpose=purpose, by=clerk, at=at)
    assert refused.value.field == "purpose"


def test_a_search_is_written_down_with_purpose_items_and_whom_it_showed_but_no_personal_value(entered, look, clerk):
    entered()
    look(name="高崎太郎", sex="M")
    look(name="無い人", sex="M")
    with acting(SYSTEM):
        found, missed = AuditEntry.objects.filter(action="juki.searched").order_by("at")
    assert (found.actor_id, found.organisation, found.purpose) == (clerk.id, clerk.organisation, PURPOSE)
    assert (found.subject_count, missed.subject_count) == (1, 0)
    assert found.detail["asked"] == ["name", "sex"]
    assert "高崎" not in str(found.detail)


def test_more_than_fifty_are_cut_off_and_that_is_told(clerk, at):
    with_codes(clerk, at)
    tell(*[grown(name=f"同姓　{number}") for number in range(51)], by=clerk, at=at)
    with acting(clerk.scope):
        found, too_many = queries.search(
            items=FourItems(name_kana="タカサキ", sex="M"), purpose=PURPOSE, by=clerk, at=at
        )
    assert (len(found), too_many) == (50, True)
    with acting(SYSTEM):
        assert AuditEntry.objects.get(action="juki.searched").subject_count == 50
