"""What a message says, as the screen shows it: a label and a value for each item, dates with their era."""

from collections.abc import Mapping, Sequence
from typing import Any

from jlis.kernel.domain.partial_dates import PartialDate
from juki.choices import KanaSource, ResidentClass, Sex
from juki.domain.move_outs import LABELS as INFORMATION
from juki.domain.move_outs import PENSION_CLASSES
from juki.domain.notices import LABELS as IDENTITY
from juki.domain.town_notices import EVENTS
from juki.domain.wide_area import ON_REQUEST, Who

LABELS: dict[str, str] = {
    **IDENTITY,
    "address_since": "住所を定めた年月日",
    **INFORMATION,
    "moved_on": "転入をした年月日",
    "entered_on": "住民票に記載した日",
    "filed_on": "転入届の日",
    "with_family": "世帯員を含む",
    "requester_name": "請求者の氏名",
    "requester_code": "請求者の住民票コード",
    "who": "記載する者",
    "names": "記載する世帯員",
    "individual_number": "個人番号",
    "became_resident_on": "住民となった年月日",
    "notified_on": "届出の年月日",
    "former_address": "従前の住所",
    "destination": "転出先",
    "intended_on": "転出予定年月日",
    "with_card": "カードによる特例",
    "whole_household": "世帯全員の写し",
    "event": "届出事件",
    "event_on": "届出事件の年月日",
    "content": "記載すべき事項",
    "former_resident_code": "変更前の住民票コード",
    "transferred_on": "転籍の年月日",
    "abroad_since": "国外転出の年月日",
    "addresses": "附票に記載した住所",
}
_WHO = {Who.SELF: "本人", Who.HOUSEHOLD: "世帯全員", Who.NAMED: "世帯の一部"}
_CODED: dict[str, Mapping[str, str]] = {
    "sex": dict(Sex.choices),
    "resident_class": dict(ResidentClass.choices),
    "kana_source": dict(KanaSource.choices),
    "who": {who.value: label for who, label in _WHO.items()},
    "pension_class": PENSION_CLASSES,
    "event": EVENTS,
}
_DATES = frozenset(
    {"birth_date", "moved_on", "entered_on", "filed_on", "became_resident_on", "address_since", "notified_on",
     "intended_on", "changed_on", "event_on", "transferred_on", "abroad_since"}
)  # fmt: skip
# Of an item that is written on request, a request says whether it is asked for.
_YES_OR_NO = dict.fromkeys(ON_REQUEST, ("請求する", "請求しない")) | {"whole_household": ("はい", "いいえ")}
_LISTS = ("persons", "members")


def facts(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The items of a message, or of one person in it, in the order of the labels; empty ones are left out."""
    return [(label, text) for name, label in LABELS.items() if name in body and (text := _text(name, body[name]))]


def people(answer: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The persons of an answer, each with a heading."""
    found: Sequence[Mapping[str, Any]] = next((answer[name] for name in _LISTS if answer and name in answer), [])
    return [{"name": person.get("name", ""), "facts": facts(person)} for person in found]


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        yes, no = _YES_OR_NO.get(name, ("あり", "なし"))
        return yes if value else no
    if name == "addresses":
        return "　／　".join(f"{_text('address_since', each['address_since'])}　{each['address']}" for each in value)
    if isinstance(value, list):
        return "、".join(map(str, value))
    if name in _CODED:
        return str(_CODED[name].get(value, value))
    if name in _DATES and value:
        return PartialDate.from_iso(str(value)).in_japanese
    return str(value or "")
