"""特急発行: who may have a card within a week, until when, for which fee; how many a day; when it is promised.

The cases are dated rows: time limits are those that municipalities publish. A fee of None is not confirmed by any
source at hand; the office says what it charges.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import FieldError
from mynacard.domain.validity import nth_birthday

START = date(2024, 12, 2)
FROM_ABROAD = "R02"
NUMBER_OR_CODE_CHANGES = frozenset({"M05", "M06", "M08", "M09"})


@dataclass(frozen=True)
class Case:
    """One case in force from ``since`` until ``until``. ``days``: how long after the fact; None: until the eve of the
    first birthday. Fees in yen with and without certificates."""

    code: str
    label: str
    days: int | None
    fee: int | None
    fee_without: int | None
    since: date = START
    until: date | None = None


CASES: tuple[Case, ...] = (
    Case("T01", "1歳に満たない乳児に初めて交付する", None, 0, 0),
    Case("T02", "国外から転入した", 30, 0, 0),
    Case("T03", "カードを紛失した", 30, 2000, 1800),
    Case("T04", "カードが焼失し、著しく損傷し、または機能が損なわれた", 30, 2000, 1800),
    Case("T05", "追記欄に書き込む余白がない", 30, 0, 0),
    Case("T06", "無戸籍などの事情で、住民票が新たに作られた", 30, 0, 0),
    Case("T07", "中長期在留者などになった", 30, 0, 0),
    Case("T08", "個人番号または住民票コードが変わり、カードが失効した", 30, 0, 0),
    Case("T09", "刑事施設などに収容され、または出所した", 30, None, None),
    Case("T10", "本人確認書類を急いで得る必要があるなど、市区町村長が認める", 30, None, None),
)


@dataclass(frozen=True)
class Cap:
    """How many cards a day the lane makes, and within how many days they are posted and delivered."""

    since: date
    cards_a_day: int
    posted_within: int
    delivered_within: int


CAPS = (Cap(START, cards_a_day=10_000, posted_within=4, delivered_within=7),)


@dataclass(frozen=True)
class Facts:
    """What is known of the applicant on the day. ``occurred_on``: the day of the notice or of the event.

    ``last_change``: the register's last 異動事由; ``lost``, ``void``: whether a card is reported lost, or has ended.
    """

    born: PartialDate
    day: date
    occurred_on: date | None
    last_change: str = ""
    lost: bool = False
    void: bool = False


def case_on(code: str, day: date) -> Case | None:
    """The row of a code in force on the day."""
    for case in CASES:
        if case.code == code and case.since <= day and (case.until is None or day <= case.until):
            return case
    return None


def cap_on(day: date) -> Cap:
    """ValueError before the lane was opened."""
    for cap in CAPS:
        if day >= cap.since:
            return cap
    raise ValueError(f"the express lane was not open on {day}")


def last_day(case: Case, facts: Facts) -> date | None:
    """The last day on which the case may be applied for; None while its fact has no day."""
    if case.days is None:
        return nth_birthday(facts.born.earliest(), facts.born, 1) - timedelta(days=1)
    return facts.occurred_on + timedelta(days=case.days) if facts.occurred_on else None


_EVIDENCE: dict[str, tuple[Callable[[Facts], bool], str]] = {
    "T02": (lambda facts: facts.last_change == FROM_ABROAD, "住民票に国外からの転入の記録がありません。"),
    "T03": (lambda facts: facts.lost, "紛失の届出がありません。先にカードの一時停止または廃止をしてください。"),
    "T08": (
        lambda facts: facts.void and facts.last_change in NUMBER_OR_CODE_CHANGES,
        "個人番号・住民票コードの変更で失効したカードがありません。",
    ),
}


def hindrances(case: Case, facts: Facts) -> list[FieldError]:
    """Why this applicant may not use the lane for this case today; nothing when they may."""
    until = last_day(case, facts)
    found = []
    if until is None:
        found.append(FieldError("occurred_on", "day_missing", "事由の生じた日を入力してください。"))
    elif facts.day > until:
        message = f"申請できる期間を過ぎています（{until.isoformat()}まで）。通常の申請で受け付けてください。"
        found.append(FieldError("case", "too_late", message))
    if facts.occurred_on is not None and facts.occurred_on > facts.day:
        found.append(FieldError("occurred_on", "in_the_future", "事由の生じた日に未来の日付は使えません。"))
    stands, message = _EVIDENCE.get(case.code, (None, ""))
    if stands is not None and not stands(facts):
        found.append(FieldError("case", "not_evident", message))
    return found


def fee(case: Case, *, with_certificates: bool) -> int | None:
    """Yen, None where no source confirms the amount."""
    return case.fee if with_certificates else case.fee_without


def promised_on(day: date) -> tuple[date, date]:
    """The days by which a card applied for on the day is posted and delivered."""
    cap = cap_on(day)
    return day + timedelta(days=cap.posted_within), day + timedelta(days=cap.delivered_within)
