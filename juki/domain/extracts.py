"""A request for a bulk extract (J5), as seed 002's table asks for it, checked for form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from jlis.kernel.domain.codes import MunicipalityCode
from jlis.kernel.domain.eras import DateError
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import FieldError, Invalid
from juki.domain.changes import ChangeReason
from juki.domain.items import EXTRACT_ITEMS

NONE = "NONE"
LONGEST_CODE = 32


class Target(StrEnum):
    """抽出対象: of each person chosen the last version that meets the conditions, or all."""

    LATEST = "LATEST"
    HISTORY = "HISTORY"


class Who(StrEnum):
    """指定した特定期間の在住者・消除者, or the residents on a base date."""

    RESIDENT_ON = "RESIDENT_ON"
    RESIDENT_DURING = "RESIDENT_DURING"
    REMOVED_DURING = "REMOVED_DURING"


class Encoding(StrEnum):
    """文字コード of the result file."""

    CP932 = "CP932"
    UTF_8 = "UTF-8"


class Delivery(StrEnum):
    """提供の方法: fetched over the line, or on a medium as an encrypted archive with its slip."""

    LINE = "LINE"
    MEDIUM = "MEDIUM"


DELIVERY_LABELS = {Delivery.LINE: "回線", Delivery.MEDIUM: "媒体（暗号化）"}
TARGET_LABELS = {Target.LATEST: "最新のみ", Target.HISTORY: "最新および履歴"}
WHO_LABELS = {
    Who.RESIDENT_ON: "基準日の在住者",
    Who.RESIDENT_DURING: "期間中の在住者",
    Who.REMOVED_DURING: "期間中の消除者",
}


@dataclass(frozen=True)
class ExtractRequest:
    """The contents of a request file (要求ファイル). `municipalities` empty means the whole prefecture."""

    affair: str
    number_affair: str
    ordinance_affair: str
    target: Target
    who: Who
    from_on: date
    to_on: date
    items: tuple[str, ...]
    encoding: Encoding
    municipalities: tuple[str, ...] = ()
    born_from: date | None = None
    born_to: date | None = None
    sex: str = ""
    resident_class: str = ""
    reasons: tuple[str, ...] = field(default=())
    delivery: Delivery = Delivery.LINE

    def document(self) -> dict[str, Any]:
        """The request as JSON values, the form in which it is filed and stored."""
        return {
            name: list(value) if isinstance(value, tuple) else value.isoformat() if isinstance(value, date) else value
            for name, value in vars(self).items()
            if value not in (None, "", ())
        }

    @property
    def wants_number(self) -> bool:
        """Whether 個人番号 is among the items."""
        return "individual_number" in self.items


def read_request(raw: Any) -> ExtractRequest:
    """Read a request document; raises `Invalid` with every fault named by field."""
    if not isinstance(raw, Mapping):
        raise Invalid.of([FieldError("", "not_an_object", "要求ファイルは項目名と値の組でなければなりません。")])
    reader = _Reader(raw)
    request = reader.read()
    if reader.errors or request is None:
        raise Invalid.of(reader.errors)
    return request


_KNOWN = set(ExtractRequest.__dataclass_fields__)


class _Reader:
    def __init__(self, raw: Mapping[str, Any]):
        self.raw = raw
        self.errors: list[FieldError] = []

    def fault(self, name: str, code: str, message: str) -> None:
        self.errors.append(FieldError(name, code, message))

    def read(self) -> ExtractRequest | None:
        for name in self.raw.keys() - _KNOWN:
            self.fault(str(name)[:40], "unknown_field", "この項目は要求ファイルにありません。")
        values: dict[str, Any] = {
            "affair": self._text("affair", "事務区分"),
            "number_affair": self._text("number_affair", "個人番号提供事務区分（使わないときは NONE）"),
            "ordinance_affair": self._text("ordinance_affair", "条例事務区分（使わないときは NONE）"),
            "target": self._choice("target", Target, "抽出対象"),
            "who": self._choice("who", Who, "抽出条件"),
            "encoding": self._choice("encoding", Encoding, "文字コード"),
            "delivery": self._choice("delivery", Delivery, "提供の方法", default=Delivery.LINE),
            "from_on": self._day("from_on", required=True),
            "to_on": self._day("to_on") or self._day("from_on"),
            "born_from": self._day("born_from"),
            "born_to": self._day("born_to"),
            "items": self._list("items"),
            "municipalities": self._list("municipalities"),
            "reasons": self._list("reasons"),
            "sex": self.raw.get("sex", ""),
            "resident_class": self.raw.get("resident_class", ""),
        }
        self._check(values)
        return None if self.errors else ExtractRequest(**values)

    def _text(self, name: str, label: str) -> str:
        value = self.raw.get(name, "")
        if not isinstance(value, str) or not value:
            self.fault(name, "required", f"{label}は必須です。")
            return ""
        if len(value) > LONGEST_CODE or not value.isprintable():
            self.fault(name, "not_a_code", f"{label}のコードではありません。")
            return ""
        return value

    def _choice(self, name: str, kind: type[StrEnum], label: str, *, default: str = "") -> Any:
        try:
            return kind(self.raw.get(name, default))
        except ValueError:
            self.fault(name, "not_a_choice", f"{label}は{'・'.join(kind)}のいずれかです。")
            return None

    def _day(self, name: str, *, required: bool = False) -> date | None:
        value = self.raw.get(name)
        if value in (None, ""):
            if required:
                self.fault(name, "required", "日付は必須です。")
            return None
        try:
            return PartialDate.day_from_iso(value)
        except (TypeError, DateError):
            self.fault(name, "not_a_date", "実在する日を YYYY-MM-DD で指定してください。")
            return None

    def _list(self, name: str) -> tuple[str, ...]:
        value = self.raw.get(name) or []
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
            self.fault(name, "not_a_list", "文字列の並びで指定してください。")
            return ()
        return tuple(dict.fromkeys(value))

    def _check(self, values: dict[str, Any]) -> None:
        self._check_items(values)
        self._check_codes(values)
        for first, last in (("from_on", "to_on"), ("born_from", "born_to")):
            if values[first] and values[last] and values[last] < values[first]:
                self.fault(last, "before_start", "終わりの日が始めの日より前です。")
        if values["who"] is Who.RESIDENT_ON and values["to_on"] != values["from_on"]:
            self.fault("to_on", "not_for_base_date", "基準日の在住者には、期間の終わりを指定できません。")

    def _check_items(self, values: dict[str, Any]) -> None:
        items = values["items"]
        if not items:
            self.fault("items", "required", "抽出項目を1つ以上指定してください。")
        for item in items:
            if item not in EXTRACT_ITEMS:
                self.fault("items", "unknown_item", f"抽出項目「{item[:40]}」はありません。")
        if "individual_number" in items and values["number_affair"] == NONE:
            self.fault("number_affair", "required", "個人番号を抽出するには個人番号提供事務区分が必要です。")

    def _check_codes(self, values: dict[str, Any]) -> None:
        for code in values["municipalities"]:
            if fault := MunicipalityCode.fault(code):
                self.fault("municipalities", "check_digit", f"{code[:10]}: {fault}。")
        for code in values["reasons"]:
            if code not in set(ChangeReason):
                self.fault("reasons", "unknown_reason", f"異動事由コード「{code[:10]}」はありません。")
        if values["sex"] not in ("", "M", "F", "U"):
            self.fault("sex", "not_a_choice", "性別は M・F・U のいずれかです。")
        if values["resident_class"] not in ("", "JAPANESE", "FOREIGN"):
            self.fault("resident_class", "not_a_choice", "住民区分は JAPANESE・FOREIGN のいずれかです。")
