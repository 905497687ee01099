"""有効期限通知: when a card or its certificates come onto the list, are frozen for the printer, and are told of.

The list goes to the municipality five and a half months before, is brought up to date until four, is frozen for the
printer at three and a half and sent three months before the last day.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from mynacard.domain.months import months_before


class NoticeState(StrEnum):
    """Where a notice stands."""

    LISTED = "LISTED"
    MATCHED = "MATCHED"
    DIFFERENT = "DIFFERENT"
    FROZEN = "FROZEN"
    SENT = "SENT"
    LEFT_OUT = "LEFT_OUT"


class Expiring(StrEnum):
    """What it tells of."""

    CARD = "CARD"
    CERTIFICATES = "CERTIFICATES"


@dataclass(frozen=True)
class Schedule:
    """Months before the last day, in force from ``since`` on."""

    since: date
    listed: float
    confirmed_until: float
    frozen: float
    sent: float


SCHEDULES = (Schedule(date(2016, 1, 1), listed=5.5, confirmed_until=4, frozen=3.5, sent=3),)


@dataclass(frozen=True)
class Days:
    """The days of one notice."""

    listed_on: date
    confirmed_until: date
    frozen_on: date
    sent_on: date


def schedule_on(day: date) -> Schedule:
    """ValueError for a day before the first schedule."""
    for schedule in SCHEDULES:
        if day >= schedule.since:
            return schedule
    raise ValueError(f"no schedule was in force on {day}")


def days_for(last_day: date) -> Days:
    """When each step is due for something that is valid until a day."""
    schedule = schedule_on(last_day)
    return Days(
        months_before(last_day, schedule.listed),
        months_before(last_day, schedule.confirmed_until),
        months_before(last_day, schedule.frozen),
        months_before(last_day, schedule.sent),
    )


def latest_last_day(on: date, months: float) -> date:
    """The latest last day whose step ``months`` before it has come by the day ``on``."""
    latest = months_before(on, -int(months) - 1)
    while months_before(latest, months) > on:
        latest -= timedelta(days=1)
    return latest
