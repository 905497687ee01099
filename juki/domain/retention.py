"""保存期間: how long what is removed is kept, as dated data. Nothing is ever deleted for being due: it is listed."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jlis.kernel.domain.years import years_after


class DataClass(StrEnum):
    """What is kept."""

    REMOVED_RECORD = "REMOVED_RECORD"
    REMOVED_SUPPLEMENTARY = "REMOVED_SUPPLEMENTARY"
    IDENTITY_RECORD = "IDENTITY_RECORD"


class StartEvent(StrEnum):
    """From when on the years count."""

    REMOVAL = "REMOVAL"
    SUPERSEDED = "SUPERSEDED"


@dataclass(frozen=True)
class RetentionPolicy:
    """That a class of data is kept for some years from an event; in force from a day on."""

    data_class: DataClass
    label: str
    basis: str
    years: int
    start_event: StartEvent
    valid_from: date


_BEFORE, _AMENDED = date(2003, 8, 25), date(2019, 6, 20)
POLICIES = (
    RetentionPolicy(
        DataClass.REMOVED_RECORD, "除票", "住民基本台帳法施行令34条1項（改正前）", 5, StartEvent.REMOVAL, _BEFORE
    ),
    RetentionPolicy(DataClass.REMOVED_RECORD, "除票", "住民基本台帳法施行令34条1項", 150, StartEvent.REMOVAL, _AMENDED),
    RetentionPolicy(
        DataClass.REMOVED_SUPPLEMENTARY,
        "戸籍の附票の除票",
        "住民基本台帳法施行令34条1項",
        150,
        StartEvent.REMOVAL,
        _AMENDED,
    ),
    RetentionPolicy(
        DataClass.IDENTITY_RECORD, "本人確認情報", "住民基本台帳法施行令34条2項", 150, StartEvent.SUPERSEDED, _AMENDED
    ),
)


def policies_on(day: date) -> list[RetentionPolicy]:
    """The policies in force on a day, one for each class that has one."""
    ordered = sorted((each for each in POLICIES if each.valid_from <= day), key=lambda each: each.valid_from)
    return list({each.data_class: each for each in ordered}.values())


def policy_of(data_class: DataClass, day: date) -> RetentionPolicy:
    """The policy of a class on a day. Raises LookupError where there is none."""
    for policy in policies_on(day):
        if policy.data_class is data_class:
            return policy
    raise LookupError(f"no retention policy for {data_class} on {day}")


def kept_until(event: date, years: int) -> date:
    """The last day on which it must be kept; from 29 February the last day of the month."""
    return years_after(event, years)


def last_event_due(day: date, years: int) -> date:
    """The latest event whose years are over on a day; it may count a day too many, never one too few."""
    return years_after(day, -years)


def is_due(event: date, day: date, years: int) -> bool:
    """Whether the years since an event are over on a day."""
    return day > kept_until(event, years)
