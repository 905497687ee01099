import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jlis.kernel.domain.eras import (
    FIRST_SOLAR_DAY,
    DateError,
    era_date,
    format_era,
    format_era_short,
    format_era_time,
    parse_date,
)

BIRTHDAY = datetime.date(1941, 4, 28)
SOLAR_DAYS = st.dates(min_value=FIRST_SOLAR_DAY)


@pytest.mark.parametrize(
    "text",
    [
        "S16.4.28",
        "s16.04.28",
        "S16/4/28",
        "S16-4-28",
        "S160428",
        "昭和16年4月28日",
        "昭和 16 年 4 月 28 日",
        "Ｓ１６．４．２８",
        "昭和１６年４月２８日",
        "㍼16.4.28",
        "1941-04-28",
        "19410428",
        "1941/4/28",
        "1941年4月28日",
        "西暦1941年4月28日",
        "１９４１－０４－２８",
    ],
)
def test_one_day_in_all_its_spellings(text):
    assert parse_date(text) == BIRTHDAY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("明治6年1月1日", (1873, 1, 1)),
        ("明治45年7月30日", (1912, 7, 30)),
        ("大正元年7月30日", (1912, 7, 30)),
        ("大正15年12月25日", (1926, 12, 25)),
        ("昭和元年12月25日", (1926, 12, 25)),
        ("昭和64年1月7日", (1989, 1, 7)),
        ("平成元年1月8日", (1989, 1, 8)),
        ("平成31年4月30日", (2019, 4, 30)),
        ("令和元年5月1日", (2019, 5, 1)),
        ("R8.11.21", (2026, 11, 21)),
        ("H12.2.29", (2000, 2, 29)),
    ],
)
def test_the_edges_of_the_eras(text, day):
    assert parse_date(text) == datetime.date(*day)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("平成31年5月1日", "平成は31年4月30日までです"),
        ("平成32年2月30日", "平成は31年4月30日までです"),
        ("昭和64年1月8日", "昭和は64年1月7日までです"),
        ("大正15年12月26日", "大正は15年12月25日までです"),
        ("明治45年7月31日", "明治は45年7月30日までです"),
        ("令和元年4月30日", "令和は元年5月1日からです"),
        ("平成元年1月7日", "平成は元年1月8日からです"),
        ("明治5年12月2日", "明治5年以前は旧暦のため入力できません"),
        ("1872-12-31", "旧暦のため入力できません"),
        ("昭和16年2月30日", "昭和16年2月30日という日はありません"),
        ("平成元年13月1日", "平成元年13月1日という日はありません"),
        ("1941-02-29", "1941年2月29日という日はありません"),
        ("昭和0年1月1日", "年は1以上です"),
        ("16.4.28", "元号を付けるか、西暦は4桁で"),
        ("きのう", "日付の形が読み取れません（例：S16.4.28"),
        ("", "日付の形が読み取れません"),
        ("S16.4", "日付の形が読み取れません"),
        ("R9999.1.1", "年が大きすぎます"),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_its_cause(text, message):
    with pytest.raises(DateError) as refused:
        parse_date(text)
    assert message in str(refused.value)


@given(SOLAR_DAYS)
def test_every_written_day_is_read_back(day):
    assert parse_date(format_era(day)) == day
    assert parse_date(format_era_short(day)) == day
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day:%Y%m%d}" if day.year > 999 else day.isoformat()) == day


@given(st.text(max_size=12))
def test_no_text_raises_anything_but_a_date_error(text):
    try:
        found = parse_date(text)
    except DateError:
        return
    assert found >= FIRST_SOLAR_DAY


def test_the_first_year_is_written_gannen():
    assert format_era(datetime.date(2019, 5, 1)) == "令和元年5月1日"
    assert format_era(datetime.date(1989, 1, 7)) == "昭和64年1月7日"
    assert format_era(datetime.date(1868, 10, 23)) == "西暦1868年10月23日"
    assert format_era_time(datetime.datetime(2026, 11, 20, 17, 2)) == "令和8年11月20日 17時02分"


def test_an_era_that_is_none_is_refused():
    with pytest.raises(DateError, match="元号は"):
        era_date("慶応", 3, 1, 1)
