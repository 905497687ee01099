"""Counts for the centre's tables (P8)."""

from datetime import datetime, time, timedelta

from jlis.kernel.time import TOKYO, Moment
from jpki.sql import statistics
from jpki.sql.statistics import DayCount

DAYS_SHOWN = 31


def last_days(at: Moment, *, days: int = DAYS_SHOWN) -> list[DayCount]:
    """Issued, revoked, suspended by day and kind, up to the end of the moment's own day."""
    until = datetime.combine(at.day + timedelta(days=1), time(0), TOKYO)
    return statistics.by_day(until - timedelta(days=days), until)
