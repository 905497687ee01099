import datetime

import pytest

from jlis.kernel.domain.codes import IndividualNumber, ResidentRecordCode
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.faces.forms import (
    CheckedCodeField,
    EraDateField,
    KanaField,
    PartialDateField,
    PostcodeField,
    ShellForm,
)


class MoveForm(ShellForm):
    on = EraDateField(label="異動日")
    birth = PartialDateField(label="生年月日", required=False)
    kana = KanaField(label="氏名（カナ）", required=False)
    code = CheckedCodeField(code=ResidentRecordCode, required=False)
    postcode = PostcodeField(required=False)


def filled(**boxes: str) -> MoveForm:
    return MoveForm({"on_era": "令和", "on_year": "8", "on_month": "11", "on_day": "20"} | boxes)


def test_boxes_become_dates():
    form = filled(birth_era="昭和", birth_year="１６", birth_month="4", birth_day="28")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["on"] == datetime.date(2026, 11, 20)
    assert form.cleaned_data["birth"] == PartialDate(1941, 4, 28)


@pytest.mark.parametrize("text", ["S16.4.28", "昭和16年4月28日", "1941-04-28", "１９４１０４２８"])
@pytest.mark.parametrize("box", ["year", "month", "day"])
def test_a_whole_date_in_any_box_is_read_without_a_script(text, box):
    form = filled(**{"birth_era": "令和", f"birth_{box}": text})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["birth"] == PartialDate(1941, 4, 28)


@pytest.mark.parametrize(
    ("boxes", "expected"),
    [
        ({"birth_era": "昭和", "birth_year": "16", "birth_month": "4", "birth_known": "DAY"}, PartialDate(1941, 4)),
        ({"birth_era": "昭和", "birth_year": "16", "birth_known": "MONTH"}, PartialDate(1941)),
        ({"birth_era": "昭和", "birth_year": "16", "birth_month": "4", "birth_known": "MONTH"}, PartialDate(1941)),
        ({"birth_era": "AD", "birth_year": "1941", "birth_known": "MONTH"}, PartialDate(1941)),
        ({"birth_era": "令和", "birth_year": "元", "birth_month": "5", "birth_day": "1"}, PartialDate(2019, 5, 1)),
        ({"birth_era": "昭和", "birth_year": "", "birth_month": "", "birth_day": ""}, None),
    ],
)
def test_what_is_unknown_is_said(boxes, expected):
    form = filled(**boxes)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["birth"] == expected


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        ({"on_era": "平成", "on_year": "32", "on_month": "1", "on_day": "1"}, "平成は31年4月30日までです。"),
        ({"on_day": "31"}, "令和8年11月31日という日はありません。"),
        ({"on_month": ""}, "月を入力してください。"),
        ({"on_day": ""}, "日を入力してください。"),
        ({"on_era": "AD", "on_year": "26"}, "西暦は4桁で入力してください。"),
        ({"on_year": "八"}, "日付の形が読み取れません"),
        ({"on_year": "99999"}, "年が大きすぎます。"),
        ({"on_era": "慶応"}, "元号は明治、大正、昭和、平成、令和のいずれかです。"),
        ({"on_year": "", "on_month": "", "on_day": ""}, "入力してください。"),
    ],
)
def test_a_wrong_date_is_refused_with_its_cause(boxes, message):
    form = filled(**boxes)
    assert message in form.errors["on"][0]


def test_a_whole_date_is_asked_for_where_the_law_wants_one():
    assert MoveForm({"on": "1941-04-00"}).errors["on"] == ["年月日をすべて入力してください。"]


def test_a_date_is_carried_unseen_and_shown_again():
    """The confirmation carries the stored form; going back shows the boxes filled."""
    form = filled(birth_era="昭和", birth_year="16", birth_known="MONTH")
    assert form.is_valid()
    hidden = "".join(field.as_hidden() for field in form)
    assert 'name="on" value="2026-11-20"' in hidden
    assert 'name="birth" value="1941-00-00"' in hidden
    again = MoveForm({"on": "2026-11-20", "birth": "1941-00-00"})
    assert again.is_valid(), again.errors
    assert again.cleaned_data["birth"] == PartialDate(1941)
    shown = str(again["birth"])
    assert '<option value="昭和" selected>' in shown
    assert 'name="birth_year" value="16"' in shown
    assert '<option value="MONTH" selected>' in shown


def test_a_wrong_entry_is_shown_as_it_was_typed():
    assert 'value="99"' in str(filled(on_year="99", on_month="13")["on"])


@pytest.mark.parametrize("given", ["やまだ　たろう", "ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ  タロウ", " ヤマダ　タロウ "])
def test_a_reading_is_kept_in_full_width_katakana(given):
    form = filled(kana=given)
    assert form.is_valid()
    assert form.cleaned_data["kana"] == "ヤマダ　タロウ"


def test_kanji_is_no_reading():
    assert filled(kana="山田").errors["kana"] == ["カタカナで入力してください。"]


def test_a_code_is_taken_as_people_type_it_and_checked():
    form = filled(code="２４７２-7059-608", postcode="〒100-0013".removeprefix("〒"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["code"] == "24727059608"
    assert isinstance(form.cleaned_data["code"], ResidentRecordCode)
    assert form.cleaned_data["postcode"] == "1000013"
    [message] = filled(code="24727059600").errors["code"]
    assert message == "住民票コードの検査数字が合いません。入力し直してください。"
    assert CheckedCodeField(code=IndividualNumber).label == "個人番号"
    assert filled(postcode="12").errors["postcode"] == ["郵便番号は7桁の数字です。"]


def test_an_unchanged_date_is_no_change():
    form = MoveForm({"on": "2026-11-20"}, initial={"on": datetime.date(2026, 11, 20)})
    assert form.changed_data == []
