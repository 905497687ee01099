"""Notices that a clerk or a town's system writes: 附票への記載事項通知 (法19条1項), 戸籍の届出による通知 (法9条2項).

The sender knows the 本籍 or the 住所; it stands in the sealed message and in no register of the network.
"""

from collections.abc import Mapping
from typing import Any

from jlis.kernel.domain.codes import ResidentRecordCode
from jlis.kernel.domain.eras import DateError
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import FieldError
from juki.domain.town_messages import Kind

LABELS = {
    "resident_code": "住民票コード", "name": "氏名", "birth_date": "生年月日", "address": "住所",
    "address_since": "住所を定めた年月日", "honseki": "本籍", "koseki_head": "筆頭者", "event": "届出事件",
    "event_on": "届出事件の年月日", "content": "記載すべき事項",
}  # fmt: skip
EVENTS = {
    "BIRTH": "出生", "DEATH": "死亡", "MARRIAGE": "婚姻", "DIVORCE": "離婚", "ADOPTION": "養子縁組・離縁",
    "NAME": "氏名・振り仮名の変更", "TRANSFER": "転籍・分籍・入籍", "OTHER": "その他",
}  # fmt: skip
REQUIRED = {
    Kind.SUPPLEMENTARY_NOTICE: ("resident_code", "name", "birth_date", "address", "address_since", "honseki",
                                "koseki_head"),
    Kind.KOSEKI_NOTICE: ("name", "event", "event_on", "content"),
}  # fmt: skip
OPTIONAL = {
    Kind.SUPPLEMENTARY_NOTICE: ("content",),
    Kind.KOSEKI_NOTICE: ("resident_code", "birth_date", "address"),
}
LENGTHS = {"content": 2000, "address": 400, "honseki": 400}
_DATES = ("birth_date", "address_since", "event_on")


def faults(kind: Kind, items: Mapping[str, Any]) -> list[FieldError]:
    """Everything that is at fault with what a notice says."""
    known = REQUIRED[kind] + OPTIONAL[kind]
    errors = [
        FieldError(str(name)[:40], "unknown_field", "この通知にない項目です。") for name in items if name not in known
    ]
    for name in known:
        value = items.get(name, "")
        if not isinstance(value, str) or len(value) > LENGTHS.get(name, 200):
            errors.append(
                FieldError(name, "not_text", f"{LABELS[name]}は{LENGTHS.get(name, 200)}文字までの文字列です。")
            )
        elif not value.strip():
            if name in REQUIRED[kind]:
                errors.append(FieldError(name, "required", f"{LABELS[name]}は必須です。"))
        elif why := _fault_of(name, value):
            errors.append(FieldError(name, "not_valid", why))
    return errors


def _fault_of(name: str, value: str) -> str:
    if name == "event" and value not in EVENTS:
        return f"届出事件は{'・'.join(EVENTS)}のいずれかです。"
    if name == "resident_code":
        why = ResidentRecordCode.fault(value)
        return f"{why}。" if why else ""
    if name in _DATES:
        try:
            PartialDate.from_iso(value)
        except DateError as error:
            return f"{LABELS[name]}: {error}。"
    return ""
