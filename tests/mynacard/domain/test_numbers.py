"""製造番号 and 申請書ID: composed, checked, and every slip of one character caught."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynacard.domain.numbers import card_number, form_id, is_card_number, is_form_id

ALPHABET = string.digits + string.ascii_uppercase
numbers = st.integers(0, 10**12 - 1).map(lambda n: card_number(year=2026, lane="M", sequence=n))
forms = st.integers(0, 10**12 - 1).map(lambda n: form_id(office="131016", year=2026, sequence=n))


@given(numbers)
def test_a_card_number_has_sixteen_characters_and_agrees(number):
    assert len(number) == 16
    assert number.startswith("26M")
    assert is_card_number(number)


@given(numbers, st.integers(0, 15), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_caught(number, place, other):
    wrong = number[:place] + other + number[place + 1 :]

    assert is_card_number(wrong) is (wrong == number)


def test_of_swapped_neighbours_hardly_one_in_a_hundred_passes():
    swaps = missed = 0
    for sequence in range(0, 10**12, 10**12 // 997):
        number = card_number(year=2026, lane="M", sequence=sequence)
        for place in range(15):
            swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
            swaps += swapped != number
            missed += swapped != number and is_card_number(swapped)

    assert swaps > 10_000
    assert missed / swaps < 0.01


@given(forms)
def test_a_form_has_twenty_three_figures_and_agrees(form):
    assert len(form) == 23
    assert form.isdigit()
    assert is_form_id(form)


@given(forms, st.integers(0, 22), st.sampled_from(string.digits))
def test_one_wrong_figure_is_caught(form, place, other):
    wrong = form[:place] + other + form[place + 1 :]

    assert is_form_id(wrong) is (wrong == form)


@pytest.mark.parametrize(
    "text", ["", "26M", "26m0000000000010", "２６Ｍ０００００００００００１０", "26M000000000001 0"]
)
def test_what_is_no_card_number(text):
    assert not is_card_number(text)
    assert not is_form_id(text)


def test_numbers_do_not_grow_beyond_their_form():
    with pytest.raises(ValueError, match="sequence"):
        card_number(year=2026, lane="M", sequence=10**12)
    with pytest.raises(ValueError, match="office"):
        form_id(office="131016", year=2026, sequence=10**12)
