import pytest
from hypothesis import given
from hypothesis import strategies as st

from jlis.kernel.domain.readings import full_width_kana


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("やまだ たろう", "ヤマダ　タロウ"),
        ("ｳﾞｧｲｽ", "ヴァイス"),
        ("SMITH ジョン", "SMITH　ジョン"),
        ("マリア＝ジョゼ", "マリア＝ジョゼ"),
        ("", ""),
        ("山田", None),
        ("ヤマダ1", None),
        ("ﾞ", None),
    ],
)
def test_a_reading_has_one_stored_form(given_text, kept):
    assert full_width_kana(given_text) == kept


@given(st.text(alphabet="あがァｶヴー 　A・", max_size=12))
def test_the_stored_form_stays_as_it_is(text):
    kept = full_width_kana(text)
    assert kept is not None
    assert full_width_kana(kept) == kept
