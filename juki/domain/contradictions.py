"""What makes a notification contradict the register: rules judged on facts, without a database.

A contradiction is neither applied nor dropped; it is held for staff to settle (住民基本台帳法30条の8).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from juki.domain.changes import FIRST_ENTRIES, RETURNABLE, ChangeClass, ChangeReason
from juki.domain.item_rules import FOREIGN, JAPANESE, faults
from juki.domain.letters import same_letters
from juki.domain.notices import Notice


class Contradiction(StrEnum):
    """How a notification and the register disagree."""

    UNKNOWN_RESIDENT = "UNKNOWN_RESIDENT"
    ALREADY_REGISTERED = "ALREADY_REGISTERED"
    TWO_MUNICIPALITIES = "TWO_MUNICIPALITIES"
    DECEASED = "DECEASED"
    NOT_CURRENT = "NOT_CURRENT"
    BEFORE_BIRTH = "BEFORE_BIRTH"
    BEFORE_LAST_CHANGE = "BEFORE_LAST_CHANGE"
    CODE_NOT_IN_FORCE = "CODE_NOT_IN_FORCE"
    CODE_NOT_ALLOTTED = "CODE_NOT_ALLOTTED"
    NOT_MINOR = "NOT_MINOR"
    ORDER_GAP = "ORDER_GAP"
    OTHER_CLASS = "OTHER_CLASS"
    NOTHING_TO_CHANGE = "NOTHING_TO_CHANGE"


@dataclass(frozen=True)
class Standing:
    """What the register holds of the person when the notification comes."""

    office: str
    is_current: bool
    removal_reason: str
    last_changed_on: date
    born_from: date
    # When the present stay, or the last one, began; None where an earlier arrival is out of the question.
    entered_on: date | None = None
    # The items that rules ask for (`HELD_ITEMS`); none of them where they are not known.
    items: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """A rule that was broken: which, its article, the law's sentence in short, and what the clerk is to do."""

    kind: Contradiction
    article: str
    law: str
    advice: str


# What a standing says of the person.
HELD_ITEMS = ("name", "former_surname", "alias", "resident_class")
_CALLED = ("name", "former_surname", "alias")
_NEEDED = {
    ChangeReason.FORMER_SURNAME_CHANGED: "former_surname",
    ChangeReason.FORMER_SURNAME_REMOVED: "former_surname",
    ChangeReason.ALIAS_REMOVED: "alias",
}
_REMOVED_AS = {ChangeReason.REMOVAL_NATURALISED: FOREIGN, ChangeReason.REMOVAL_NATIONALITY_LOST: JAPANESE}
Rule = Callable[[Notice, Standing | None], bool]
_rules: list[tuple[Rule, Verdict]] = []


def rule(kind: Contradiction, *, article: str, law: str, advice: str) -> Callable[[Rule], Rule]:
    """Register a function that is true when the notification breaks the rule. Rules are judged in this order."""

    def register(judge: Rule) -> Rule:
        _rules.append((judge, Verdict(kind, article, law, advice)))
        return judge

    return register


@rule(
    Contradiction.UNKNOWN_RESIDENT,
    article="住民基本台帳法30条の6第1項",
    law="記載、消除又は修正は、住民票に記載された者について通知する。",
    advice="この市区町村に該当者がいません。住民票コードを確かめ、転入または出生の通知が先に届いているか調べてください。",
)
def nobody_here_to_change(notice: Notice, standing: Standing | None) -> bool:
    # Somebody registered elsewhere is nobody here: the answer must not tell the one from the other.
    elsewhere = standing is None or standing.office != notice.municipality
    if notice.reason is ChangeReason.ENTRY_REMOVAL_CANCELLED:
        return elsewhere and (standing is None or not standing.is_current)
    return elsewhere and notice.facts.kind is not ChangeClass.ENTRY


