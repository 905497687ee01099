"""A bulk query (一括照会): who is asked about, what is wanted of them, and what a row may be answered (J4).

A row is asked by 個人番号, else by 住民票コード, else by items: the birth date and the furigana or the name must be
there. Whatever else a row tells must agree with the register: 一致 means that all of it does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from jlis.kernel.domain.codes import IndividualNumber, ResidentRecordCode
from jlis.kernel.domain.folding import address_key, kana_key, name_key
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import FieldError, Invalid
from juki.domain.extracts import Encoding
from juki.domain.items import LABELS as ITEM_LABELS
from juki.domain.notices import LENGTHS

COLUMNS = ("key", "resident_code", "individual_number", "name", "name_kana", "birth_date", "sex", "address")
COLUMN_LABELS = {
    "key": "照会キー", "resident_code": "住民票コード", "individual_number": "個人番号", "name": "氏名",
    "name_kana": "氏名の振り仮名", "birth_date": "生年月日", "sex": "性別", "address": "住所",
}  # fmt: skip
ANSWER_HEADINGS = ("行", "照会キー", "結果", "理由")
_SEXES = ("", "M", "F", "U")


class Result(StrEnum):
    """What a row is answered."""

    MATCHED = "MATCHED"
    NOT_FOUND = "NOT_FOUND"
    SEVERAL = "SEVERAL"
    PROTECTED = "PROTECTED"
    REMOVED = "REMOVED"
    FAULTY = "FAULTY"


RESULT_LABELS = {
    Result.MATCHED: "一致",
    Result.NOT_FOUND: "不一致",
    Result.SEVERAL: "複数候補",
    Result.PROTECTED: "支援措置",
    Result.REMOVED: "消除",
    Result.FAULTY: "形式の誤り",
}


class Way(StrEnum):
    """By what a row finds its person; items need a full birth date for the first two."""

    NUMBER = "NUMBER"
    CODE = "CODE"
    KANA = "KANA"
    NAME = "NAME"
    KANA_PART = "KANA_PART"
    NAME_PART = "NAME_PART"


@dataclass(frozen=True)
class BulkQuery:
    """The request that goes with a file."""

    purpose: str
    fields: tuple[str, ...]
    encoding: Encoding

    def document(self) -> dict[str, Any]:
        """As JSON values, the form in which it is stored."""
        return {"purpose": self.purpose, "fields": list(self.fields), "encoding": self.encoding.value}

    @property
    def wants_number(self) -> bool:
        """Whether 個人番号 is among the items."""
        return "individual_number" in self.fields


@dataclass(frozen=True)
class Asked:
    """One row made ready for the join: folded keys, the forms of birth date that it may stand for."""

    way: Way
    resident_code: str
    individual_number: str
    name_key: str
    kana_key: str
    sex: str
    address_key: str
    births: tuple[str, ...]
    starts: tuple[str, ...]
    born_from: str
    born_to: str


def read_query(raw: Mapping[str, Any]) -> BulkQuery:
    """Read a request; raises `Invalid` with every fault named by field."""
    faults = []
    purpose, fields = str(raw.get("purpose") or ""), tuple(dict.fromkeys(raw.get("fields") or ()))
    if not purpose:
        faults.append(FieldError("purpose", "required", "事務区分は必須です。"))
    if not fields:
        faults.append(FieldError("fields", "required", "提供を受ける項目を1つ以上指定してください。"))
    faults += [
        FieldError("fields", "unknown_field", f"項目「{field[:40]}」はありません。")
        for field in fields
        if field not in ITEM_LABELS
    ]
    try:
        encoding = Encoding(raw.get("encoding") or Encoding.UTF_8)
    except ValueError:
        faults.append(FieldError("encoding", "not_a_choice", f"文字コードは{'・'.join(Encoding)}のいずれかです。"))
    if faults:
        raise Invalid.of(faults)
    return BulkQuery(purpose, fields, encoding)


def read_row(row: Mapping[str, str], *, number_allowed: bool) -> Asked | str:
    """A row made ready, or in words why it cannot be asked."""
    code, number = row.get("resident_code", ""), row.get("individual_number", "")
    name, kana = name_key(row.get("name", "")), kana_key(row.get("name_kana", ""))
    birth, why = _birth(row.get("birth_date", ""))
    fault = why or _fault(row, code, number, number_allowed)
    if fault:
        return fault
    way = _way(code, number, kana, name, birth)
    if way is None:
        return "個人番号、住民票コード、または生年月日と氏名・振り仮名のいずれかが必要です。"
    return Asked(
        way, code, number, name, kana, row.get("sex", ""), address_key(row.get("address", "")),
        birth.births, birth.starts, birth.born_from, birth.born_to,
    )  # fmt: skip


@dataclass(frozen=True)
class _Birth:
    births: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    born_from: str = ""
    born_to: str = ""


@lru_cache(maxsize=10_000)
def _birth(text: str) -> tuple[_Birth, str]:
    if not text:
        return _Birth(), ""
    try:
        birth = PartialDate.parse(text)
    except ValueError as error:
        return _Birth(), f"生年月日: {error}。"
    first = birth.earliest()
    if not birth.is_full:
        return _Birth(born_from=first.isoformat(), born_to=birth.latest().isoformat()), ""
    # Somebody whose day or month is not known may have been born on it.
    starts = (first, first.replace(day=1), first.replace(month=1, day=1))
    births = (birth.iso, f"{birth.iso[:8]}00", f"{birth.iso[:5]}00-00")
    return _Birth(births, tuple(day.isoformat() for day in starts)), ""


def _fault(row: Mapping[str, str], code: str, number: str, number_allowed: bool) -> str:
    for column, value in row.items():
        if len(value) > LENGTHS.get(column, 40):
            return f"{COLUMN_LABELS[column]}は{LENGTHS.get(column, 40)}文字までです。"
        if not value.isprintable() and any(ord(character) < 32 or ord(character) == 127 for character in value):
            return f"{COLUMN_LABELS[column]}に制御文字が含まれています。"
    if number and not number_allowed:
        return "この事務では個人番号で照会できません。"
    if number and (why := IndividualNumber.fault(number)):
        return f"{why}。"
    if code and (why := ResidentRecordCode.fault(code)):
        return f"{why}。"
    if row.get("sex", "") not in _SEXES:
        return "性別は M・F・U のいずれかです。"
    return ""


def _way(code: str, number: str, kana: str, name: str, birth: _Birth) -> Way | None:
    if number or code:
        return Way.NUMBER if number else Way.CODE
    if birth.births and (kana or name):
        return Way.KANA if kana else Way.NAME
    if birth.born_from and (kana or name):
        return Way.KANA_PART if kana else Way.NAME_PART
    return None
