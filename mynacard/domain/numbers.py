"""製造番号 (16 letters and figures on the card) and 申請書ID (23 figures on the application form).

How the real ones are composed is not published; ours carry a check so that a slip of the scanner or the pen is caught.
"""

import re
import string

_ALPHABET = string.digits + string.ascii_uppercase
_CARD_NUMBER = re.compile(r"[0-9A-Z]{16}")
_FORM_ID = re.compile(r"[0-9]{23}")
ORDINARY, EXPRESS, TAKEN_OVER = "M", "X", "T"
"""The letter that tells where a card was made: the ordinary lane, the express lane, the former system."""


def card_number(*, year: int, lane: str, sequence: int) -> str:
    """The sequence-th card of a lane: two figures of the year, the lane, twelve figures, a check character."""
    body = f"{year % 100:02}{lane}{sequence:012}"
    if len(body) != 15:
        raise ValueError("the sequence has more than twelve figures")
    return body + _check_character(body)


def is_card_number(text: str) -> bool:
    """Whether the text is a card number whose check character agrees."""
    return _CARD_NUMBER.fullmatch(text) is not None and _check_character(text[:-1]) == text[-1]


def form_id(*, office: str, year: int, sequence: int) -> str:
    """The sequence-th form: six figures of the office, four of the year, twelve, a check digit."""
    body = f"{office}{year:04}{sequence:012}"
    if len(body) != 22:
        raise ValueError("the office has six figures, the sequence at most twelve")
    return body + _luhn(body)


def is_form_id(text: str) -> bool:
    """Whether the text is a 申請書ID whose check digit agrees."""
    return _FORM_ID.fullmatch(text) is not None and _luhn(text[:-1]) == text[-1]


def _check_character(body: str) -> str:
    """ISO 7064 MOD 37,36: catches every single slip and nearly every swap of neighbours."""
    product = 36
    for character in body:
        total = (product + _ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]


def _luhn(body: str) -> str:
    total = 0
    for place, figure in enumerate(map(int, reversed(body))):
        doubled = figure * 2 if place % 2 == 0 else figure
        total += doubled // 10 + doubled % 10
    return str(-total % 10)
