"""転出証明書情報: what the former town tells of somebody beside the 本人確認情報 (施行令24条の3), and its checks.

世帯, 続柄 and 戸籍の表示 are the town's own items: they cross the network sealed, and no register of it keeps them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from jlis.kernel.errors import FieldError

LABELS = {
    "householder": "世帯主の氏名", "relation": "続柄", "honseki": "本籍", "koseki_head": "筆頭者",
    "national_health_insurance": "国民健康保険の被保険者", "late_stage_insurance": "後期高齢者医療の被保険者",
    "care_insurance": "介護保険の被保険者", "pension_class": "国民年金の被保険者の種別",
    "pension_number": "基礎年金番号", "child_allowance": "児童手当の受給",
}  # fmt: skip
PENSION_CLASSES = {"": "被保険者でない", "1": "第1号", "2": "第2号", "3": "第3号"}
HEAD = "世帯主"
LONGEST = 200
PENSION_DIGITS = 10


@dataclass(frozen=True)
class Information:
    """One person's. Flags are what the town says of the insurances at the time of the move-out."""

    householder: str
    relation: str
    honseki: str = ""
    koseki_head: str = ""
    national_health_insurance: bool = False
    late_stage_insurance: bool = False
    care_insurance: bool = False
    pension_class: str = ""
    pension_number: str = ""
    child_allowance: bool = False

    @property
    def is_head(self) -> bool:
        """Whether it is the householder's own."""
        return self.relation == HEAD

    def body(self) -> dict[str, Any]:
        """What is sealed."""
        return asdict(self)

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "Information":
        """From what was sealed; what a later version of the house has added is left out."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in body.items() if name in known})


def read_information(raw: Mapping[str, Any], *, row: int | None = None) -> tuple[Information | None, list[FieldError]]:
    """The information, or what is at fault with it."""
    errors: list[FieldError] = []
    values: dict[str, Any] = {}
    for field in fields(Information):
        value = raw.get(field.name, False if field.type == "bool" or field.type is bool else "")
        if (field.type is bool or field.type == "bool") and not isinstance(value, bool):
            errors.append(FieldError(field.name, "not_a_flag", f"{LABELS[field.name]}は真偽で指定してください。", row))
        elif field.type is str or field.type == "str":
            errors += _text_faults(field.name, value, row)
        values[field.name] = value
    for name in raw.keys() - values.keys():
        errors.append(FieldError(str(name)[:40], "unknown_field", "転出証明書情報にない項目です。", row))
    if not errors:
        errors += _faults(values, row)
    return (None, errors) if errors else (Information(**values), [])


def _text_faults(name: str, value: Any, row: int | None) -> list[FieldError]:
    if not isinstance(value, str):
        return [FieldError(name, "not_text", f"{LABELS[name]}は文字列で指定してください。", row)]
    if len(value) > LONGEST or any(ord(character) < 32 for character in value):
        return [FieldError(name, "not_text", f"{LABELS[name]}は制御文字のない{LONGEST}文字までです。", row)]
    if name in ("householder", "relation") and not value.strip():
        return [FieldError(name, "required", f"{LABELS[name]}は必須です。", row)]
    return []


def _faults(values: Mapping[str, Any], row: int | None) -> list[FieldError]:
    errors = []
    if bool(values["honseki"]) != bool(values["koseki_head"]):
        errors.append(FieldError("koseki_head", "not_paired", "本籍と筆頭者は両方とも指定してください。", row))
    if values["pension_class"] not in PENSION_CLASSES:
        errors.append(FieldError("pension_class", "not_a_choice", "種別は1・2・3のいずれかです。", row))
    number = values["pension_number"]
    if number and not (len(number) == PENSION_DIGITS and number.isascii() and number.isdigit()):
        message = f"基礎年金番号は{PENSION_DIGITS}桁の数字です。"
        errors.append(FieldError("pension_number", "not_a_number", message, row))
    if number and not values["pension_class"]:
        errors.append(FieldError("pension_class", "required", "基礎年金番号があるときは種別を指定してください。", row))
    return errors
