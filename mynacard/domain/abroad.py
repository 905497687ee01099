"""国外継続利用: who leaves Japan and may keep the card, since 27 May 2024; judged on a frozen set of facts.

A national who has told of leaving applies at the counter until the eve of the intended day. The card's validity stays;
its face and chip say 国外転出 with that day in place of an address (番号法2条7項), and from the day on the 附票 of the
本籍地 answers for its holder.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jlis.kernel.domain.eras import format_era
from mynacard.domain.identity import AGE_ALONE

SINCE = date(2024, 5, 27)


class UseState(StrEnum):
    """Where a continued use abroad stands."""

    APPLIED = "APPLIED"
    ABROAD = "ABROAD"
    CANCELLED = "CANCELLED"
    RETURNED = "RETURNED"


RUNNING = frozenset({UseState.APPLIED, UseState.ABROAD})


class Applicant(StrEnum):
    """Who is at the counter."""

    HOLDER = "HOLDER"
    HOUSEHOLD = "HOUSEHOLD"
    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"
    PROXY = "PROXY"


APPLICANT_LABELS = {
    Applicant.HOLDER: "本人",
    Applicant.HOUSEHOLD: "同一世帯の人",
    Applicant.LEGAL_REPRESENTATIVE: "法定代理人",
    Applicant.PROXY: "任意代理人（照会書に対する回答書を持参）",
}


@dataclass(frozen=True)
class Facts:
    """``leaves_on``: the intended day of leaving, None where none was told. ``keeps``: the card is kept already."""

    day: date
    is_national: bool
    leaves_on: date | None
    is_live: bool
    card_ends_on: date
    keeps: bool


@dataclass(frozen=True)
class Rule:
    """A ground against keeping the card, with what the clerk is told."""

    code: str
    message: str
    hinders: Callable[[Facts], bool]


RULES = (
    Rule("kept_already", "国外継続利用は受付済みです。", lambda facts: facts.keeps),
    Rule(
        "leaving_not_told",
        "国外転出の届出がありません。先に国外転出の届出を受け付けてください。",
        lambda facts: facts.leaves_on is None,
    ),
    Rule(
        "not_a_national",
        "日本の国籍を有しない者は国外継続利用ができません。カードは国外転出の予定日に廃止されます。",
        lambda facts: not facts.is_national,
    ),
    Rule("too_early", "国外継続利用は令和6年5月27日に始まりました。", lambda facts: facts.day < SINCE),
    Rule(
        "too_late",
        "受け付けられるのは国外転出の予定日の前日までです。カードは廃止となります。返納を受けてください。",
        lambda facts: facts.leaves_on is not None and facts.day >= facts.leaves_on,
    ),
    Rule("not_live", "有効なカードではありません。国外継続利用は有効なカードにだけできます。", lambda f: not f.is_live),
    Rule(
        "ends_before",
        "カードの有効期間が国外転出の予定日より前に満了します。先に更新の手続をしてください。",
        lambda facts: facts.leaves_on is not None and facts.card_ends_on < facts.leaves_on,
    ),
)


def against(facts: Facts) -> Iterator[Rule]:
    """Every ground against keeping the card; none where it may be kept."""
    return (rule for rule in RULES if rule.hinders(facts))


def needs_representative(age: int, applicant: Applicant) -> bool:
    """Whether a child came alone or with somebody who may not act for it."""
    return age < AGE_ALONE and applicant is not Applicant.LEGAL_REPRESENTATIVE


def face_text(leaves_on: date) -> str:
    """What is written on the card's face."""
    return f"国外転出　{format_era(leaves_on)}"
