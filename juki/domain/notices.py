"""A notification as a municipality tells it, checked against itself before the register is asked.

The checks here need no database: form, check digits, dates, and what the reason of the change demands. What
contradicts the register is judged in `contradictions`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from jlis.kernel.domain.codes import ResidentRecordCode
from jlis.kernel.domain.eras import DateError
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import FieldError
from juki.domain.changes import (
    CARRIES,
    FIRST_ENTRIES,
    MAY_CARRY,
    NEEDS_AN_ITEM,
    TAKES_AWAY,
    ChangeClass,
    ChangeReason,
    Reason,
    date_fault,
    reason_of,
)
from juki.domain.item_rules import UNWRITABLE, faults

IDENTITY_FIELDS = (
    "name", "name_kana", "kana_source", "former_surname", "former_surname_kana", "alias", "address", "birth_date",
    "sex", "resident_class",
)  # fmt: skip
REQUIRED_FOR_ENTRY = ("name", "name_kana", "address", "birth_date", "sex", "resident_class")
# A correction may take away a former surname or an alias, but none of these.
NEVER_EMPTY = (*REQUIRED_FOR_ENTRY, "kana_source")
LENGTHS = {
    "key": 128, "name": 200, "name_kana": 200, "former_surname": 100, "former_surname_kana": 100, "alias": 200,
    "address": 400,
}  # fmt: skip
LONGEST_CODE = 40
CHOICES = {
    "sex": ("M", "F", "U"),
    "resident_class": ("JAPANESE", "FOREIGN"),
    "kana_source": ("NOTIFIED", "EX_OFFICIO", "UNOFFICIAL"),
}
LABELS = {
    "key": "通知キー", "sequence": "通知順序", "reason": "異動事由", "changed_on": "異動年月日",
    "resident_code": "住民票コード", "municipality": "市区町村コード",
    "name": "氏名", "name_kana": "氏名の振り仮名", "kana_source": "振り仮名の根拠", "former_surname": "旧氏",
    "former_surname_kana": "旧氏の振り仮名", "alias": "通称", "address": "住所", "birth_date": "生年月日",
    "sex": "性別", "resident_class": "住民区分",
}  # fmt: skip


@dataclass(frozen=True)
class Notice:
    """One well-formed notification. Identity fields that a correction leaves alone are None."""

    key: str
    reason: ChangeReason
    changed_on: date
    municipality: str
    resident_code: str = ""
    sequence: int | None = None
    name: str | None = None
    name_kana: str | None = None
    kana_source: str | None = None
    former_surname: str | None = None
    former_surname_kana: str | None = None
    alias: str | None = None
    address: str | None = None
    birth_date: str | None = None
    sex: str | None = None
    resident_class: str | None = None

    @property
    def facts(self) -> Reason:
        """What the law says of its reason."""
        return reason_of(self.reason)

    def items(self) -> dict[str, str]:
        """The identity fields that it carries."""
        return {name: value for name in IDENTITY_FIELDS if (value := getattr(self, name)) is not None}

    def body(self) -> dict[str, Any]:
        """The notice as it is stored."""
        told = {name: value for name in _FIELDS if (value := getattr(self, name)) is not None}
        return told | {"reason": self.reason.value, "changed_on": self.changed_on.isoformat()}

    def digest(self) -> str:
        """SHA-256 over the content; the same key with another digest is refused."""
        return hashlib.sha256(_ENCODER.encode(self.body()).encode()).hexdigest()

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "Notice":
        """A notice from its stored form."""
        values = {name: body[name] for name in _FIELDS if name in body}
        values["reason"] = ChangeReason(values["reason"])
        values["changed_on"] = date.fromisoformat(values["changed_on"])
        return cls(**values)


_FIELDS = tuple(field.name for field in fields(Notice))
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False)


def read_notice(raw: Any, *, row: int | None, municipality: str, today: date) -> tuple[Notice | None, list[FieldError]]:
    """Read one notification as it came; every fault is named by row and field.

    `municipality` is the sender's office and stands where the row names none. Dates are ISO; the birth date may have
    00 for an unknown month or day.
    """
    if not isinstance(raw, Mapping):
        return None, [FieldError("", "not_an_object", "通知は項目名と値の組でなければなりません。", row)]
    reader = _Reader(raw, row)
    values = reader.read(municipality, today)
    return (Notice(**values), []) if not reader.errors else (None, reader.errors)


class _Reader:
    def __init__(self, raw: Mapping[str, Any], row: int | None):
        self.raw = raw
        self.row = row
        self.errors: list[FieldError] = []

    def fault(self, field: str, code: str, message: str) -> None:
        self.errors.append(FieldError(field, code, message, self.row))

    def read(self, municipality: str, today: date) -> dict[str, Any]:
        self._refuse_unknown()
        values: dict[str, Any] = {"key": self._text("key", required=True)}
        values["municipality"] = self._text("municipality") or municipality
        values["sequence"] = self._sequence()
        reason = self._reason()
        changed_on = self._changed_on(reason, today)
        values |= {"reason": reason.code if reason else None, "changed_on": changed_on}
        values["resident_code"] = self._resident_code(reason)
        values |= self._identity(reason)
        self._birth(values, changed_on, today)
        return values

    def _refuse_unknown(self) -> None:
        for name in self.raw:
            if name not in _FIELDS:
                self.fault(str(name)[:40], "unknown_field", "この項目は通知にありません。")

    def _text(self, field: str, *, required: bool = False) -> str | None:
        value = self.raw.get(field)
        label = LABELS[field]
        if value is None or value == "":
            if required:
                self.fault(field, "required", f"{label}は必須です。")
            return value
        if not isinstance(value, str):
            self.fault(field, "not_text", f"{label}は文字列で指定してください。")
            return None
        longest = LENGTHS.get(field, LONGEST_CODE)
        if len(value) > longest:
            self.fault(field, "too_long", f"{label}は{longest}文字までです。")
            return None
        if UNWRITABLE.search(value):
            self.fault(field, "control_character", f"{label}に使えない文字（制御文字など）が含まれています。")
            return None
        if not value.strip():
            self.fault(field, "blank", f"{label}が空白です。")
        return value

    def _sequence(self) -> int | None:
        value = self.raw.get("sequence")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value < 2**62:
            self.fault("sequence", "not_a_number", "通知順序は1以上の整数です。")
            return None
        return value

    def _reason(self) -> Reason | None:
        code = self._text("reason", required=True)
        if not code:
            return None
        try:
            return reason_of(code)
        except ValueError as error:
            self.fault("reason", "unknown_reason", str(error))
            return None

    def _changed_on(self, reason: Reason | None, today: date) -> date | None:
        text = self._text("changed_on", required=True)
        if not text:
            return None
        try:
            changed_on = PartialDate.day_from_iso(text)
        except DateError:
            self.fault("changed_on", "not_a_date", "異動年月日は実在する日を YYYY-MM-DD で指定してください。")
            return None
        if reason and (why := date_fault(reason, changed_on, today)):
            self.fault("changed_on", "in_the_future", why)
        return changed_on

    def _resident_code(self, reason: Reason | None) -> str:
        code = self._text("resident_code") or ""
        if not code:
            if reason and reason.code not in FIRST_ENTRIES:
                self.fault("resident_code", "required", f"{reason.label}の通知には住民票コードが必要です。")
            return ""
        if why := ResidentRecordCode.fault(code):
            self.fault("resident_code", "check_digit", f"{why}。")
        return code

    def _identity(self, reason: Reason | None) -> dict[str, str | None]:
        is_entry = reason is not None and reason.kind is ChangeClass.ENTRY
        values = {
            field: self._text(field, required=is_entry and field in REQUIRED_FOR_ENTRY) for field in IDENTITY_FIELDS
        }
        for field, allowed in CHOICES.items():
            if values[field] and values[field] not in allowed:
                self.fault(field, "not_a_choice", f"{LABELS[field]}は{'・'.join(allowed)}のいずれかです。")
        for field in NEVER_EMPTY if not is_entry else ("kana_source",):
            if values[field] == "":
                self.fault(field, "required", f"{LABELS[field]}を空にすることはできません。")
        for fault in faults(values, reason.code if reason else None):
            self.fault(*fault)
        return values | self._by_reason(reason, values) if reason else values

    def _by_reason(self, reason: Reason, values: dict[str, str | None]) -> dict[str, str | None]:
        """What the reason demands of the items, and those that it takes away by itself."""
        carried = [field for field in IDENTITY_FIELDS if values[field] is not None]
        if reason.kind is ChangeClass.REMOVAL and carried:
            self.fault(carried[0], "not_for_removal", f"{reason.label}の通知に本人の項目は付けられません。")
        if reason.kind is ChangeClass.CORRECTION:
            self._refuse_others(reason, carried, values)
        if reason.code in NEEDS_AN_ITEM and not carried:
            self.fault("reason", "nothing_to_correct", f"{reason.label}の通知に、修正する項目がありません。")
        needed = CARRIES.get(reason.code)
        if needed and not values[needed]:
            self.fault(needed, "required", f"{reason.label}の通知には新しい{LABELS[needed]}が必要です。")
        gone = TAKES_AWAY.get(reason.code, ())
        for field in gone:
            if values[field]:
                self.fault(field, "not_for_removal", f"{reason.label}の通知に{LABELS[field]}は付けられません。")
        return dict.fromkeys(gone, "")

    def _refuse_others(self, reason: Reason, carried: list[str], values: dict[str, str | None]) -> None:
        """What a correction of the reason cannot change; what cannot be empty is named already."""
        allowed = MAY_CARRY[reason.code]
        own = "・".join(LABELS[field] for field in allowed)
        why = f"この事由で修正できるのは{own}です。" if own else "この事由で修正できる項目はありません。"
        for field in carried:
            if field not in allowed and (values[field] or field not in NEVER_EMPTY):
                self.fault(field, "not_for_reason", f"{reason.label}の通知に{LABELS[field]}は付けられません。{why}")

    def _birth(self, values: dict[str, Any], changed_on: date | None, today: date) -> None:
        text = values.get("birth_date")
        if not text:
            return
        try:
            birth = PartialDate.from_iso(text)
        except DateError as error:
            self.fault("birth_date", "not_a_date", f"{error}。")
            return
        if birth.earliest() > today:
            self.fault("birth_date", "in_the_future", "生年月日に未来の日付は使えません。")
        elif changed_on and changed_on < birth.earliest():
            self.fault("changed_on", "before_birth", "異動年月日が生年月日より前です。")
        if values.get("reason") is ChangeReason.BIRTH and changed_on and not birth.may_be(changed_on):
            self.fault("birth_date", "not_day_of_birth", "出生の異動年月日は生年月日と同じ日です。")
