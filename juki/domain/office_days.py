"""Days and hours on which counters are open: neither Saturday, Sunday, holiday nor the turn of the year."""

from datetime import date, datetime, time

import jpholiday

# 行政機関の休日に関する法律1条: 12月29日 to 1月3日, as ordinances of the towns have it too.
_NEW_YEAR = ((12, 29), (1, 3))


def is_office_day(day: date) -> bool:
    """Whether counters are open on the day."""
    turn_of_year = (day.month, day.day) >= _NEW_YEAR[0] or (day.month, day.day) <= _NEW_YEAR[1]
    return day.weekday() < 5 and not turn_of_year and not jpholiday.is_holiday(day)


def is_open(day: date, local: datetime, opens: time, closes: time) -> bool:
    """Whether a counter is open; ``local`` is Japan's time, ``closes`` the first moment that is shut."""
    return is_office_day(day) and opens <= local.time() < closes
