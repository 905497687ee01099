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
    wanted = ["authentication", "resident", "entry_aid"] + (["signature"] if with_signature else [])
    found = [fault for name in wanted if (fault := fault_of(name, getattr(pins, name)))]
    if not with_signature and pins.signature:
        found.append(FieldError("signature", "not_wanted", "署名用電子証明書を発行しないため、設定できません。"))
    return found


def fault_of(name: str, value: str) -> FieldError | None:
    """What is wrong with one PIN that is set anew; the message never repeats it."""
    if name == "signature":
        if _is_password(value):
            return None
        message = f"{LABELS[name]}は英大文字と数字をどちらも含む6文字から16文字です。"
        return FieldError(name, "not_a_password", message)
    return (
        None
        if _FOUR_DIGITS.fullmatch(value)
        else FieldError(name, "not_four_digits", f"{LABELS[name]}は4桁の数字です。")
    )


def _is_password(text: str) -> bool:
    if not _PASSWORD.fullmatch(text):
        return False
    return any(each.isdigit() for each in text) and any(each.isalpha() for each in text)
