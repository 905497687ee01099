"""Card clocks: what a holder's moves start, and the last day on which the card still lives (施行令14条).

A day that is `last_day` is in time; the card ends with the day after.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Clock(StrEnum):
    """What a card waits for."""

    MOVE_IN = "MOVE_IN"
    CONTINUE = "CONTINUE"
    LEAVE_AGAIN = "LEAVE_AGAIN"
    LEAVE_COUNTRY = "LEAVE_COUNTRY"


@dataclass(frozen=True)
class ClockRule:
    """The figures in force from ``since`` on."""

    since: date
    days_after_intended_move_out: int
    days_after_move: int
    days_to_continue: int


RULES = (ClockRule(date(2016, 1, 1), days_after_intended_move_out=30, days_after_move=14, days_to_continue=90),)

# Which move of the card's table ends a card whose clock has run out.
ENDS_BY = {
    Clock.MOVE_IN: "void_no_move_in",
    Clock.CONTINUE: "void_not_continued",
    Clock.LEAVE_AGAIN: "void_moved_again",
    Clock.LEAVE_COUNTRY: "void_on_leaving",
}


@dataclass(frozen=True)
class Deadline:
    """A running clock."""

    clock: Clock
    last_day: date

    def is_over(self, day: date) -> bool:
        """Whether the card has ended by the day."""
        return day > self.last_day


def rule_on(day: date) -> ClockRule:
    """ValueError for a day before the first rule."""
    for rule in RULES:
        if day >= rule.since:
            return rule
    raise ValueError(f"no rule of clocks was in force on {day}")


def after_leaving_the_country(*, intended_on: date) -> Deadline:
    """Somebody has told of leaving the country without continuing the card: it ends with the day itself."""
    return Deadline(Clock.LEAVE_COUNTRY, intended_on - timedelta(days=1))


def after_cancelled_leaving(*, told_on: date) -> Deadline:
    """Somebody does not leave after all whose card has to be continued here: kept for abroad, face and chip say so;
    or it was never continued since the move before."""
    return Deadline(Clock.CONTINUE, told_on + timedelta(days=rule_on(told_on).days_to_continue))


def after_move_out(*, intended_on: date, running: Clock | None) -> Deadline:
    """Somebody has told of a move-out. Who had not yet continued the card in the last town loses it with the move."""
    if running is Clock.CONTINUE:
        return Deadline(Clock.LEAVE_AGAIN, intended_on)
    days = rule_on(intended_on).days_after_intended_move_out
    return Deadline(Clock.MOVE_IN, intended_on + timedelta(days=days))


def after_move_in(*, moved_on: date, told_on: date, running: Deadline | None) -> Deadline:
    """Somebody has told of a move-in.

    In time (thirty days after the intended move-out, fourteen after the move), the clock of 継続利用 starts; too late,
    the deadline that was missed is returned, and is over.
    """
    rule = rule_on(told_on)
    latest = moved_on + timedelta(days=rule.days_after_move)
    if running is not None and running.clock in (Clock.MOVE_IN, Clock.LEAVE_AGAIN):
        if running.clock is Clock.LEAVE_AGAIN:
            return Deadline(Clock.LEAVE_AGAIN, min(running.last_day, told_on - timedelta(days=1)))
        latest = min(latest, running.last_day)
    if told_on > latest:
        return Deadline(Clock.MOVE_IN, latest)
    return Deadline(Clock.CONTINUE, told_on + timedelta(days=rule.days_to_continue))
