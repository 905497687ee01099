"""最新の利用者情報（4情報）の提供への同意: what a holder agrees to, in which words, and for how long (P6).

The words are what the signature stands over, so they are made here and nowhere else, and a document with other words is
no consent. Sources: the Digital Agency's page on the service (items by choice, ten years from the day after, cancelled
at any time); seed 002 for the yearly question.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from jlis.kernel.domain.eras import format_era
from jlis.kernel.domain.years import years_after


class Item(StrEnum):
    """The four items, in the order in which the words name them."""

    NAME = "NAME"
    ADDRESS = "ADDRESS"
    BIRTH_DATE = "BIRTH_DATE"
    SEX = "SEX"


LABELS = {Item.NAME: "氏名", Item.ADDRESS: "住所", Item.BIRTH_DATE: "生年月日", Item.SEX: "性別"}
REFERENCE = re.compile(r"[0-9A-Za-z_-]{1,64}")


class Ending(StrEnum):
    """How a consent ended. Its time, and its party's end, come by themselves."""

    HOLDER = "HOLDER"
    COUNTER = "COUNTER"
    REPLACED = "REPLACED"


class Standing(StrEnum):
    """What a consent is worth on a day."""

    IN_FORCE = "IN_FORCE"
    ASLEEP = "ASLEEP"
    ENDED = "ENDED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True)
class ConsentRule:
    """The figures in force from ``since`` on: how long a consent holds, how often its party asks the holder again."""

    since: date
    years: int
    asked_again_after_years: int


RULES = (ConsentRule(date(2023, 5, 16), years=10, asked_again_after_years=1),)


def rule_on(day: date) -> ConsentRule:
    """ValueError for a day before the service began."""
    for rule in RULES:
        if day >= rule.since:
            return rule
    raise ValueError(f"no consent could be given on {day}")


def last_day(given_on: date) -> date:
    """Ten years counted from the day after the consent was taken."""
    return years_after(given_on, rule_on(given_on).years)


def asked_again_on(asked_on: date) -> date:
    """From which day on the party owes the holder the yearly question."""
    return years_after(asked_on, rule_on(asked_on).asked_again_after_years)


def asked_before(day: date) -> date:
    """The latest day of asking whose question is due again on a day."""
    years = rule_on(day).asked_again_after_years
    latest = years_after(day, -years)
    # Who was asked on 29 February is due again on the 28th.
    following = latest + timedelta(days=1)
    return following if years_after(following, years) <= day else latest


def ordered(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items in the words' order, each once."""
    wanted = set(items)
    return tuple(item for item in Item if item in wanted)


@dataclass(frozen=True)
class Wording:
    """What a consent's words tell apart: to whom, of what, and which consent it is to the party."""

    party_code: str
    party_name: str
    service: str
    items: tuple[Item, ...]
    reference: str

    def consent(self, given_on: date) -> str:
        """The words that the holder signs to agree, on the day on which the words were made."""
        return "\n".join(
            [
                "最新の利用者情報の提供に関する同意",
                f"提供を受ける者：{self.party_name}（{self.party_code}）",
                f"利用する手続・サービス：{self.service}",
                f"提供する情報：{'、'.join(LABELS[item] for item in self.items)}",
                f"同意の日：{format_era(given_on)}",
                f"同意の期間：{format_era(last_day(given_on))}まで",
                f"受付番号：{self.reference}",
                "私は、署名用電子証明書が住所や氏名の変更などにより新しくなったときに、地方公共団体情報システム機構が、"
                "上の者に上の情報を提供することに同意します。この同意は、いつでも取り消すことができます。",
            ]
        )

    def withdrawal(self) -> str:
        """The words that the holder signs to cancel it."""
        return "\n".join(
            [
                "最新の利用者情報の提供に関する同意の取消し",
                f"提供を受ける者：{self.party_name}（{self.party_code}）",
                f"受付番号：{self.reference}",
                "私は、上の者への情報の提供の同意を取り消します。",
            ]
        )


def standing(*, day: date, last: date, has_ended: bool, party_is_active: bool, party_is_over: bool) -> Standing:
    """Where a consent stands on a day. It sleeps while its party is stopped, and ends with it."""
    if has_ended or party_is_over:
        return Standing.ENDED
    if day > last:
        return Standing.EXPIRED
    return Standing.IN_FORCE if party_is_active else Standing.ASLEEP
