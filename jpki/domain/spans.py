"""Spans and periods of the statistics: days of a month, months, quarters and years of a 年度."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from jlis.kernel.domain import fiscal_years
from jlis.kernel.domain.eras import format_era

YEARS_SHOWN = 8
_QUARTER = 3


class Unit(StrEnum):
    """By what is counted."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


UNIT_LABELS = {Unit.DAY: "日別", Unit.MONTH: "月別", Unit.QUARTER: "四半期別", Unit.YEAR: "年度別"}


@dataclass(frozen=True)
class Span:
    """What is looked at: ``year`` the 年度, ``month`` its month (first day) where days are counted."""

    unit: Unit
    year: int
    month: date

    @property
    def since(self) -> date:
        """Its first day."""
        if self.unit is Unit.DAY:
            return self.month
        first = self.year - YEARS_SHOWN + 1 if self.unit is Unit.YEAR else self.year
        return fiscal_years.bounds(first)[0]

    @property
    def until(self) -> date:
        """The day after its last."""
        if self.unit is Unit.DAY:
            return (self.month + timedelta(days=31)).replace(day=1)
        return fiscal_years.bounds(self.year)[1] + timedelta(days=1)

    def periods(self) -> list[date]:
        """The first days of its periods, in order."""
        if self.unit is Unit.DAY:
            return [self.since + timedelta(days=place) for place in range((self.until - self.since).days)]
        if self.unit is Unit.YEAR:
            return [fiscal_years.bounds(year)[0] for year in range(self.year - YEARS_SHOWN + 1, self.year + 1)]
        months = fiscal_years.months(self.year)
        return months if self.unit is Unit.MONTH else months[::_QUARTER]

    def label(self, period: date) -> str:
        """The period as tables write it."""
        if self.unit is Unit.DAY:
            return format_era(period)
        if self.unit is Unit.YEAR:
            return fiscal_years.label(fiscal_years.fiscal_year(period))
        if self.unit is Unit.QUARTER:
            return f"第{fiscal_years.months(self.year).index(period) // _QUARTER + 1}四半期"
        return f"{format_era(period).partition('月')[0]}月"

    def short_label(self, period: date) -> str:
        """The period under a bar."""
        if self.unit is Unit.DAY:
            return str(period.day)
        if self.unit is Unit.MONTH:
            return f"{period.month}月"
        return self.label(period).removesuffix("度") if self.unit is Unit.YEAR else self.label(period)
