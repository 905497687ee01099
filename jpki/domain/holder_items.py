"""The four items as a signature certificate carries them (基本4情報), with the places of substituted characters.

Name and address may hold only JIS X 0208 and JIS X 0212; what lies outside is replaced, and a string of 0 and 1 of
the same length says where. Birth date: an era digit and the Gregorian date. Sex: a digit.
"""

import re
from dataclasses import dataclass
from datetime import date

from jlis.kernel.domain.glyphs import NO_GLYPH, cp932_substitutes, search_representatives
from jlis.kernel.domain.partial_dates import PartialDate

_SEXES = {"M": "1", "F": "2"}
# The third code is disputed among the published descriptions (3, or 9 after JIS X 0303).
_OTHER_SEX = "3"
# Era digit by the first day of the era, newest first; 0 where the era cannot be told.
_ERAS = (
    (date(2019, 5, 1), "5"),
    (date(1989, 1, 8), "4"),
    (date(1926, 12, 25), "3"),
    (date(1912, 7, 30), "2"),
    (date(1868, 10, 23), "1"),
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_VARIATION_SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
# Characters of JIS X 0208 under the code points that CP932 gives them.
_AS_WINDOWS_CALLS_THEM = frozenset("～∥－￠￡￢―")
_WIDE = {0x20: "\u3000", 0x2D: "－"} | {code: chr(code + 0xFEE0) for code in range(0x30, 0x3A)}


@dataclass(frozen=True)
class HolderItems:
    """The six texts of the certificate, by the field names of the profile."""

    name: str
    name_substitutions: str
    sex: str
    birth_date: str
    address: str
    address_substitutions: str

    def as_fields(self) -> dict[str, str]:
        return dict(self.__dict__)


def holder_items(*, name: str, sex: str, birth_date: PartialDate, address: str) -> HolderItems:
    """From what the register holds; name and address as registered, any character."""
    name_text, name_marks = substituted(name)
    address_text, address_marks = substituted(address.translate(_WIDE))
    return HolderItems(
        name=name_text,
        name_substitutions=name_marks,
        sex=_SEXES.get(sex, _OTHER_SEX),
        birth_date=birth_date_text(birth_date),
        address=address_text,
        address_substitutions=address_marks,
    )


def birth_date_text(born: PartialDate) -> str:
    """``319800217`` for 17 February 1980 (昭和); unknown month or day are 00, an era that cannot be told is 0."""
    eras = {_era_of(born.earliest()), _era_of(born.latest())}
    era = eras.pop() if len(eras) == 1 else "0"
    return f"{era}{born.year:04d}{born.month:02d}{born.day:02d}"


def _era_of(day: date) -> str:
    for first, digit in _ERAS:
        if day >= first:
            return digit
    return "0"


def substituted(text: str) -> tuple[str, str]:
    """The text within the repertoire, and one 0 or 1 for each of its characters."""
    if _fits_whole(text):
        return text, "0" * len(text)
    characters: list[str] = []
    marks: list[str] = []
    for character in text:
        if ord(character) in _VARIATION_SELECTORS:
            # the selector asks for a glyph that the certificate cannot show: the base stands in, and that is said
            if marks:
                marks[-1] = "1"
        elif in_repertoire(character):
            characters.append(character)
            marks.append("0")
        else:
            characters.append(_stand_in(character))
            marks.append("1")
    return "".join(characters), "".join(marks)


def _stand_in(character: str) -> str:
    # CP932 holds some variants that the two standards lack (髙): for those the form that searches use stands in
    for found in (cp932_substitutes().get(character), search_representatives().get(ord(character))):
        if found and in_repertoire(found):
            return found
    return NO_GLYPH


def _fits_whole(text: str) -> bool:
    """Whether every character is in the repertoire, asked once for all of them: nearly every name is such a one."""
    try:
        octets = text.encode("euc_jp")
    except UnicodeEncodeError:
        return False
    return b"\x8e" not in octets and not _CONTROL.search(text) and octets.decode("euc_jp") == text


def in_repertoire(character: str) -> bool:
    """Whether JIS X 0208, JIS X 0212 or ASCII has the character."""
    if character in _AS_WINDOWS_CALLS_THEM:
        return True
    try:
        octets = character.encode("euc_jp")
    except UnicodeEncodeError:
        return False
    # 0x8E leads half-width katakana, which are in neither standard; yen sign and overline fold into ASCII
    return octets[0] != 0x8E and octets >= b" " and octets != b"\x7f" and octets.decode("euc_jp") == character
