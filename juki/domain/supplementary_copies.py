"""戸籍の附票の写し (法20条) and that of a removed 附票 (除附票, 法21条の3): who may have one, and what it says.

The network keeps no 戸籍の表示 and not since when an address was taken up: the counter of the 本籍地 reads both from
its own 附票. 本籍 and 筆頭者 are left out unless they are asked for.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Ground(StrEnum):
    """By which paragraph somebody asks; 法20条 and 法21条の3 number them alike."""

    FAMILY = "FAMILY"
    PUBLIC = "PUBLIC"
    INTEREST = "INTEREST"
    MANDATE = "MANDATE"


_WHO = {
    Ground.FAMILY: "本人・配偶者・直系尊属・直系卑属",
    Ground.PUBLIC: "国または地方公共団体の機関",
    Ground.INTEREST: "正当な理由がある者",
    Ground.MANDATE: "特定事務受任者",
}
GROUNDS = {ground: f"{who}（20条{place}項）" for place, (ground, who) in enumerate(_WHO.items(), start=1)}
REMOVED_GROUNDS = {ground: f"{who}（21条の3第{place}項）" for place, (ground, who) in enumerate(_WHO.items(), start=1)}
STATEMENT = "この写しは、戸籍の附票の原本と相違ないことを証明する。"
REMOVED_STATEMENT = "この写しは、戸籍の附票の除票の原本と相違ないことを証明する。"


@dataclass(frozen=True)
class Stay:
    """One address of the 附票: the version that brought it, and the day of that change as the network has it."""

    version: int
    address: str
    changed_on: date


def stays(versions: list[Stay]) -> list[Stay]:
    """The versions at which the address changed, oldest first."""
    return [row for place, row in enumerate(versions) if place == 0 or row.address != versions[place - 1].address]
