"""So many years after or before a day or an instant, as the rules of this house count them."""

import datetime
from typing import TypeVar

_Day = TypeVar("_Day", bound=datetime.date)


def years_after(day: _Day, years: int) -> _Day:
    """The same day so many years later (earlier, where negative); from 29 February the last day of the month."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