@rule(
    Contradiction.DECEASED,
    article="住民基本台帳法8条・戸籍法86条",
    law="死亡した者の住民票は消除される。",
    advice="死亡の消除が誤りなら、先に「異動の取消し（増）」を通知してください。",
)
def of_somebody_deceased(notice: Notice, standing: Standing | None) -> bool:
    return (
        standing is not None
        and not standing.is_current
        and standing.removal_reason == ChangeReason.DEATH
        and notice.reason is not ChangeReason.ENTRY_REMOVAL_CANCELLED
    )


@rule(
    Contradiction.ALREADY_REGISTERED,
    article="住民基本台帳法5条・6条",
    law="住民票は個人を単位として作成し、一人に一つとする。",
    advice="同じ市区町村に現存しています。修正の事由で通知してください。",
)
def entered_twice_here(notice: Notice, standing: Standing | None) -> bool:
    return (
        standing is not None
        and standing.is_current
        and notice.facts.kind is ChangeClass.ENTRY
        and standing.office == notice.municipality
    )


@rule(
    Contradiction.TWO_MUNICIPALITIES,
    article="住民基本台帳法4条・24条",
    law="住所は一人に一つであり、転出した者は転出地で消除される。",
    advice="前の市区町村に転出の処理を確かめてください。転出の通知が届くと自動で反映されます。",
)
def current_elsewhere(notice: Notice, standing: Standing | None) -> bool:
    return (
        standing is not None
        and standing.is_current
        and notice.facts.kind is ChangeClass.ENTRY
        and standing.office != notice.municipality
    )


@rule(
    Contradiction.NOT_CURRENT,
    article="住民基本台帳法8条",
    law="消除された住民票は修正も消除もされない。",
    advice="消除済みの者への異動です。消除が誤りなら、先に取消しを通知してください。",
)
def already_removed(notice: Notice, standing: Standing | None) -> bool:
    if standing is None or standing.is_current:
        return False
    if notice.facts.kind is not ChangeClass.ENTRY:
        return True
    return notice.reason is not ChangeReason.ENTRY_REMOVAL_CANCELLED and standing.removal_reason not in RETURNABLE


@rule(
    Contradiction.BEFORE_BIRTH,
    article="住民基本台帳法7条2号",
    law="出生の年月日より前に異動は生じない。",
    advice="異動年月日と生年月日を確かめてください。",
)
def before_birth(notice: Notice, standing: Standing | None) -> bool:
    return standing is not None and notice.changed_on < standing.born_from


@rule(
    Contradiction.BEFORE_LAST_CHANGE,
    article="施行令30条の5",
    law="異動は、生じた順に通知する。",
    advice="登録済みの異動より前の日付です。訂正なら、先の異動の取消しから通知してください。",
)
def before_last_change(notice: Notice, standing: Standing | None) -> bool:
    # A move-out is told beforehand: whoever then moves in earlier than planned does not contradict it (法24条). An
    # arrival before that stay had begun is of another move, and waits until it finds its place.
    early_arrival = (
        standing is not None
        and (standing.entered_on is None or notice.changed_on >= standing.entered_on)
        and notice.facts.kind is ChangeClass.ENTRY
        and notice.reason is not ChangeReason.BIRTH
        and standing.removal_reason in (ChangeReason.MOVE_OUT, ChangeReason.MOVE_OUT_ABROAD)
    )
    return standing is not None and notice.changed_on < standing.last_changed_on and not early_arrival


@rule(
    Contradiction.NOT_MINOR,
    article="施行規則11条3項2号",
    law="軽微な修正は、文字の同定や常用平易な文字への変更などに限る。",
    advice="別の氏名になります。氏・名を改めたのなら職権修正で、旧氏・通称の記載や変更ならその事由で通知してください。",
)
def another_name_called_minor(notice: Notice, standing: Standing | None) -> bool:
    # Such a correction ends no certificate (公的個人認証法12条), so it cannot carry what would end one.
    if standing is None or notice.reason is not ChangeReason.MINOR_CORRECTION:
        return False
    told = notice.items()
    return any(
        name in told and name in standing.items and not same_letters(standing.items[name], told[name])
        for name in _CALLED
    )


