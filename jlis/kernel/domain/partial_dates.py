"""Birth dates of which the day, or the month and the day, are not known (不詳)."""

import datetime
import re
from dataclasses import dataclass
from typing import Self

from jlis.kernel.domain.eras import (
    DateError,
    checked_year,
    era_date,
    era_named,
    era_of,
    format_era,
    format_year,
    normalized,
    parse_date,
    require_within,
)

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII)
_UNKNOWN = re.compile(
    r"(?:(?P<era>明治|大正|昭和|平成|令和|[MTSHR])|西暦)?(?P<year>\d{1,4}|元)年?[-./]?"
    r"(?:(?P<month>[1-9]|0[1-9]|1[0-2])(?:月|[-./]))?(?:月?日?不詳|0{1,2}(?:[-./]0{1,2})?)",
    re.ASCII,
)


@dataclass(frozen=True, order=True, slots=True)
class PartialDate:
    """A date whose month and day may be unknown (0; None is taken for it). The unknown sorts first.

    The stored form is YYYY-MM-DD with 00 for what is not known, so that it sorts and compares as text.
    """

    year: int
    month: int = 0
    day: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "month", self.month or 0)
        object.__setattr__(self, "day", self.day or 0)
        checked_year(None, self.year)
        if self.day and not self.month:
            raise DateError("月が不詳のときは日も不詳です")
        try:
            datetime.date(self.year, self.month or 1, self.day or 1)
        except ValueError:
            raise DateError(f"{self.year}年{self.month}月{self.day}日という日はありません") from None

    @classmethod
    def of(cls, day: datetime.date) -> Self:
        return cls(day.year, day.month, day.day)

    @classmethod
    def from_iso(cls, text: str) -> Self:
        """From the stored form alone; quick, for rows and files. Raises DateError."""
        if not (match := _ISO.fullmatch(text)):
            raise DateError("日付は YYYY-MM-DD の形です（月日が不詳のときは 00）")
        return cls(int(match["year"]), int(match["month"]), int(match["day"]))

    @classmethod
    def day_from_iso(cls, text: str) -> datetime.date:
        """A whole day from its stored form; `date.fromisoformat` would take 2026-W45-7 as well. Raises DateError."""
        found = cls.from_iso(text)
        if not found.is_full:
            raise DateError("日まで指定してください")
        return found.earliest()

    @classmethod
    def parse(cls, text: str) -> Self:
        """From any form a person writes: as `parse_date` reads it, 昭和16年4月日不詳, S16.4.0, 1941-00-00."""
        plain = normalized(text)
        if _ISO.fullmatch(plain):
            return cls.from_iso(plain)
        if match := _UNKNOWN.fullmatch(plain):
            number = 1 if match["year"] == "元" else int(match["year"])
            if match["era"] is None and len(match["year"]) != 4:
                raise DateError("元号を付けるか、西暦は4桁で入力してください")
            return cls.in_era(match["era"] or "", number, int(match["month"] or 0), 0)
        return cls.of(parse_date(text))

    @classmethod
    def in_era(cls, era_word: str, year: int, month: int = 0, day: int = 0) -> Self:
        """From an era (empty for 西暦) and its year; what is known must lie within the era."""
        if month and day:
            return cls.of(era_date(era_word, year, month, day))
        era = era_named(era_word)
        found = cls(checked_year(era, year), month, day)
        require_within(era, found.earliest(), found.latest())
        return found

    @property
    def is_full(self) -> bool:
        return self.day != 0

    @property
    def iso(self) -> str:
        return f"{self.year:04}-{self.month:02}-{self.day:02}"

    def __str__(self) -> str:
        return self.iso

    def earliest(self) -> datetime.date:
        return datetime.date(self.year, self.month or 1, self.day or 1)

    def latest(self) -> datetime.date:
        if self.day:
            return datetime.date(self.year, self.month, self.day)
        if self.month in (0, 12):
            return datetime.date(self.year, 12, 31)
        return datetime.date(self.year, self.month + 1, 1) - datetime.timedelta(days=1)

    def may_be(self, day: datetime.date) -> bool:
        return self.earliest() <= day <= self.latest()

    @property
    def in_japanese(self) -> str:
        """昭和16年4月28日, 昭和16年4月日不詳, 昭和16年月日不詳; both eras where either is possible."""
        if self.day:
            return format_era(self.earliest())
        first, last = era_of(self.earliest()), era_of(self.latest())
        names = [format_year(era, self.year) for era in dict.fromkeys((first, last)) if era]
        return "・".join(names) + (f"{self.month}月日不詳" if self.month else "月日不詳")
