"""The form of the PINs, and that nothing prints them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynacard.domain.pins import TRIES, Pins, faults

GOOD = Pins(authentication="1234", resident="1234", entry_aid="1234", signature="ABC123")


def codes(pins: Pins, *, with_signature: bool = True) -> set[tuple[str, str]]:
    return {(fault.field, fault.code) for fault in faults(pins, with_signature=with_signature)}


def test_the_three_short_ones_may_be_equal():
    assert codes(GOOD) == set()


@pytest.mark.parametrize("wrong", ["", "123", "12345", "12a4", "１２３４", "12 4", "1234\n"])
def test_four_figures_and_nothing_else(wrong):
    found = codes(Pins(authentication=wrong, resident="1234", entry_aid="1234", signature="ABC123"))

    assert found == {("authentication", "not_four_digits")}


@pytest.mark.parametrize(
    "wrong", ["", "ABC12", "ABCDEF", "123456", "abc123", "ABC-123", "A1" * 9, "ＡＢＣ１２３", "ABC123\n"]
)
def test_the_password_has_six_to_sixteen_letters_and_figures(wrong):
    found = codes(Pins(authentication="1234", resident="1234", entry_aid="1234", signature=wrong))

    assert found == {("signature", "not_a_password")}


def test_without_the_certificate_there_is_no_password():
    without = Pins(authentication="1234", resident="1234", entry_aid="1234")

    assert codes(without, with_signature=False) == set()
    assert codes(GOOD, with_signature=False) == {("signature", "not_wanted")}


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=6, max_size=16))
def test_every_mixture_is_taken_and_no_other(password):
    taken = any(each.isdigit() for each in password) and any(each.isalpha() for each in password)

    assert (codes(Pins("0000", "0000", "0000", password)) == set()) is taken


def test_neither_repr_nor_message_tells_a_pin():
    shown = repr(GOOD) + str(faults(Pins("98765", "98765", "98765", "SECRET"), with_signature=True))

    assert not {"1234", "98765", "ABC123", "SECRET"} & {word.strip("'(),。=") for word in shown.split()}
    assert "98765" not in shown
    assert "1234" not in shown


def test_the_password_may_be_mistaken_five_times_the_others_three():
    assert TRIES == {"signature": 5, "authentication": 3, "resident": 3, "entry_aid": 3}
    assert set(TRIES) == set(GOOD.as_dict())
