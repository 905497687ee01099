"""How long a card is valid, as dated rules (番号法17条6項, 施行規則26条・27条).

The card says 誕生日, so calendar birthdays count, with the leap day's rule that the certificates follow too.
"""

from dataclasses import dataclass
from datetime import date

from jlis.kernel.domain.partial_dates import PartialDate
from jpki.domain.validity import ValidityRule, birthday_in, nth_birthday_after
from jpki.domain.validity import rule_on as certificate_rule_on


@dataclass(frozen=True)
class CardRule:
    """The figures in force for applications from ``since`` on."""

    since: date
    adult_age: int
    birthdays_adult: int = 10
    birthdays_minor: int = 5


# Newest first: the age of majority fell from 20 to 18.
RULES = (CardRule(date(2022, 4, 1), adult_age=18), CardRule(date(2016, 1, 1), adult_age=20))


def rule_on(day: date) -> CardRule:
    """ValueError for a day before the first rule."""
    for rule in RULES:
        if day >= rule.since:
            return rule
    raise ValueError(f"no rule of validity was in force on {day}")


def age_on(day: date, born: PartialDate) -> int:
    """Full years by calendar birthdays; unknown month or day count as the first."""
    return day.year - born.year - (birthday_in(day.year, born, _calendar(day)) > day)


def nth_birthday(day: date, born: PartialDate, count: int) -> date:
    """The ``count``-th birthday that lies after ``day``."""
    return nth_birthday_after(day, born, count, _calendar(day))


def _calendar(day: date) -> ValidityRule:
    """The rule that says when somebody born on a leap day has a birthday; a birth lies before the first one."""
    return certificate_rule_on(max(day, RULES[-1].since))


def last_day(*, applied_on: date, issued_on: date, born: PartialDate, stay_ends_on: date | None = None) -> date:
    """The last day of a card's validity.

    Age and rule are those of the application's day, birthdays count from the issue. ``stay_ends_on``: the last day of
    a foreign resident's stay, None for those whose stay has no end (永住者, 特別永住者, 高度専門職2号).
    ValueError when the stay has ended before the issue.
    """
    if stay_ends_on is not None and stay_ends_on < issued_on:
        raise ValueError("在留期間が満了しています")
    rule = rule_on(applied_on)
    grown = age_on(applied_on, born) >= rule.adult_age
    end = nth_birthday(issued_on, born, rule.birthdays_adult if grown else rule.birthdays_minor)
    return end if stay_ends_on is None else min(end, stay_ends_on)
