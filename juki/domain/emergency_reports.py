"""What a report of an emergency case says: the items of the guideline, and when each must be there.

What can be told first is told first: the first report needs what is known at once, the last one all of it. Persons are
a count, never names; a text that holds a 個人番号 or a 住民票コード is refused.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from jlis.kernel.domain.codes import IndividualNumber, ResidentRecordCode
from juki.domain.emergencies import LEAKS, Kind, ReportKind


class Press(StrEnum):
    """Whether the press is told."""

    UNDECIDED = "UNDECIDED"
    PLANNED = "PLANNED"
    NONE = "NONE"


class Stage(StrEnum):
    """From when on an item must be there."""

    FIRST = "FIRST"
    FINAL = "FINAL"
    FINAL_OF_LEAK = "FINAL_OF_LEAK"
    NEVER = "NEVER"


@dataclass(frozen=True)
class Item:
    """One item of a report, in the guideline's order. ``is_contact``: figures in it are a telephone's."""

    name: str
    label: str
    stage: Stage
    longest: int = 2000
    is_contact: bool = False


ITEMS = (
    Item("department", "発生元の部課名", Stage.FIRST, 80),
    Item("happened", "発生日時", Stage.FINAL, 80),
    Item("overview", "概要（経緯・発生原因など）", Stage.FIRST),
    Item("systems", "関係するシステム", Stage.NEVER, 200),
    Item("press_content", "報道発表の内容", Stage.NEVER),
    Item("contact_department", "担当部署", Stage.FIRST, 80),
    Item("contact_name", "担当者", Stage.FIRST, 80),
    Item("contact", "連絡先", Stage.FIRST, 120, is_contact=True),
    Item("countermeasures", "対応策", Stage.FINAL),
    Item("prevention", "再発防止策", Stage.FINAL),
    Item("other", "その他全容の把握と対応に必要な事項", Stage.NEVER),
    Item("leaked", "漏えいした情報の内容", Stage.FINAL_OF_LEAK),
    Item("leaked_from", "漏えい元", Stage.FINAL_OF_LEAK, 200),
    Item("leaked_to", "漏えい先", Stage.FINAL_OF_LEAK, 200),
    Item("management", "漏えいした情報の管理体制（人的体制、ネットワーク構成など）", Stage.FINAL_OF_LEAK),
)
PERSONS_LABEL = "対象者の件数"
PRESS_LABEL = "報道発表の予定"


@dataclass(frozen=True)
class Content:
    """What is told. ``persons`` is how many the case concerns; None while it is not known."""

    department: str = ""
    happened: str = ""
    overview: str = ""
    systems: str = ""
    press: Press = Press.UNDECIDED
    press_content: str = ""
    contact_department: str = ""
    contact_name: str = ""
    contact: str = ""
    countermeasures: str = ""
    prevention: str = ""
    other: str = ""
    leaked: str = ""
    persons: int | None = None
    leaked_from: str = ""
    leaked_to: str = ""
    management: str = ""


@dataclass(frozen=True)
class Fault:
    """What keeps a report from being sent: the item, a code for programs, a sentence for whoever mends it."""

    field: str
    code: str
    message: str


def needed(kind: Kind, report: ReportKind) -> frozenset[str]:
    """The items that a report cannot do without."""
    stages = {Stage.FIRST}
    if report is ReportKind.FINAL:
        stages |= {Stage.FINAL} | ({Stage.FINAL_OF_LEAK} if kind in LEAKS else set())
    return frozenset(item.name for item in ITEMS if item.stage in stages)


def faults(content: Content, kind: Kind, report: ReportKind) -> list[Fault]:
    """Everything that stands against sending it."""
    wanted = needed(kind, report)
    found = [fault for item in ITEMS for fault in _of_item(item, getattr(content, item.name), item.name in wanted)]
    if content.press is Press.PLANNED and not content.press_content.strip():
        found.append(Fault("press_content", "required", "報道発表の予定があるときは、その内容を入力してください。"))
    if report is ReportKind.FINAL and content.press is Press.UNDECIDED:
        found.append(Fault("press", "undecided", "最終報では、報道発表の予定の有無を選んでください。"))
    if content.persons is not None and content.persons < 0:
        found.append(Fault("persons", "negative", "件数は0以上の数です。"))
    if report is ReportKind.FINAL and kind in LEAKS and content.persons is None:
        found.append(Fault("persons", "required", f"{PERSONS_LABEL}を入力してください。"))
    return found


def _of_item(item: Item, text: str, is_needed: bool) -> list[Fault]:
    if is_needed and not text.strip():
        return [Fault(item.name, "required", f"{item.label}を入力してください。")]
    if len(text) > item.longest:
        return [Fault(item.name, "too_long", f"{item.label}は{item.longest:,}字までです。")]
    if not item.is_contact and names_a_number(text):
        message = f"{item.label}に個人番号または住民票コードと読める数字があります。件数と種類だけを書いてください。"
        return [Fault(item.name, "holds_a_number", message)]
    return []


_RUN = re.compile(r"(?<!\d)\d{11,12}(?!\d)")


def names_a_number(text: str) -> bool:
    """Whether a text holds a run of figures that is a 個人番号 or a 住民票コード by its check digit."""
    runs = _RUN.findall(unicodedata.normalize("NFKC", text))
    return any(IndividualNumber.is_valid(run) or ResidentRecordCode.is_valid(run) for run in runs)
