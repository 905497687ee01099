"""和暦: reading and writing dates with an era or without one.

The last day of 明治 and of 大正 may be written with either era (明治45年7月30日 = 大正元年7月30日). The solar calendar
holds from 明治6年1月1日 (1873-01-01): earlier dates are refused, never converted.
"""

import datetime
import re
import unicodedata
from typing import NamedTuple

EXAMPLES = "例：S16.4.28、昭和16年4月28日、1941-04-28"
FIRST_SOLAR_DAY = datetime.date(1873, 1, 1)


class DateError(ValueError):
    """A date that cannot be; the message tells the clerk why."""


class Era(NamedTuple):
    letter: str
    name: str
    first: datetime.date
    last: datetime.date

    def year_of(self, year: int) -> int:
        """The western year's number within the era."""
        return year - self.first.year + 1

    def western(self, year: int) -> int:
        return year + self.first.year - 1


MEIJI = Era("M", "明治", datetime.date(1868, 1, 25), datetime.date(1912, 7, 30))
TAISHO = Era("T", "大正", datetime.date(1912, 7, 30), datetime.date(1926, 12, 25))
SHOWA = Era("S", "昭和", datetime.date(1926, 12, 25), datetime.date(1989, 1, 7))
HEISEI = Era("H", "平成", datetime.date(1989, 1, 8), datetime.date(2019, 4, 30))
REIWA = Era("R", "令和", datetime.date(2019, 5, 1), datetime.date.max)
ERAS = (REIWA, HEISEI, SHOWA, TAISHO, MEIJI)
"""Newest first: a day that two eras claim belongs to the newer."""

BY_WORD = {word: era for era in ERAS for word in (era.letter, era.name)}

_SEPARATED = re.compile(
    r"(?:(?P<era>明治|大正|昭和|平成|令和|[MTSHR])|西暦)?"
    r"(?P<year>\d{1,4}|元)(?:年|[-./・])(?P<month>\d{1,2})(?:月|[-./・])(?P<day>\d{1,2})日?",
    re.ASCII,
)
_COMPACT = re.compile(r"(?:(?P<era>[MTSHR])(?P<short>\d{2})|(?P<year>\d{4}))(?P<month>\d{2})(?P<day>\d{2})", re.ASCII)
_DASHES = str.maketrans("‐‑‒–—―−ー。．", "-------" + "-..")


def era_of(day: datetime.date) -> Era | None:
    """The era of a day of the solar calendar; None before it."""
    if day < FIRST_SOLAR_DAY:
        return None
    return next(era for era in ERAS if era.first <= day)


def format_year(era: Era, year: int) -> str:
    number = era.year_of(year)
    return f"{era.name}{'元' if number == 1 else number}年"


def format_era(day: datetime.date) -> str:
    """昭和16年4月28日; 令和元年5月1日; before the solar calendar 西暦1872年12月31日."""
    era = era_of(day)
    year = format_year(era, day.year) if era else f"西暦{day.year}年"
    return f"{year}{day.month}月{day.day}日"


def format_era_short(day: datetime.date) -> str:
    """S16.4.28; before the solar calendar the ISO form."""
    era = era_of(day)
    return f"{era.letter}{era.year_of(day.year)}.{day.month}.{day.day}" if era else day.isoformat()


def format_era_time(local: datetime.datetime) -> str:
    """令和8年11月20日 17時02分, of a time that is already Japan's."""
    return f"{format_era(local.date())} {local.hour}時{local.minute:02}分"


def normalized(text: str) -> str:
    """What was typed or pasted, in half-width figures and capitals, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split()).upper()


def parse_date(text: str) -> datetime.date:
    """A date from 和暦 or 西暦 as people write them. Raises DateError."""
    plain = normalized(text)
    if match := _SEPARATED.fullmatch(plain):
        year = match["year"]
        if match["era"] is None and len(year) != 4:
            raise DateError(f"元号を付けるか、西暦は4桁で入力してください（{EXAMPLES}）")
    elif match := _COMPACT.fullmatch(plain):
        year = match["short"] or match["year"]
    else:
        raise DateError(f"日付の形が読み取れません（{EXAMPLES}）")
    number = 1 if year == "元" else int(year)
    return era_date(match["era"] or "", number, int(match["month"]), int(match["day"]))


def era_date(era_word: str, year: int, month: int, day: int) -> datetime.date:
    """The day for an era (昭和 or S; empty for 西暦), year, month and day. Raises DateError, the era's limits named."""
    era = era_named(era_word)
    western = checked_year(era, year)
    try:
        found = datetime.date(western, month, day)
    except ValueError:
        raise DateError(f"{_written(era, year)}{month}月{day}日という日はありません") from None
    require_within(era, found, found)
    return found


def checked_year(era: Era | None, year: int) -> int:
    """The western year for a year of an era (or of none)."""
    if year < 1:
        raise DateError("年は1以上です")
    western = era.western(year) if era else year
    if western > 9999:
        raise DateError("年が大きすぎます")
    if era:
        # The whole year outside the era is refused here, so that 平成32年2月30日 is told of its era first.
        require_within(era, datetime.date(western, 1, 1), datetime.date(western, 12, 31))
    elif western < FIRST_SOLAR_DAY.year:
        raise DateError("明治5年以前（西暦1872年以前）は旧暦のため入力できません")
    return western


def era_named(word: str) -> Era | None:
    """The era for its name or letter; None for the empty word, which stands for 西暦. Raises DateError."""
    if not word:
        return None
    try:
        return BY_WORD[word]
    except KeyError:
        raise DateError("元号は明治、大正、昭和、平成、令和のいずれかです") from None


def require_within(era: Era | None, earliest: datetime.date, latest: datetime.date) -> None:
    """Refuse a span of days that lies wholly outside the era."""
    if era and earliest > era.last:
        limit = f"{era.year_of(era.last.year)}年{era.last.month}月{era.last.day}日"
        raise DateError(f"{era.name}は{limit}までです")
    if era is MEIJI and latest < FIRST_SOLAR_DAY:
        raise DateError("明治5年以前は旧暦のため入力できません")
    if era and latest < era.first:
        raise DateError(f"{era.name}は元年{era.first.month}月{era.first.day}日からです")


def _written(era: Era | None, year: int) -> str:
    return format_year(era, era.western(year)) if era else f"{year}年"
