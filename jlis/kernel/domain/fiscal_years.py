"""年度: from 1 April to 31 March (地方自治法208条・会計法11条)."""

from datetime import date

from jlis.kernel.domain.eras import era_of, format_year

_APRIL = 4


def fiscal_year(day: date) -> int:
    """The year in which the day's fiscal year began."""
    return day.year if day.month >= _APRIL else day.year - 1


def bounds(year: int) -> tuple[date, date]:
    """First and last day of a fiscal year."""
    return date(year, _APRIL, 1), date(year + 1, _APRIL - 1, 31)


def months(year: int) -> list[date]:
    """The first days of its twelve months, in order."""
    return [date(year, month, 1) for month in range(_APRIL, 13)] + [date(year + 1, month, 1) for month in (1, 2, 3)]


def label(year: int) -> str:
    """As screens write it: 令和8年度. By its first of May, on which 平成31年度 became 令和元年度."""
    era = era_of(date(year, 5, 1))
    return f"{format_year(era, year) if era else f'{year}年'}度"
