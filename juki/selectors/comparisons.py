"""What the register holds now of whom a notice is about, beside what the notice says: for whoever settles it (J1).

Seen is what the running scope sees. Of somebody whose record lies elsewhere there is the notice alone, and nothing
tells them from nobody. The place stands on neither side unless it is known that no 支援措置 covers the person.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date

from juki.domain.changes import ChangeClass
from juki.domain.items import PLACES
from juki.domain.notices import Notice
from juki.models import IdentityRecord, Notification
from juki.selectors import residents

ITEMS = (
    "name", "name_kana", "former_surname", "alias", "birth_date", "sex", "resident_class", "address", "municipality",
    "resident_code", "state", "change_reason", "changed_on",
)  # fmt: skip
LEAVING = "LEAVING"
_STATES = {ChangeClass.ENTRY: "CURRENT", ChangeClass.REMOVAL: "REMOVED"}


@dataclass(frozen=True)
class Line:
    """An item on both sides, dates in ISO; None where a side does not say it."""

    item: str
    held: str | None
    told: str | None
    is_withheld: bool = False

    @property
    def differs(self) -> bool:
        """Whether both sides say it, and not the same. What is withheld is not compared: the mark would tell."""
        return not self.is_withheld and None not in (self.held, self.told) and self.held != self.told


@dataclass(frozen=True)
class Comparison:
    """The version in sight, if there is one; whether it is the one in force; the items side by side."""

    record: IdentityRecord | None
    is_in_force: bool
    lines: list[Line]


def of_notification(notification: Notification, day: date) -> Comparison:
    """A notice beside the register as it is on the day."""
    notice = Notice.from_body(notification.body)
    record = _known(notice.resident_code)
    held, told = _held(record, day), _told(notice)
    withheld = _withheld(record, told)
    lines = [
        Line(item, None, None, True) if item in withheld else Line(item, held.get(item), told.get(item))
        for item in ITEMS
    ]
    in_force = record is not None and record.valid_to is None and record.superseded_at is None
    return Comparison(record, in_force, lines)


def _withheld(record: IdentityRecord | None, told: Mapping[str, str]) -> Set[str]:
    if record is None:
        # Nobody here can know whether the person is covered.
        return told.keys() & {"address"}
    return PLACES if record.is_protected else frozenset()


def _known(code: str) -> IdentityRecord | None:
    """The latest version in sight of whoever bears a code, or bore it."""
    bearers = IdentityRecord.objects.filter(resident_code=code).values_list("resident", flat=True)
    bearer = bearers.first() if code else None
    versions = residents.history(bearer) if bearer else []
    return next((row for row in versions if row.superseded_at is None), None)


def _held(record: IdentityRecord | None, day: date) -> dict[str, str]:
    if record is None:
        return {}
    leaves = record.state == "REMOVED" and record.valid_to is None and record.is_present_on(day)
    return {item: str(getattr(record, item)) for item in ITEMS} | {
        "municipality": record.office,
        "state": LEAVING if leaves else record.state,
    }


def _told(notice: Notice) -> dict[str, str]:
    told = notice.items() | {
        "municipality": notice.municipality,
        "change_reason": notice.reason.value,
        "changed_on": notice.changed_on.isoformat(),
    }
    if notice.resident_code:
        told["resident_code"] = notice.resident_code
    if notice.facts.kind in _STATES:
        told["state"] = _STATES[notice.facts.kind]
    return told
