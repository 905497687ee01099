"""The items of a record or of a notice as a screen says them."""

from collections.abc import Mapping
from typing import Any

from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.organisations.selectors import municipalities
from juki.choices import CHANGE_REASONS, KanaSource, RecordState, ResidentClass, Sex
from juki.selectors.comparisons import LEAVING

_STATES = {RecordState.CURRENT.value: "現存", RecordState.REMOVED.value: "消除", LEAVING: "転出予定（現存）"}
_CODED: dict[str, Mapping[str, str]] = {
    "sex": dict(Sex.choices),
    "resident_class": dict(ResidentClass.choices),
    "kana_source": dict(KanaSource.choices),
    "change_reason": dict(CHANGE_REASONS),
    "state": _STATES,
}
_DATES = ("birth_date", "changed_on")


def shown(item: str, value: Any) -> str:
    """A value in the words of the screen: choices by their label, dates with their era, towns by name."""
    if item in _CODED and value:
        return str(_CODED[item][str(value)])
    if item in _DATES and value:
        return PartialDate.from_iso(str(value)).in_japanese
    if item == "municipality" and value:
        return municipalities.address_of(str(value))
    return str(value or "")
