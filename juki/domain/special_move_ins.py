"""転入届の特例: who may move in by the card, without a 転出証明書 (住民基本台帳法24条の2, 施行令24条の2).

Days are counted as the law counts them: 予定年月日から三十日を経過した日 is the day after the thirtieth. The card's own
clock ends with the same days, so a card that lives is not refused here for its day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

DAYS_AFTER_INTENDED = 30
DAYS_AFTER_MOVE = 14
PROOF_LASTS = timedelta(minutes=30)


class Bar(StrEnum):
    """Why the special way is closed; the ordinary way, with a 転出証明書, stays open."""

    NO_CARD = "NO_CARD"
    RECORDED_ELSEWHERE = "RECORDED_ELSEWHERE"
    NO_MOVE_OUT = "NO_MOVE_OUT"
    TOO_LATE_AFTER_INTENDED = "TOO_LATE_AFTER_INTENDED"
    TOO_LATE_AFTER_MOVE = "TOO_LATE_AFTER_MOVE"
    NOT_BY_CARD = "NOT_BY_CARD"
    FAMILY_WITHOUT_HEAD = "FAMILY_WITHOUT_HEAD"


@dataclass(frozen=True)
class Standing:
    """What is known when the card has been proved. ``intended_on``: of the move-out that still waits, if any.

    ``recorded_since``: the person was entered somewhere after the move-out. ``told_with_card``, ``is_head``: what the
    former town holds; None before it was asked.
    """

    filed_on: date
    moved_on: date
    card_is_live: bool
    intended_on: date | None
    recorded_since: bool = False
    with_family: bool = False
    told_with_card: bool | None = None
    is_head: bool | None = None


@dataclass(frozen=True)
class Verdict:
    """A rule that was broken: which, its article, the law's sentence in short, and what the clerk is to do."""

    bar: Bar
    article: str
    law: str
    advice: str


Rule = Callable[[Standing], bool]
_rules: list[tuple[Rule, Verdict]] = []


def rule(bar: Bar, *, article: str, law: str, advice: str) -> Callable[[Rule], Rule]:
    """Register a function that is true when the special way is closed. Rules are judged in this order."""

    def register(judge: Rule) -> Rule:
        _rules.append((judge, Verdict(bar, article, law, advice)))
        return judge

    return register


@rule(
    Bar.NO_CARD,
    article="施行令24条の2第1項3号",
    law="最初の転入届の際に、有効なカードの提出がされなかったときは、特例は適用しない。",
    advice="カードが有効でないため、特例転入はできません。転出地の転出証明書により転入届を受け付けてください。",
)
def no_live_card(standing: Standing) -> bool:
    return not standing.card_is_live


@rule(
    Bar.RECORDED_ELSEWHERE,
    article="施行令24条の2第1項1号",
    law="転出届の後にいずれかの市町村の住民基本台帳に記録されたことがあるときは、特例は適用しない。",
    advice="転出届の後に住民票が作られています。転出証明書により転入届を受け付け、直前の住所地に確かめてください。",
)
def recorded_elsewhere(standing: Standing) -> bool:
    return standing.recorded_since


@rule(
    Bar.NO_MOVE_OUT,
    article="住民基本台帳法24条・24条の2第1項",
    law="特例は、転出届をした者の最初の転入届について適用する。",
    advice="転出届がまだありません。転出地に転出届（マイナポータルでも可）をしてから、もう一度お越しいただいてください。",
)
def no_move_out(standing: Standing) -> bool:
    return standing.intended_on is None


@rule(
    Bar.TOO_LATE_AFTER_INTENDED,
    article="施行令24条の2第1項2号",
    law="転出の予定年月日から三十日を経過した日以後の転入届には、特例は適用しない。",
    advice="転出予定日から30日を過ぎています。転出証明書により転入届を受け付けてください。カードは失効しています。",
)
def too_late_after_intended(standing: Standing) -> bool:
    assert standing.intended_on is not None  # judged before
    return standing.filed_on > standing.intended_on + timedelta(days=DAYS_AFTER_INTENDED)


@rule(
    Bar.TOO_LATE_AFTER_MOVE,
    article="施行令24条の2第1項2号",
    law="転入をした日から十四日を経過した日以後の転入届には、特例は適用しない。",
    advice="転入をした日から14日を過ぎています。転出証明書により転入届を受け付けてください。カードは失効しています。",
)
def too_late_after_move(standing: Standing) -> bool:
    return standing.filed_on > standing.moved_on + timedelta(days=DAYS_AFTER_MOVE)


@rule(
    Bar.NOT_BY_CARD,
    article="住民基本台帳法24条の2第1項・2項",
    law="特例は、カードの交付を受けている者、またはその者が世帯主である世帯の世帯員について適用する。",
    advice="転出届が特例によるものではありません。転出地が交付した転出証明書を確かめてください。",
)
def not_told_with_card(standing: Standing) -> bool:
    return standing.told_with_card is False


@rule(
    Bar.FAMILY_WITHOUT_HEAD,
    article="住民基本台帳法24条の2第2項",
    law="カードのない世帯員は、カードの交付を受けている世帯主の転入届に併せて届け出るときに限り、特例による。",
    advice="カードの名義人が世帯主ではありません。本人だけの特例転入とし、ほかの世帯員は転出証明書によってください。",
)
def family_without_head(standing: Standing) -> bool:
    return standing.with_family and standing.is_head is False


def bar_on(standing: Standing) -> Verdict | None:
    """The first rule that closes the special way, or None."""
    return next((verdict for judge, verdict in _rules if judge(standing)), None)


def register_of_rules() -> list[Verdict]:
    """Every rule, in the order of judging."""
    return [verdict for _, verdict in _rules]


def verdict_on(bar: str) -> Verdict | None:
    """The rule of a code, for a refusal that came from the former town."""
    return next((verdict for verdict in register_of_rules() if verdict.bar == bar), None)
