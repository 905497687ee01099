"""May a 住民票の写し be drawn from the copy for this person, now? What a kiosk never gives.

Judged on the rows alone. Where two reasons hold, the first of the list is the answer; the words for a protected person
are those for anybody who has to come to the counter, since the one who stands before the kiosk may be the one to fear.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bcl.domain.rows import CopyRow
from jlis.kernel.domain.partial_dates import PartialDate
from jpki.domain.eligibility import age_on

GROWN_ENOUGH = 15
TO_THE_COUNTER = "この証明書は発行できません。住所地の市区町村の窓口にお問い合わせください。"


class Bar(StrEnum):
    """Why nothing is given."""

    NOT_IN_COPY = "not_in_copy"
    PROTECTED = "protected"
    REMOVED = "removed"
    MOVING_OUT = "moving_out"
    MOVED_IN_TODAY = "moved_in_today"
    UNDER_15 = "under_15"
    REGISTER_DIFFERS = "register_differs"
    NOT_SERVED = "not_served"
    NOT_OFFERED = "not_offered"
    HOUSEHOLD_CHANGING = "household_changing"


@dataclass(frozen=True)
class Ground:
    """What a kiosk says, and the article behind it."""

    message: str
    article: str


GROUNDS: dict[Bar, Ground] = {
    Bar.NOT_IN_COPY: Ground(TO_THE_COUNTER, "住民基本台帳法12条"),
    Bar.PROTECTED: Ground(TO_THE_COUNTER, "住民基本台帳事務処理要領第5-10（支援措置）"),
    Bar.REMOVED: Ground(TO_THE_COUNTER, "住民基本台帳法15条の4（除票は対象外）"),
    Bar.MOVING_OUT: Ground(
        "転出の届出をされた方の証明書は発行できません。窓口をご利用ください。", "住民基本台帳法24条"
    ),
    Bar.MOVED_IN_TODAY: Ground("転入の届出をされた当日は発行できません。", "住民基本台帳法22条"),
    Bar.UNDER_15: Ground("15歳未満の方は利用できません。", "コンビニ交付の利用条件"),
    Bar.REGISTER_DIFFERS: Ground(TO_THE_COUNTER, "住民基本台帳法30条の6"),
    Bar.NOT_SERVED: Ground("お住まいの市区町村では、ただいま発行を行っていません。", "自治体基盤クラウドの参加状況"),
    Bar.NOT_OFFERED: Ground("この記載事項はお住まいの市区町村では発行していません。", "住民基本台帳法12条5項"),
    Bar.HOUSEHOLD_CHANGING: Ground(
        "世帯に転出または転入の手続中の方がいるため、世帯全員の証明書は発行できません。", "住民基本台帳法24条"
    ),
}


def bar_on(requester: CopyRow | None, household: Sequence[CopyRow], today: date) -> Bar | None:
    """Why the requester gets nothing; None when they may be given their paper. `household` are its present rows."""
    if requester is None:
        return Bar.NOT_IN_COPY
    if requester.protected != "0" or any(member.protected != "0" for member in household):
        return Bar.PROTECTED
    if requester.removed_on:
        return Bar.REMOVED
    if requester.moving_out_on:
        return Bar.MOVING_OUT
    if moved_in_on(requester, today):
        return Bar.MOVED_IN_TODAY
    return Bar.UNDER_15 if is_under_15(requester, today) else None


def bar_on_whole(household: Sequence[CopyRow], today: date) -> Bar | None:
    """Why no paper of the whole household is given, though the requester may have their own."""
    changing = any(member.moving_out_on or moved_in_on(member, today) for member in household)
    return Bar.HOUSEHOLD_CHANGING if changing else None


def moved_in_on(row: CopyRow, today: date) -> bool:
    """Whether the move-in was on the day, or was notified on it; a move within the town is none."""
    day = today.isoformat()
    is_arrival = row.address_since == row.became_resident_on
    return row.became_resident_on == day or (is_arrival and row.notified_on == day)


def is_under_15(row: CopyRow, today: date) -> bool:
    """Whether the person may be under 15; of a birth date partly unknown the youngest that is possible counts."""
    return age_on(today, PartialDate.of(PartialDate.from_iso(row.birth_date).latest())) < GROWN_ENOUGH
