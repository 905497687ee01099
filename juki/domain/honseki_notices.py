"""附票への記載事項通知 that a change brings about (法19条1項): of which changes, and what it says.

戸籍の表示 is no item of the network: the 本籍地 finds the person by the 住民票コード, which its 附票 carries. What the
戸籍 itself tells the 本籍地 (death, name, nationality) is not told once more; an ordinary move-out changes nothing in
the 附票 until the new town has entered the person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from juki.domain.changes import REASONS, ChangeClass, ChangeReason

_R = ChangeReason
# Entries and removals of which the 附票 has to take note; of corrections, those that change one of its items.
TELLING = frozenset(
    {_R.MOVE_IN, _R.MOVE_IN_FROM_ABROAD, _R.BIRTH, _R.ENTRY_NATURALISED, _R.ENTRY_EX_OFFICIO,
     _R.ENTRY_REMOVAL_CANCELLED, _R.MOVE_OUT_ABROAD, _R.REMOVAL_EX_OFFICIO, _R.REMOVAL_ENTRY_CANCELLED}
)  # fmt: skip
CORRECTIONS = frozenset(code for code, facts in REASONS.items() if facts.kind is ChangeClass.CORRECTION)
MAY_TELL = TELLING | CORRECTIONS
_ITEMS = ("address", "resident_code")
# Those on which somebody has taken up an address; a correction of its words leaves the day as it was.
_TAKES_ADDRESS = frozenset({_R.MOVE_WITHIN}) | {code for code in TELLING if REASONS[code].kind is ChangeClass.ENTRY}


class Outcome(StrEnum):
    """What became of a notice whose 本籍地 the network does not know."""

    OPEN = "OPEN"
    SENT = "SENT"
    NOT_NEEDED = "NOT_NEEDED"


@dataclass(frozen=True)
class Change:
    """A version as the change made it, and what stood before it in the same office."""

    reason: ChangeReason
    changed_on: date
    resident_class: str
    items: Mapping[str, str]
    former: Mapping[str, str] | None

    @property
    def must_be_told(self) -> bool:
        """Whether the 附票 at the 本籍地 has to be mended after it. Foreigners have none."""
        if self.resident_class != "JAPANESE":
            return False
        if self.reason in TELLING:
            return True
        return self.former is not None and any(self.items[item] != self.former[item] for item in _ITEMS)

    def body(self) -> dict[str, Any]:
        """What is told: who, where they live now, since when; of a removal, that there is no address."""
        facts = REASONS[self.reason]
        told = {item: self.items[item] for item in ("resident_code", "name", "birth_date")}
        if facts.kind is not ChangeClass.REMOVAL:
            told["address"] = self.items["address"]
        if self.reason in _TAKES_ADDRESS:
            told["address_since"] = self.changed_on.isoformat()
        if self.former is not None and self.former["resident_code"] != self.items["resident_code"]:
            told["former_resident_code"] = self.former["resident_code"]
        return told | {"reason": facts.label, "changed_on": self.changed_on.isoformat()}
