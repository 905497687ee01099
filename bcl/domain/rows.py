"""A row of the copy: one person as the town's own register holds them (住民基本台帳法7条), and a difference of it.

A difference carries the whole row, as a history in the town's register does, so that the last one stands for all before
it. The checks need no database; what names another town or an unknown resident is the service's question.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from bcl.domain.relations import relations
from jlis.kernel.domain.codes import ResidentRecordCode
from jlis.kernel.domain.digest_tree import line_of
from jlis.kernel.domain.eras import DateError
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import FieldError


class Operation(StrEnum):
    """What a difference does to its row."""

    PUT = "PUT"
    DELETE = "DELETE"


class Removal(StrEnum):
    """Why a record is no longer a present one."""

    DEATH = "DEATH"
    MOVED_OUT = "MOVED_OUT"
    OTHER = "OTHER"


@dataclass(frozen=True)
class CopyRow:
    """Dates in their stored form, empty where there is none. `protected` is the 支援措置 flag, "1" or "0"."""

    number: str
    resident_code: str
    household: str
    relation: str
    householder: str
    name: str
    name_kana: str
    birth_date: str
    sex: str
    address: str
    became_resident_on: str
    address_since: str
    protected: str
    former_surname: str = ""
    alias: str = ""
    notified_on: str = ""
    former_address: str = ""
    honseki: str = ""
    koseki_head: str = ""
    moving_out_on: str = ""
    removed_on: str = ""
    removal: str = ""

    def line(self) -> str:
        """The row as the digest of a copy takes it: the values in `COLUMNS`' order, parted by U+001F."""
        return line_of(getattr(self, name) for name in COLUMNS)

    def body(self) -> bytes:
        """The row as it is sealed."""
        return json.dumps({k: v for k, v in asdict(self).items() if v}, ensure_ascii=False).encode()

    @classmethod
    def from_body(cls, body: bytes) -> "CopyRow":
        """A row from its sealed form."""
        return cls(**json.loads(body))


COLUMNS = tuple(field.name for field in fields(CopyRow))
REQUIRED = COLUMNS[:13]
LABELS = {
    "number": "宛名番号", "resident_code": "住民票コード", "household": "世帯番号", "relation": "続柄コード",
    "householder": "世帯主", "name": "氏名", "name_kana": "氏名の振り仮名", "birth_date": "生年月日", "sex": "性別",
    "address": "住所", "became_resident_on": "住民となった日", "address_since": "住所を定めた日",
    "protected": "支援措置", "former_surname": "旧氏", "alias": "通称", "notified_on": "届出日",
    "former_address": "前住所", "honseki": "本籍", "koseki_head": "筆頭者", "moving_out_on": "転出予定日",
    "removed_on": "消除日", "removal": "消除の事由", "sequence": "順序番号", "operation": "操作",
}  # fmt: skip
LENGTHS = {
    "number": 15, "household": 15, "name": 200, "name_kana": 200, "householder": 200, "former_surname": 100,
    "alias": 200, "address": 400, "former_address": 400, "honseki": 400, "koseki_head": 200,
}  # fmt: skip
LONGEST_CODE = 12
CHOICES = {
    "sex": ("M", "F", "U"),
    # A flag that was forgotten must not read as no flag: the town says one or the other of each person.
    "protected": ("0", "1"),
    "removal": tuple(Removal),
}
PARTIAL_DATES = ("birth_date", "became_resident_on", "address_since")
WHOLE_DATES = ("notified_on", "moving_out_on", "removed_on")


@dataclass(frozen=True)
class Difference:
    """One change of a copy by the sender's number; `row` is None for a row that was copied by mistake."""

    sequence: int
    operation: Operation
    number: str
    row: CopyRow | None

    def body(self) -> bytes:
        """The difference as it is kept, sealed, while it waits for those before it."""
        row = json.loads(self.row.body()) if self.row else None
        return json.dumps([self.operation, self.number, row], ensure_ascii=False).encode()

    @classmethod
    def from_body(cls, sequence: int, body: bytes) -> "Difference":
        """A difference from its kept form."""
        operation, number, row = json.loads(body)
        return cls(sequence, Operation(operation), number, CopyRow(**row) if row else None)

    def digest(self) -> str:
        """SHA-256 over the content; the same number with another digest is refused."""
        text = f"{self.operation}\x1f{self.number}\x1f{self.row.line() if self.row else ''}"
        return hashlib.sha256(text.encode()).hexdigest()


