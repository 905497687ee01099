"""暗証番号: the form of the four PINs and how often each may be mistaken. They are the holder's alone.

Nothing here, and nothing in the house, prints or stores them; they go to the card through the counter's terminal.
"""

import re
from dataclasses import dataclass, field, fields

from jlis.kernel.errors import FieldError

_FOUR_DIGITS = re.compile(r"[0-9]{4}")
_PASSWORD = re.compile(r"[A-Z0-9]{6,16}")
TRIES = {"signature": 5, "authentication": 3, "resident": 3, "entry_aid": 3}
LABELS = {
    "signature": "署名用電子証明書の暗証番号",
    "authentication": "利用者証明用電子証明書の暗証番号",
    "resident": "住民基本台帳用の暗証番号",
    "entry_aid": "券面事項入力補助用の暗証番号",
}


@dataclass(frozen=True)
class Pins:
    """The four PINs; the three of four digits may be equal. ``signature`` is empty without that certificate."""

    authentication: str = field(repr=False)
    resident: str = field(repr=False)
    entry_aid: str = field(repr=False)
    signature: str = field(default="", repr=False)

    def as_dict(self) -> dict[str, str]:
        """For the terminal and for the sealed request; never for a log."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def faults(pins: Pins, *, with_signature: bool) -> list[FieldError]:
    """What is wrong with the form of the PINs; the messages never repeat one."""
    found = [
        FieldError(name, "not_four_digits", f"{LABELS[name]}は4桁の数字です。")
        for name in ("authentication", "resident", "entry_aid")
        if not _FOUR_DIGITS.fullmatch(getattr(pins, name))
    ]
    if with_signature and not _is_password(pins.signature):
        message = f"{LABELS['signature']}は英大文字と数字をどちらも含む6文字から16文字です。"
        found.append(FieldError("signature", "not_a_password", message))
    if not with_signature and pins.signature:
        found.append(FieldError("signature", "not_wanted", "署名用電子証明書を発行しないため、設定できません。"))
    return found


def _is_password(text: str) -> bool:
    if not _PASSWORD.fullmatch(text):
        return False
    return any(each.isdigit() for each in text) and any(each.isalpha() for each in text)
