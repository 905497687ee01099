"""How long a certificate is valid, as dated rules.

電子署名等に係る地方公共団体情報システム機構の認証業務に関する法律 第5条 and its ordinance. Checked against published
certificates: the end is the fifth birthday after issue, 23:59:59 Japan time.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from jlis.kernel.domain.partial_dates import PartialDate
from jpki.engine.profiles import Term

JAPAN = ZoneInfo("Asia/Tokyo")
_LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True)
class ValidityRule:
    """The figures in force from ``since`` on.

    ``renewal_months``: how early before the end a renewal may be made, and counts one birthday more.
    ``leap_day``: the birthday of those born on 29 February in a common year; no statute names it, so it is a setting.
    """

    since: date
    birthdays: int
    birthdays_when_renewed: int
    renewal_months: int
    leap_day: tuple[int, int] = (2, 28)


# Newest first. Before 2015-10-22 the prefectures issued certificates of three years, which this system never did.
RULES = (ValidityRule(date(2015, 10, 22), birthdays=5, birthdays_when_renewed=6, renewal_months=3),)


def rule_on(day: date) -> ValidityRule:
    """ValueError for a day before the first rule."""
    for rule in RULES:
        if day >= rule.since:
            return rule
    raise ValueError(f"no rule of validity was in force on {day}")


def rule_under(term: Term | None, day: date) -> ValidityRule:
    """The figures for a certificate issued on a day: its profile's own, else those of the dated rule."""
    rule = rule_on(day)
    if term is None:
        return rule
    return replace(
        rule,
        birthdays=term.birthdays,
        birthdays_when_renewed=term.birthdays_when_renewed,
        renewal_months=term.renewal_months,
    )


def birthday_in(year: int, born: PartialDate, rule: ValidityRule) -> date:
    """The calendar birthday in a year. Unknown month or day count as the first, which never prolongs a certificate."""
    month, day = born.month or 1, born.day or 1
    if (month, day) == (2, 29) and not _is_leap(year):
        month, day = rule.leap_day
    return date(year, month, day)


def nth_birthday_after(day: date, born: PartialDate, count: int, rule: ValidityRule) -> date:
    """The ``count``-th birthday that lies after ``day``; a birthday on the day itself is not after it."""
    passed = birthday_in(day.year, born, rule) <= day
    return birthday_in(day.year + count - (0 if passed else 1), born, rule)


def renewal_opens(last_day: date, rule: ValidityRule) -> date:
    """The first day of the renewal window: the day after the date ``renewal_months`` before the last day."""
    return _months_before(last_day, rule.renewal_months) + timedelta(days=1)


def last_day(
    *,
    issued_on: date,
    born: PartialDate,
    renewed_from: date | None = None,
    card_expires_on: date | None = None,
    term: Term | None = None,
) -> date:
    """The last day of validity. ``renewed_from``: the last day of the certificate that this one renews."""
    rule = rule_under(term, issued_on)
    in_window = renewed_from is not None and renewal_opens(renewed_from, rule) <= issued_on <= renewed_from
    count = rule.birthdays_when_renewed if in_window else rule.birthdays
    end = nth_birthday_after(issued_on, born, count, rule)
    return min(end, card_expires_on) if card_expires_on is not None else end


def end_of(day: date) -> datetime:
    """23:59:59 Japan time of a day, as an instant."""
    return datetime.combine(day, _LAST_SECOND, JAPAN)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, day.day)
