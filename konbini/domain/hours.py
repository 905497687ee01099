"""When kiosks serve: 6:30 to 23:00 every day but 12/29 to 1/3, or as a town's own calendar says (K9)."""

from dataclasses import dataclass
from datetime import date, datetime, time

OPENS, CLOSES = time(6, 30), time(23, 0)


@dataclass(frozen=True)
class Hours:
    """A town's hours in Japan's time; ``closes`` is the first moment that is shut, midnight the end of the day."""

    opens: time = OPENS
    closes: time = CLOSES
    through_new_year: bool = False


def is_new_year(day: date) -> bool:
    """Whether the centre is closed for the turn of the year."""
    return (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)


def is_open(local: datetime, hours: Hours) -> bool:
    """Whether a town's certificates can be had at a moment of Japan's time."""
    if is_new_year(local.date()) and not hours.through_new_year:
        return False
    until_midnight = hours.closes == time(0, 0)
    return local.time() >= hours.opens and (until_midnight or local.time() < hours.closes)
