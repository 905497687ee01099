"""異動事由: why a record of a resident is entered, removed or corrected (施行令30条の5, 規則11条).

The codes are this project's own; those of the communication servers are not published. Each reason says what a
notification of it carries, which dates it admits, and what it does to the signature certificate.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class ChangeClass(StrEnum):
    """The three kinds of change that 施行令30条の5 tells apart."""

    ENTRY = "ENTRY"
    REMOVAL = "REMOVAL"
    CORRECTION = "CORRECTION"


class ChangeReason(StrEnum):
    """Reasons that are notified to the network; those of households and of paper renewal are not."""

    MOVE_IN = "R01"
    MOVE_IN_FROM_ABROAD = "R02"
    BIRTH = "R03"
    ENTRY_NATURALISED = "R04"
    ENTRY_NATIONALITY_LOST = "R05"
    ENTRY_EX_OFFICIO = "R06"
    ENTRY_REMOVAL_CANCELLED = "R09"
    MOVE_OUT = "D01"
    MOVE_OUT_ABROAD = "D02"
    DEATH = "D03"
    REMOVAL_NATURALISED = "D04"
    REMOVAL_NATIONALITY_LOST = "D05"
    REMOVAL_EX_OFFICIO = "D06"
    REMOVAL_ENTRY_CANCELLED = "D09"
    MOVE_WITHIN = "M01"
    MINOR_CORRECTION = "M02"
    CORRECTION_EX_OFFICIO = "M03"
    CLERICAL_ERROR = "M04"
    NUMBER_CHANGE_REQUESTED = "M05"
    NUMBER_CORRECTED = "M06"
    NUMBER_ENTERED = "M07"
    CODE_CHANGE_REQUESTED = "M08"
    CODE_ENTERED = "M09"
    FORMER_SURNAME_ENTERED = "M14"
    FORMER_SURNAME_CHANGED = "M15"
    FORMER_SURNAME_REMOVED = "M16"
    ALIAS_ENTERED = "M17"
    ALIAS_REMOVED = "M18"
    CORRECTION_CANCELLED = "M19"
    FURIGANA_ENTERED = "M20"


@dataclass(frozen=True)
class Reason:
    """What the law says of one reason."""

    code: ChangeReason
    label: str
    kind: ChangeClass
    basis: str
    may_be_future: bool = False
    ends_signature_certificate: bool = False
    ends_authentication_certificate: bool = False


_ENTRY, _REMOVAL, _CORRECTION = ChangeClass.ENTRY, ChangeClass.REMOVAL, ChangeClass.CORRECTION
_R = ChangeReason

REASONS: dict[ChangeReason, Reason] = {
    reason.code: reason
    for reason in (
        Reason(_R.MOVE_IN, "転入", _ENTRY, "住民基本台帳法22条"),
        Reason(_R.MOVE_IN_FROM_ABROAD, "国外転入等", _ENTRY, "住民基本台帳法22条・30条の46・30条の47"),
        Reason(_R.BIRTH, "出生", _ENTRY, "戸籍法49条・住民基本台帳法9条2項"),
        Reason(_R.ENTRY_NATURALISED, "職権記載（帰化等）", _ENTRY, "施行令8条の2第1項"),
        Reason(_R.ENTRY_NATIONALITY_LOST, "職権記載（国籍喪失）", _ENTRY, "施行令8条の2第2項"),
        Reason(_R.ENTRY_EX_OFFICIO, "職権記載", _ENTRY, "住民基本台帳法8条・施行令12条"),
        Reason(_R.ENTRY_REMOVAL_CANCELLED, "異動の取消し（増）", _ENTRY, "標準仕様1.2.2"),
        Reason(_R.MOVE_OUT, "転出", _REMOVAL, "住民基本台帳法24条", True, True),
        Reason(_R.MOVE_OUT_ABROAD, "国外転出", _REMOVAL, "住民基本台帳法24条", True, True, True),
        Reason(_R.DEATH, "死亡", _REMOVAL, "戸籍法86条・住民基本台帳法9条2項", False, True, True),
        Reason(_R.REMOVAL_NATURALISED, "職権消除（帰化等）", _REMOVAL, "施行令8条の2第1項", False, True),
        Reason(_R.REMOVAL_NATIONALITY_LOST, "職権消除（国籍喪失）", _REMOVAL, "施行令8条の2第2項", False, True),
        Reason(_R.REMOVAL_EX_OFFICIO, "職権消除", _REMOVAL, "住民基本台帳法8条・施行令12条3項", False, True, True),
        Reason(_R.REMOVAL_ENTRY_CANCELLED, "異動の取消し（減）", _REMOVAL, "標準仕様1.2.2", False, True, True),
        Reason(_R.MOVE_WITHIN, "転居", _CORRECTION, "住民基本台帳法23条", False, True),
        Reason(_R.MINOR_CORRECTION, "軽微な修正", _CORRECTION, "規則11条3項2号・21条の2"),
        Reason(_R.CORRECTION_EX_OFFICIO, "職権修正", _CORRECTION, "住民基本台帳法9条2項・施行令12条", False, True),
        Reason(_R.CLERICAL_ERROR, "誤記修正", _CORRECTION, "施行令12条3項", False, True),
        Reason(_R.NUMBER_CHANGE_REQUESTED, "個人番号の変更請求", _CORRECTION, "番号法7条2項"),
        Reason(_R.NUMBER_CORRECTED, "個人番号の職権修正", _CORRECTION, "番号法施行令4条"),
        Reason(_R.NUMBER_ENTERED, "個人番号の職権記載", _CORRECTION, "番号法7条"),
        Reason(_R.CODE_CHANGE_REQUESTED, "住民票コードの記載の変更請求", _CORRECTION, "住民基本台帳法30条の4"),
        Reason(_R.CODE_ENTERED, "住民票コードの職権記載等", _CORRECTION, "施行令30条の4"),
        Reason(_R.FORMER_SURNAME_ENTERED, "旧氏の記載", _CORRECTION, "施行令30条の14", False, True),
        Reason(_R.FORMER_SURNAME_CHANGED, "旧氏の変更", _CORRECTION, "施行令30条の14", False, True),
        Reason(_R.FORMER_SURNAME_REMOVED, "旧氏の削除", _CORRECTION, "施行令30条の14", False, True),
        Reason(_R.ALIAS_ENTERED, "通称の記載", _CORRECTION, "施行令30条の16", False, True),
        Reason(_R.ALIAS_REMOVED, "通称の削除", _CORRECTION, "施行令30条の16", False, True),
        Reason(_R.CORRECTION_CANCELLED, "異動の取消し（修正）", _CORRECTION, "標準仕様1.2.2", False, True),
        Reason(_R.FURIGANA_ENTERED, "氏名の振り仮名の記載・修正", _CORRECTION, "住民基本台帳法7条1号の2"),
    )
}

# A resident who left by one of these may be entered anew elsewhere, with the same code and number.
RETURNABLE = frozenset(
    {
        ChangeReason.MOVE_OUT,
        ChangeReason.MOVE_OUT_ABROAD,
        ChangeReason.REMOVAL_EX_OFFICIO,
        ChangeReason.REMOVAL_NATURALISED,
        ChangeReason.REMOVAL_NATIONALITY_LOST,
        ChangeReason.REMOVAL_ENTRY_CANCELLED,
    }
)
# Entries that may concern somebody who never had a code: the code is drawn from the municipality's lot.
FIRST_ENTRIES = frozenset(
    {
        ChangeReason.BIRTH,
        ChangeReason.MOVE_IN_FROM_ABROAD,
        ChangeReason.ENTRY_EX_OFFICIO,
        ChangeReason.ENTRY_NATURALISED,
        ChangeReason.ENTRY_NATIONALITY_LOST,
    }
)
# These give the person another 住民票コード, which the notification cannot name: it is drawn from the lot.
CODE_CHANGES = frozenset({ChangeReason.CODE_CHANGE_REQUESTED, ChangeReason.CODE_ENTERED})
# What a correction of this reason cannot do without, and what one of those reasons takes away.
CARRIES = {
    ChangeReason.MOVE_WITHIN: "address",
    ChangeReason.FORMER_SURNAME_ENTERED: "former_surname",
    ChangeReason.FORMER_SURNAME_CHANGED: "former_surname",
    ChangeReason.ALIAS_ENTERED: "alias",
}
TAKES_AWAY = {
    ChangeReason.FORMER_SURNAME_REMOVED: ("former_surname", "former_surname_kana"),
    ChangeReason.ALIAS_REMOVED: ("alias",),
}
_FORMER_SURNAME = ("former_surname", "former_surname_kana")
_OF_A_PERSON = ("name", "name_kana", "kana_source", *_FORMER_SURNAME, "alias", "birth_date", "sex", "address")
# The items that a correction of each reason may carry. A wedding may change several at once (職権修正); what a reason
# cannot change, it cannot hide: a new name under the change of a number would leave its certificate alive.
MAY_CARRY: dict[ChangeReason, tuple[str, ...]] = {
    ChangeReason.MOVE_WITHIN: ("address",),
    ChangeReason.MINOR_CORRECTION: ("name", "former_surname", "alias", "address"),
    ChangeReason.CORRECTION_EX_OFFICIO: _OF_A_PERSON,
    # Whether somebody is Japanese is changed by removal and new entry (施行令8条の2); only a slip is corrected.
    ChangeReason.CLERICAL_ERROR: (*_OF_A_PERSON, "resident_class"),
    ChangeReason.NUMBER_CHANGE_REQUESTED: (),
    ChangeReason.NUMBER_CORRECTED: (),
    ChangeReason.NUMBER_ENTERED: (),
    ChangeReason.CODE_CHANGE_REQUESTED: (),
    ChangeReason.CODE_ENTERED: (),
    ChangeReason.FORMER_SURNAME_ENTERED: _FORMER_SURNAME,
    ChangeReason.FORMER_SURNAME_CHANGED: _FORMER_SURNAME,
    ChangeReason.FORMER_SURNAME_REMOVED: _FORMER_SURNAME,
    ChangeReason.ALIAS_ENTERED: ("alias",),
    ChangeReason.ALIAS_REMOVED: ("alias",),
    ChangeReason.CORRECTION_CANCELLED: (*_OF_A_PERSON, "resident_class"),
    ChangeReason.FURIGANA_ENTERED: ("name_kana", "kana_source", "former_surname_kana"),
}
# 転出 is told beforehand by days or weeks; a year is a slip of the pen, and the card's clock starts from this day.
FURTHEST = timedelta(days=366)
# A correction that corrects nothing; the others say by themselves what they change, or carry it by need.
NEEDS_AN_ITEM = frozenset(
    {
        ChangeReason.MINOR_CORRECTION,
        ChangeReason.CORRECTION_EX_OFFICIO,
        ChangeReason.CLERICAL_ERROR,
        ChangeReason.FURIGANA_ENTERED,
    }
)


def reason_of(code: str) -> Reason:
    """The reason with this code; raises `ValueError` in Japanese for an unknown one."""
    try:
        return REASONS[ChangeReason(code)]
    except ValueError:
        raise ValueError(f"異動事由コード「{code}」はありません。") from None


def date_fault(reason: Reason, changed_on: date, today: date) -> str:
    """Why the date cannot be; an empty string when it can. Only a move-out is notified beforehand (法24条)."""
    if reason.may_be_future and changed_on - today > FURTHEST:
        return f"{reason.label}の予定年月日は1年以内の日を指定してください（{changed_on.isoformat()}）。"
    if changed_on > today and not reason.may_be_future:
        return f"{reason.label}の異動年月日に未来の日付は使えません（{changed_on.isoformat()}）。"
    return ""
