"""附票本人確認情報: what the 本籍地 knows of each national, and which register is the base of a person's identity.

Whoever lives in Japan is answered for from the 住民票; whoever left, from the 附票 of the 本籍地, until they return
(住民基本台帳法30条の41から30条の44の3, 戸籍の附票 法17条). 戸籍の表示 itself is no item of it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from jlis.kernel.domain.codes import ResidentRecordCode
from jlis.kernel.domain.eras import DateError
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import FieldError
from juki.domain.item_rules import JAPANESE, UNWRITABLE, faults

ITEMS = ("name", "name_kana", "birth_date", "sex", "address")
LABELS = {
    "key": "通知キー", "reason": "異動事由", "changed_on": "異動年月日", "resident_code": "住民票コード",
    "name": "氏名", "name_kana": "氏名の振り仮名", "birth_date": "生年月日", "sex": "性別", "address": "住所",
    "abroad_since": "国外転出の年月日", "municipality": "本籍地の市区町村コード",
}  # fmt: skip
LENGTHS = {"key": 128, "name": 200, "name_kana": 200, "address": 400}
SEXES = ("M", "F", "U")


class Reason(StrEnum):
    """Why a record of the 附票 is entered, changed or removed. The codes are this project's own."""

    ENTERED = "S01"
    MOVED_HONSEKI_HERE = "S02"
    CHANGED = "S03"
    LEFT_JAPAN = "S04"
    RETURNED = "S05"
    DIED = "S06"
    NATIONALITY_LOST = "S07"
    MOVED_HONSEKI_AWAY = "S08"


REASONS = {
    Reason.ENTERED: "附票の記載",
    Reason.MOVED_HONSEKI_HERE: "転籍による記載",
    Reason.CHANGED: "附票の記載の修正",
    Reason.LEFT_JAPAN: "国外転出",
    Reason.RETURNED: "国外からの転入",
    Reason.DIED: "死亡による消除",
    Reason.NATIONALITY_LOST: "国籍喪失による消除",
    Reason.MOVED_HONSEKI_AWAY: "転籍による消除",
}
ENTRIES = frozenset({Reason.ENTERED, Reason.MOVED_HONSEKI_HERE})
REMOVALS = frozenset({Reason.DIED, Reason.NATIONALITY_LOST, Reason.MOVED_HONSEKI_AWAY})


class Base(StrEnum):
    """Which register answers for a person."""

    RESIDENCE = "RESIDENCE"
    SUPPLEMENTARY = "SUPPLEMENTARY"
    NONE = "NONE"


def base_of(*, lives_here: bool, left_japan: bool, has_supplementary: bool) -> Base:
    """住民票 while there is a present one; 附票 for whoever left Japan and is kept there; else nobody answers."""
    if lives_here:
        return Base.RESIDENCE
    return Base.SUPPLEMENTARY if left_japan and has_supplementary else Base.NONE


class Contradiction(StrEnum):
    """Why a notice of the 附票 cannot be taken."""

    UNKNOWN_CODE = "UNKNOWN_CODE"
    NOT_A_NATIONAL = "NOT_A_NATIONAL"
    KEPT_ELSEWHERE = "KEPT_ELSEWHERE"
    KEPT_ALREADY = "KEPT_ALREADY"
    NOT_KEPT = "NOT_KEPT"
    BEFORE_LAST_CHANGE = "BEFORE_LAST_CHANGE"


ADVICE = {
    Contradiction.UNKNOWN_CODE: "住民票コードの該当者がいません。住所地からの通知で住民票コードを確かめてください。",
    Contradiction.NOT_A_NATIONAL: "附票は日本の国籍を有する者について作成します。住民区分を住所地に確かめてください。",
    Contradiction.KEPT_ELSEWHERE: "ほかの本籍地の附票があります。転籍なら、原籍地の消除の通知を待ってください。",
    Contradiction.KEPT_ALREADY: "この本籍地の附票に現存しています。修正の事由で通知してください。",
    Contradiction.NOT_KEPT: "この本籍地の附票に該当者がいません。先に記載を通知してください。",
    Contradiction.BEFORE_LAST_CHANGE: "登録済みの異動より前の日付です。異動年月日を確かめてください。",
}


@dataclass(frozen=True)
class Standing:
    """What is known of the person: their class, whose 附票 keeps them, and the day of its last change."""

    is_national: bool
    kept_by: str = ""
    last_changed_on: date | None = None


