"""The four items as the certificate carries them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jlis.kernel.domain.partial_dates import PartialDate
from jpki.domain.holder_items import birth_date_text, holder_items, in_repertoire, substituted


@pytest.mark.parametrize(
    ("text", "expected", "marks"),
    [
        ("見本　花子", "見本　花子", "00000"),
        ("髙橋　一", "高橋　一", "1000"),
        ("𠮷野", "吉野", "10"),
        ("山﨑", "山崎", "01"),
        ("葛\U000e0100城", "葛城", "10"),
        ("😀", "〓", "1"),
        ("鷗外", "鷗外", "00"),
        ("", "", ""),
    ],
)
def test_what_the_standards_lack_is_replaced_and_marked(text, expected, marks):
    assert substituted(text) == (expected, marks)


@given(st.text(max_size=40))
def test_every_result_fits_and_is_marked_character_by_character(text):
    shown, marks = substituted(text)

    assert all(in_repertoire(character) for character in shown)
    assert len(shown) == len(marks)
    assert set(marks) <= {"0", "1"}


@given(st.text(alphabet=st.characters(codec="euc_jp", exclude_characters="¥‾"), max_size=40))
def test_what_fits_is_left_alone(text):
    kept = "".join(character for character in text if in_repertoire(character))

    assert substituted(kept) == (kept, "0" * len(kept))


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (PartialDate(1980, 2, 17), "319800217"),
        (PartialDate(1989, 1, 7), "319890107"),
        (PartialDate(1989, 1, 8), "419890108"),
        (PartialDate(2019, 5, 1), "520190501"),
        (PartialDate(1926, 12, 24), "219261224"),
        (PartialDate(1912, 7, 29), "119120729"),
        (PartialDate(1941), "319410000"),
        (PartialDate(1941, 4), "319410400"),
        (PartialDate(1989), "019890000"),
        (PartialDate(1989, 1), "019890100"),
    ],
)
def test_the_birth_date_carries_its_era(born, expected):
    assert birth_date_text(born) == expected


def test_digits_and_hyphens_of_the_address_are_wide():
    items = holder_items(name="見本　花子", sex="F", birth_date=PartialDate(1980, 2, 17), address="東京都千代田区1-2")

    assert items.address == "東京都千代田区１－２"
    assert items.address_substitutions == "0" * len(items.address)
    assert (items.sex, items.birth_date) == ("2", "319800217")


@pytest.mark.parametrize(("sex", "digit"), [("M", "1"), ("F", "2"), ("U", "3")])
def test_sex_is_a_digit(sex, digit):
    assert holder_items(name="見", sex=sex, birth_date=PartialDate(1980), address="東").sex == digit


@given(st.text(alphabet="見本花子　１－~\x7f\x1f\x85ｱ髙𠮷a", max_size=12))
def test_asking_for_the_whole_is_asking_for_each(text):
    each = [substituted(character) for character in text]

    assert substituted(text) == ("".join(shown for shown, _ in each), "".join(marks for _, marks in each))
