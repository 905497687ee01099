import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jlis.kernel.domain.eras import DateError
from jlis.kernel.domain.partial_dates import PartialDate

FULL = st.dates(min_value=datetime.date(1873, 1, 1))
PARTIAL = st.builds(
    lambda day, known: PartialDate(day.year, day.month if known > 1 else 0, day.day if known > 2 else 0),
    FULL,
    st.integers(1, 3),
)


@pytest.mark.parametrize(
    ("text", "iso", "japanese"),
    [
        ("1941-04-28", "1941-04-28", "昭和16年4月28日"),
        ("S16.4.28", "1941-04-28", "昭和16年4月28日"),
        ("1941-04-00", "1941-04-00", "昭和16年4月日不詳"),
        ("昭和16年4月日不詳", "1941-04-00", "昭和16年4月日不詳"),
        ("S16.4.0", "1941-04-00", "昭和16年4月日不詳"),
        ("1941-00-00", "1941-00-00", "昭和16年月日不詳"),
        ("昭和16年月日不詳", "1941-00-00", "昭和16年月日不詳"),
        ("昭和１６年　不詳", "1941-00-00", "昭和16年月日不詳"),
        ("1989-01-00", "1989-01-00", "昭和64年・平成元年1月日不詳"),
        ("1926-00-00", "1926-00-00", "大正15年・昭和元年月日不詳"),
    ],
)
def test_forms_of_a_birth_date(text, iso, japanese):
    found = PartialDate.parse(text)
    assert (found.iso, found.in_japanese) == (iso, japanese)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1941-00-05", "月が不詳のときは日も不詳です"),
        ("S64.2.0", "昭和は64年1月7日までです"),
        ("平成32年不詳", "平成は31年4月30日までです"),
        ("1941-13-00", "という日はありません"),
        ("0000-00-00", "年は1以上です"),
        ("不詳", "日付の形が読み取れません"),
    ],
)
def test_what_cannot_be_is_refused(text, message):
    with pytest.raises(DateError) as refused:
        PartialDate.parse(text)
    assert message in str(refused.value)


def test_none_is_taken_for_unknown():
    assert PartialDate(1941, None, None) == PartialDate(1941)


@given(PARTIAL)
def test_the_stored_form_is_read_back(value):
    assert PartialDate.from_iso(value.iso) == value
    assert PartialDate.parse(str(value)) == value


@given(PARTIAL, PARTIAL)
def test_the_stored_forms_sort_as_the_dates_do(one, other):
    assert (one < other) == (one.iso < other.iso)


@given(PARTIAL, FULL)
def test_a_day_is_possible_between_the_earliest_and_the_latest(value, day):
    fits = day.year == value.year and value.month in (0, day.month) and value.day in (0, day.day)
    assert value.may_be(day) == fits
    assert value.earliest() <= value.latest()
    assert value.is_full == (value.earliest() == value.latest())