@dataclass(frozen=True)
class Notice:
    """One well-formed notice. Items that a change leaves alone are None."""

    key: str
    reason: Reason
    changed_on: date
    municipality: str
    resident_code: str
    name: str | None = None
    name_kana: str | None = None
    birth_date: str | None = None
    sex: str | None = None
    address: str | None = None

    def items(self) -> dict[str, str]:
        """The items that it carries."""
        return {name: value for name in ITEMS if (value := getattr(self, name)) is not None}

    def digest(self) -> str:
        """What stands for it when its key is used once more."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def contradiction(notice: Notice, standing: Standing | None) -> Contradiction | None:
    """The first ground on which the notice cannot be taken, or None."""
    if standing is None:
        return Contradiction.UNKNOWN_CODE
    if not standing.is_national and notice.reason is not Reason.NATIONALITY_LOST:
        return Contradiction.NOT_A_NATIONAL
    if notice.reason in ENTRIES and standing.kept_by:
        own = standing.kept_by == notice.municipality
        return Contradiction.KEPT_ALREADY if own else Contradiction.KEPT_ELSEWHERE
    if notice.reason not in ENTRIES and standing.kept_by != notice.municipality:
        return Contradiction.NOT_KEPT
    if standing.last_changed_on is not None and notice.changed_on < standing.last_changed_on:
        return Contradiction.BEFORE_LAST_CHANGE
    return None


def read_notice(raw: Any, *, row: int, municipality: str, today: date) -> tuple[Notice | None, list[FieldError]]:
    """A notice, or everything that is at fault with it. ``municipality`` is the sender's, where it has one office."""
    if not isinstance(raw, Mapping):
        return None, [FieldError("", "not_an_object", "通知は項目名と値の組でなければなりません。", row)]
    reader = _Reader(raw, row, today)
    values = reader.values(municipality)
    return (None, reader.errors) if reader.errors else (Notice(**values), [])


class _Reader:
    def __init__(self, raw: Mapping[str, Any], row: int, today: date):
        self.raw, self.row, self.today = raw, row, today
        self.errors: list[FieldError] = []

    def fault(self, field: str, code: str, message: str) -> None:
        self.errors.append(FieldError(field, code, message, self.row))

    def values(self, municipality: str) -> dict[str, Any]:
        known = {"key", "reason", "changed_on", "resident_code", "municipality", *ITEMS}
        for name in self.raw.keys() - known:
            self.fault(str(name)[:40], "unknown_field", "附票の通知にない項目です。")
        values: dict[str, Any] = {name: self._text(name, required=True) for name in ("key", "resident_code")}
        values["municipality"] = self._text("municipality", required=not municipality) or municipality
        values["reason"], values["changed_on"] = self._reason(), self._day()
        if values["resident_code"] and (why := ResidentRecordCode.fault(values["resident_code"])):
            self.fault("resident_code", "check_digit", f"{why}。")
        return values | self._items(values["reason"])

    def _text(self, name: str, *, required: bool) -> str | None:
        value = self.raw.get(name)
        if value is None or value == "":
            if required:
                self.fault(name, "required", f"{LABELS[name]}は必須です。")
            return None
        if not isinstance(value, str):
            self.fault(name, "not_text", f"{LABELS[name]}は文字列で指定してください。")
            return None
        if len(value) > LENGTHS.get(name, 40):
            self.fault(name, "too_long", f"{LABELS[name]}は{LENGTHS.get(name, 40)}文字までです。")
        if UNWRITABLE.search(value):
            self.fault(name, "control_character", f"{LABELS[name]}に使えない文字（制御文字など）が含まれています。")
            return None
        if not value.strip():
            self.fault(name, "blank", f"{LABELS[name]}が空白です。")
        return value

    def _reason(self) -> Reason | None:
        try:
            return Reason(str(self.raw.get("reason", "")))
        except ValueError:
            self.fault("reason", "not_a_choice", f"異動事由は{'・'.join(Reason)}のいずれかです。")
            return None

    def _day(self) -> date | None:
        try:
            day = PartialDate.day_from_iso(str(self.raw.get("changed_on", "")))
        except DateError as error:
            self.fault("changed_on", "not_a_date", f"異動年月日: {error}。")
            return None
        if day > self.today:
            self.fault("changed_on", "in_the_future", "異動年月日に未来の日付は使えません。")
        return day

    def _items(self, reason: Reason | None) -> dict[str, str | None]:
        items = {name: self._text(name, required=reason in ENTRIES) for name in ITEMS}
        if reason in REMOVALS and any(items.values()):
            self.fault(
                next(name for name in ITEMS if items[name]), "not_for_removal", "消除の通知に項目は付けられません。"
            )
        if reason is Reason.CHANGED and not any(items.values()):
            self.fault("name", "required", "修正する項目を1つ以上指定してください。")
        if reason in (Reason.LEFT_JAPAN, Reason.RETURNED) and not items["address"]:
            self.fault("address", "required", "新しい住所（国外転出のときは転出先の国）が必要です。")
        if items["sex"] and items["sex"] not in SEXES:
            self.fault("sex", "not_a_choice", f"性別は{'・'.join(SEXES)}のいずれかです。")
        if items["birth_date"]:
            self._birth(items["birth_date"])
        # A 附票 is of a national: what a notification may not say of one, it may not say either.
        for fault in faults(items | {"resident_class": JAPANESE}, None):
            self.fault(*fault)
        return items

    def _birth(self, text: str) -> None:
        try:
            if PartialDate.from_iso(text).earliest() > self.today:
                self.fault("birth_date", "in_the_future", "生年月日に未来の日付は使えません。")
        except DateError as error:
            self.fault("birth_date", "not_a_date", f"{error}。")