def read_row(raw: Mapping[str, Any], *, row: int | None = None) -> tuple[CopyRow | None, list[FieldError]]:
    """Read one row as it came; every fault is named by row and field."""
    reader = _Reader(raw, row)
    values = reader.values()
    return (CopyRow(**values), []) if not reader.errors else (None, reader.errors)


def read_difference(raw: Any, *, row: int) -> tuple[Difference | None, list[FieldError]]:
    """Read one difference as it came: `sequence`, `operation` (PUT unless it is said), and the row's items."""
    if not isinstance(raw, Mapping):
        return None, [FieldError("", "not_an_object", "差分は項目名と値の組でなければなりません。", row)]
    items = dict(raw)
    sequence, operation = items.pop("sequence", None), items.pop("operation", Operation.PUT.value)
    errors = _order_faults(sequence, operation, row)
    if operation == Operation.DELETE:
        reader = _Reader({name: items.get(name, "") for name in ("number",)} | items, row, only=("number",))
        number, found = reader.values()["number"], None
        errors += reader.errors
    else:
        found, faults = read_row(items, row=row)
        number = found.number if found else ""
        errors += faults
    return (None, errors) if errors else (Difference(sequence, Operation(operation), number, found), [])


def _order_faults(sequence: Any, operation: Any, row: int) -> list[FieldError]:
    errors = []
    if isinstance(sequence, bool) or not isinstance(sequence, int) or not 1 <= sequence < 2**62:
        errors.append(FieldError("sequence", "not_a_number", "順序番号は1以上の整数です。", row))
    if operation not in tuple(Operation):
        errors.append(FieldError("operation", "not_a_choice", "操作はPUT・DELETEのいずれかです。", row))
    return errors


class _Reader:
    def __init__(self, raw: Mapping[str, Any], row: int | None, *, only: tuple[str, ...] = COLUMNS):
        self.raw = raw
        self.row = row
        self.only = only
        self.errors: list[FieldError] = []

    def fault(self, field: str, code: str, message: str) -> None:
        self.errors.append(FieldError(field, code, message, self.row))

    def values(self) -> dict[str, str]:
        for name in self.raw:
            if name not in self.only:
                self.fault(str(name)[:40], "unknown_field", "この項目は副本にありません。")
        values = {name: self._text(name) for name in self.only}
        if not self.errors:
            self._check(values)
        return values

    def _text(self, name: str) -> str:
        value = self.raw.get(name, "")
        if value is None:
            value = ""
        if name == "protected" and isinstance(value, bool):
            value = "1" if value else "0"
        if not isinstance(value, str):
            self.fault(name, "not_text", f"{LABELS[name]}は文字列で指定してください。")
            return ""
        if name in REQUIRED and not value.strip():
            self.fault(name, "required", f"{LABELS[name]}は必須です。")
        elif len(value) > LENGTHS.get(name, LONGEST_CODE):
            self.fault(name, "too_long", f"{LABELS[name]}は{LENGTHS.get(name, LONGEST_CODE)}文字までです。")
        elif any(ord(character) < 32 or ord(character) == 127 for character in value):
            self.fault(name, "control_character", f"{LABELS[name]}に制御文字が含まれています。")
        return value

    def _check(self, values: Mapping[str, str]) -> None:
        for name, allowed in CHOICES.items():
            if values.get(name) and values[name] not in allowed:
                self.fault(name, "not_a_choice", f"{LABELS[name]}は{'・'.join(allowed)}のいずれかです。")
        if "relation" in values and values["relation"] not in relations():
            self.fault("relation", "unknown_relation", "この続柄コードはありません。")
        if values.get("resident_code") and (why := ResidentRecordCode.fault(values["resident_code"])):
            self.fault("resident_code", "check_digit", f"{why}。")
        for name in PARTIAL_DATES + WHOLE_DATES:
            self._check_date(name, values.get(name, ""))
        if bool(values.get("removed_on")) != bool(values.get("removal")):
            self.fault("removal", "not_paired", "消除日と消除の事由は両方とも指定してください。")

    def _check_date(self, name: str, text: str) -> None:
        try:
            if text and name in PARTIAL_DATES:
                PartialDate.from_iso(text)
            elif text:
                PartialDate.day_from_iso(text)
        except DateError as error:
            self.fault(name, "not_a_date", f"{LABELS[name]}: {error}。")