@rule(
    Contradiction.OTHER_CLASS,
    article="施行令8条の2・30条の13・30条の16",
    law="旧氏は日本人住民に、通称は外国人住民に記載される。帰化は外国人住民、国籍喪失は日本人住民の消除である。",
    advice="登録されている住民区分に合わない異動です。住民区分と異動事由を確かめてください。",
)
def not_for_the_class(notice: Notice, standing: Standing | None) -> bool:
    held = standing.items.get("resident_class") if standing is not None else None
    if not held or notice.facts.kind is ChangeClass.ENTRY:
        return False
    told = {name: value for name, value in notice.items().items() if value}
    return _REMOVED_AS.get(notice.reason, held) != held or any(
        code == "not_for_class" for _, code, _ in faults({"resident_class": held} | told, notice.reason)
    )


@rule(
    Contradiction.NOTHING_TO_CHANGE,
    article="施行令30条の14・30条の16",
    law="旧氏の変更・削除、通称の削除は、記載されているものについて行う。",
    advice="記載されていない旧氏・通称の変更または削除です。対象者と異動事由を確かめてください。",
)
def nothing_to_change(notice: Notice, standing: Standing | None) -> bool:
    needed = _NEEDED.get(notice.reason)
    return standing is not None and needed is not None and standing.items.get(needed) == ""


_CODE_NOT_IN_FORCE = Verdict(
    Contradiction.CODE_NOT_IN_FORCE,
    "住民基本台帳法30条の2・30条の4",
    "住民票コードは一人に一つであり、変更前のコードは二度と使われない。",
    "変更前の住民票コードです。通知を取り下げ、本人の現在の住民票コードを確かめて通知し直してください。",
)


# Judged by the sender's numbers, not against the register.
_ORDER_GAP = Verdict(
    Contradiction.ORDER_GAP,
    "施行令30条の5",
    "異動は、生じた順に通知する。",
    "前の順序の通知が届いていません。届かないことを確かめたときは、理由を記して反映するか、取り下げてください。",
)


_CODE_NOT_ALLOTTED = Verdict(
    Contradiction.CODE_NOT_ALLOTTED,
    "住民基本台帳法30条の2・30条の3",
    "住民票コードは、機構が市区町村に割り当てたものから記載し、既にある者には直近のものを記載する。",
    "割り当てられた者のいない住民票コードです。住民票コードを確かめてください。"
    "登録前から住民票コードのある者は、職権記載の事由で通知してください。",
)


def contradiction(notice: Notice, standing: Standing | None) -> Verdict | None:
    """The first rule that the notification breaks, or None."""
    return next((verdict for judge, verdict in _rules if judge(notice, standing)), None)


def misused_code(notice: Notice, *, was_borne: bool, is_of_the_office: Callable[[], bool]) -> Verdict | None:
    """What is wrong with the code of an entry when nobody bears it.

    `was_borne`: somebody did, before it was changed. `is_of_the_office`: it lies in a lot of the sender's office.
    """
    if notice.facts.kind is not ChangeClass.ENTRY:
        return None
    if was_borne:
        return _CODE_NOT_IN_FORCE
    # Whoever was recorded before the network came bears a code of no lot, and is entered ex officio.
    if notice.reason in FIRST_ENTRIES - {ChangeReason.ENTRY_EX_OFFICIO}:
        return None if is_of_the_office() else _CODE_NOT_ALLOTTED
    # A move-in is of somebody who was recorded elsewhere, with the code that they bear (法30条の3).
    return _CODE_NOT_ALLOTTED if notice.reason is ChangeReason.MOVE_IN else None


def register_of_rules() -> list[Verdict]:
    """Every rule, in the order of judging."""
    return [verdict for _, verdict in _rules] + [_CODE_NOT_IN_FORCE, _CODE_NOT_ALLOTTED, _ORDER_GAP]


def verdict_on(kind: str) -> Verdict:
    """The rule behind a contradiction that was stored."""
    return next(verdict for verdict in register_of_rules() if verdict.kind == kind)
