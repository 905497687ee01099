import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jlis.kernel.domain.cp932 import BrokenText, Substitution, decode, encode, fits


def test_windows_codes_for_the_characters_that_cp932_holds_twice():
    assert encode("髙").data == b"\xfb\xfc"
    assert encode("﨑").data == b"\xfa\xb1"
    assert encode("㈱").data == b"\x87\x8a"
    assert encode("Ⅰⅰ①№℡").data == bytes.fromhex("8754 fa40 8740 8782 8784")
    assert encode("≒≡∫√⊥∠∵∩∪￢").data == bytes.fromhex("81e0 81df 81e7 81e3 81db 81da 81e6 81bf 81be 81ca")
    assert encode("￤＇＂").data == bytes.fromhex("fa55 fa56 fa57")


def _read(code: bytes) -> str:
    try:
        return code.decode("cp932")
    except UnicodeDecodeError:
        return ""


def _reference_choice(pair: bytes) -> bytes:
    """The published rule (Microsoft KB 170559): JIS, then NEC row 13, then IBM, NEC's selection last."""
    character = _read(pair)
    holders = [
        bytes([lead, trail])
        for lead in (*range(0x81, 0xA0), *range(0xE0, 0xFD))
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD))
        if _read(bytes([lead, trail])) == character
    ]

    def rank(code: bytes) -> int:
        if code[0] < 0x87 or 0x88 <= code[0] < 0xED:
            return 0
        if code[0] == 0x87:
            return 1
        return 2 if code[0] >= 0xFA else 3

    return min(holders, key=rank)


def test_every_double_of_the_code_page_is_written_as_windows_does():
    doubles = 0
    for lead in (0x81, 0x87, 0xED, 0xEE, 0xFA, 0xFB, 0xFC):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD)):
            pair = bytes([lead, trail])
            if not (character := _read(pair)):
                continue
            written = encode(character).data
            if written != pair:
                doubles += 1
                assert written == _reference_choice(pair), (pair.hex(), character)
    assert doubles == 398


@pytest.mark.parametrize(
    ("text", "written", "account"),
    [
        ("𠮷田", "吉田", [(0, "𠮷", "吉")]),
        ("葛\U000e0100飾", "葛飾", [(0, "葛\U000e0100", "葛")]),
        ("山𠮷\U000e0101", "山吉", [(1, "𠮷\U000e0101", "吉")]),
        ("森鷗外", "森鴎外", [(1, "鷗", "鴎")]),
        ("1〜2", "1～2", [(1, "〜", "～")]),
        ("A—B", "A―B", [(1, "—", "―")]),
        ("\ue000一", "〓一", [(0, "\ue000", "〓")]),
        ("か\u3099", "が", [(0, "か\u3099", "が")]),
        ("😀", "〓", [(0, "😀", "〓")]),
        ("～～―－∥￠￡￢", "～～―－∥￠￡￢", []),
        ("髙﨑", "髙﨑", []),
    ],
)
def test_what_cannot_be_written_is_replaced_and_told(text, written, account):
    result = encode(text)
    assert decode(result.data) == written
    assert result.substitutions == tuple(Substitution(*line) for line in account)
    assert fits(text) == (not account)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_without_substitutions_the_text_comes_back_and_with_them_it_does_not(text):
    result = encode(text)
    assert (decode(result.data) == text) == (not result.substitutions)
    assert b"?" not in result.data or "?" in text


@given(st.text(alphabet="髙﨑山田𠮷ｶﾅAb,\r\n〜―Ⅰⅰ\U000e0100\ue000", max_size=40))
def test_the_account_rebuilds_what_was_written(text):
    result = encode(text)
    rebuilt, at = [], 0
    for position, character, substitute in result.substitutions:
        assert text[position : position + len(character)] == character
        rebuilt += [text[at:position], substitute]
        at = position + len(character)
    assert decode(result.data) == "".join([*rebuilt, text[at:]])


@given(st.binary(max_size=40))
def test_bytes_are_read_or_refused_with_their_place(data):
    try:
        text, broken = decode(data), None
    except BrokenText as refused:
        text, broken = "", refused
    if broken:
        assert 0 <= broken.position < len(data)
        assert f"{broken.position + 1}バイト目" in str(broken)
    else:
        private = re.compile("[\ue000-\uf8ff]")
        assert all(private.match(line.character) for line in encode(text).substitutions)


@pytest.mark.parametrize(("data", "position"), [(b"\x83", 0), (b"abc\x81\x20", 3), (b"\x93\xfa\x80", 2), (b"\xa0", 0)])
def test_broken_bytes_are_named(data, position):
    with pytest.raises(BrokenText) as refused:
        decode(data)
    assert refused.value.position == position
