"""Counting back by months, as the schedules do."""

from datetime import date, timedelta

HALF_MONTH = 15


def months_before(day: date, months: float) -> date:
    """The same day of an earlier month, its last day where it is shorter; half a month counts fifteen days."""
    whole = int(months)
    index = day.year * 12 + day.month - 1 - whole
    year, month = divmod(index, 12)
    found = date(year, month + 1, min(day.day, _length(year, month + 1)))
    return found - timedelta(days=HALF_MONTH) if months > whole else found


def _length(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day
