"""住民票の写しの広域交付: what two towns tell each other (住民基本台帳法12条の4, 施行令15条の3・15条の4).

戸籍の表示 has no place in either message, so that no paper can bear it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from jlis.kernel.errors import FieldError

STATEMENT = (
    "この写しは、住民基本台帳法第12条の4第3項の規定により{mayor}から通知された住民票の記載事項に基づき"
    "作成したものである。"
)
# 規則4条: beside the card, documents of public bodies that bear a photo.
DOCUMENTS = {
    "CARD": "個人番号カード",
    "LICENCE": "運転免許証",
    "PASSPORT": "旅券",
    "RESIDENCE_CARD": "在留カード",
    "SPECIAL_RESIDENT": "特別永住者証明書",
    "DISABILITY": "身体障害者手帳等",
    "OTHER_PHOTO": "その他の写真付きの官公署の書類",
}
# 法7条1号から3号まで・6号から8号まで, with the furigana and the surname or alias that are read with the name.
ALWAYS = (
    "name", "name_kana", "former_surname", "alias", "birth_date", "sex", "became_resident_on", "address",
    "address_since", "notified_on", "former_address",
)  # fmt: skip
# 4号, 8号の2, 13号: on special request only.
ON_REQUEST = {
    "relation": ("relation", "householder"),
    "individual_number": ("individual_number",),
    "resident_code": ("resident_code",),
}
REQUIRED = ("name", "birth_date", "sex", "became_resident_on", "address", "address_since")


class Who(StrEnum):
    """Whom the paper is to show."""

    SELF = "SELF"
    HOUSEHOLD = "HOUSEHOLD"
    NAMED = "NAMED"


@dataclass(frozen=True)
class Order:
    """What is wanted. ``names``: of members of the household, for `Who.NAMED`."""

    who: Who = Who.SELF
    names: tuple[str, ...] = ()
    relation: bool = False
    resident_code: bool = False
    individual_number: bool = False

    @property
    def items(self) -> tuple[str, ...]:
        """The items of each member that the answer carries."""
        asked = [item for option, items in ON_REQUEST.items() if getattr(self, option) for item in items]
        return (*ALWAYS, *asked)


def request_body(order: Order, *, name: str, code: str) -> dict[str, Any]:
    """The first message: that it is asked, by whom, for whom, and whether 続柄, 住民票コード or 個人番号 are."""
    return {
        "requester_name": name,
        "requester_code": code,
        "who": order.who.value,
        "names": list(order.names),
        "relation": order.relation,
        "resident_code": order.resident_code,
        "individual_number": order.individual_number,
    }


def order_in(body: Mapping[str, Any]) -> Order:
    """What a first message wants."""
    return Order(
        Who(body["who"]), tuple(body["names"]), body["relation"], body["resident_code"], body["individual_number"]
    )


def answer_body(order: Order, members: Sequence[Mapping[str, Any]], *, whole: bool) -> dict[str, Any]:
    """The second message: just the items of the law and those that were asked for, whatever else is at hand."""
    return {
        "whole_household": whole,
        "members": [{item: str(member.get(item, "")) for item in order.items} for member in members],
    }


def member_faults(members: Sequence[Mapping[str, Any]], order: Order) -> list[FieldError]:
    """What is at fault with members that a clerk has written."""
    faults = [] if members else [FieldError("members", "empty", "記載する者を1人以上入力してください。")]
    for row, member in enumerate(members, start=1):
        faults += [
            FieldError(item, "required", "必須の項目が入力されていません。", row)
            for item in REQUIRED
            if not str(member.get(item, "")).strip()
        ]
        if order.relation and not str(member.get("relation", "")).strip():
            faults.append(FieldError("relation", "required", "続柄が請求されています。", row))
    return faults
