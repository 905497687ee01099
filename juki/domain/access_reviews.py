"""利用記録の分析: what in a day's looks at persons somebody must ask about, as dated rules over the audit entries.

A rule finds and judges nobody: it counts, and names the entries. Limits are this project's; another one is a row with a
later day. Persons looked at are ids, families are keys: no name comes in here, and none goes out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from juki.domain.office_days import is_open

HOUR = timedelta(hours=1)
# What shows persons to a member of staff, in every room.
SEARCHES = frozenset({"juki.searched", "juki.supplementary_searched", "juki.removed_searched"})
OPENINGS = frozenset(
    {
        "juki.viewed", "juki.provided", "juki.disclosed", "juki.supplementary_viewed", "juki.town_message_opened",
        "juki.removed_record_viewed", "juki.removed_record_issued", "juki.protected_address_seen",
        "mynacard.card_seen", "mynacard.cards_seen", "bcl.household_opened",
        "jpki.certificates_seen",
    }
)  # fmt: skip
SIGN_IN_FAILED, SIGNED_IN = "staff.sign_in_failed", "staff.signed_in"
REVIEWED = SEARCHES | OPENINGS | {SIGN_IN_FAILED, SIGNED_IN}


class RuleCode(StrEnum):
    """The rules."""

    OUT_OF_HOURS = "OUT_OF_HOURS"
    MASS_SEARCH = "MASS_SEARCH"
    SAME_SURNAME = "SAME_SURNAME"
    SAME_RESIDENT = "SAME_RESIDENT"
    SIGN_IN = "SIGN_IN"


@dataclass(frozen=True)
class Rule:
    """What a rule asks, and from which day on with which limits."""

    code: RuleCode
    label: str
    question: str
    valid_from: date
    limits: Mapping[str, int]


_SINCE = date(2015, 10, 5)
RULES = (
    Rule(RuleCode.OUT_OF_HOURS, "時間外・休日の利用", "閉庁日、または開庁の時間の外に利用している。", _SINCE,
         {"opens": 7, "closes": 21, "looks": 1}),
    Rule(RuleCode.MASS_SEARCH, "大量の検索", "1時間または1日の検索が多い。", _SINCE, {"hour": 60, "day": 300}),
    Rule(RuleCode.SAME_SURNAME, "同じ姓の者の照会", "利用者と同じ姓で、同じ市区町村の者を照会している。", _SINCE,
         {"looks": 1}),
    Rule(RuleCode.SAME_RESIDENT, "一人への照会の集中", "同じ団体の多くの職員が、同じ人を照会している。", _SINCE,
         {"staff": 4}),
    Rule(RuleCode.SIGN_IN, "失敗の後のログイン", "続けて失敗した後にログインしている。", _SINCE,
         {"failures": 3, "minutes": 60}),
)  # fmt: skip


def rules_on(day: date) -> dict[RuleCode, Rule]:
    """The rules in force on a day."""
    known = sorted((rule for rule in RULES if rule.valid_from <= day), key=lambda rule: rule.valid_from)
    return {rule.code: rule for rule in known}


@dataclass(frozen=True)
class Look:
    """An audit entry as the rules need it; ``local`` is Japan's time, ``resident`` the one person it concerned."""

    entry: UUID
    local: datetime
    actor: str
    organisation: str
    action: str
    resident: UUID | None = None


@dataclass(frozen=True)
class Families:
    """Keys of surnames, each bound to a town: of who looks, and of whom was looked at. Nothing can be read from one."""

    of_actors: Mapping[str, bytes] = field(default_factory=dict)
    of_residents: Mapping[UUID, frozenset[bytes]] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What a rule found: of whom (an empty actor for a body as a whole), on which resident, by which looks."""

    rule: RuleCode
    organisation: str
    actor: str
    looks: tuple[Look, ...]
    resident: UUID | None = None


def review(looks: Sequence[Look], day: date, families: Families) -> list[Found]:
    """Everything that the rules in force find in a day's looks, which stand in the order of their time."""
    return [found for rule in rules_on(day).values() for found in _SEEKERS[rule.code](looks, rule.limits, families)]


def _out_of_hours(looks: Sequence[Look], limits: Mapping[str, int], families: Families) -> Iterator[Found]:
    opens, closes = time(limits["opens"]), time(limits["closes"])
    shut = (
        look
        for look in looks
        if look.action not in (SIGN_IN_FAILED, SIGNED_IN) and not is_open(look.local.date(), look.local, opens, closes)
    )
    for (organisation, actor), seen in _by_actor(shut).items():
        if len(seen) >= limits["looks"]:
            yield Found(RuleCode.OUT_OF_HOURS, organisation, actor, tuple(seen))


def _mass_search(looks: Sequence[Look], limits: Mapping[str, int], families: Families) -> Iterator[Found]:
    searches = (look for look in looks if look.action in SEARCHES)
    for (organisation, actor), seen in _by_actor(searches).items():
        if len(seen) > limits["day"] or _most_within(seen, HOUR) > limits["hour"]:
            yield Found(RuleCode.MASS_SEARCH, organisation, actor, tuple(seen))


def _most_within(looks: Sequence[Look], span: timedelta) -> int:
    """The largest number of looks in any span of time."""
    most = begin = 0
    for end, look in enumerate(looks):
        while look.local - looks[begin].local >= span:
            begin += 1
        most = max(most, end - begin + 1)
    return most


def _same_surname(looks: Sequence[Look], limits: Mapping[str, int], families: Families) -> Iterator[Found]:
    alike = (
        look
        for look in looks
        if look.resident is not None
        and look.actor in families.of_actors
        and families.of_actors[look.actor] in families.of_residents.get(look.resident, frozenset())
    )
    for (organisation, actor), seen in _by_actor(alike).items():
        if len(seen) >= limits["looks"]:
            yield Found(RuleCode.SAME_SURNAME, organisation, actor, tuple(seen))


def _same_resident(looks: Sequence[Look], limits: Mapping[str, int], families: Families) -> Iterator[Found]:
    of_resident: dict[tuple[str, UUID], list[Look]] = defaultdict(list)
    for look in looks:
        if look.resident is not None and look.action in OPENINGS:
            of_resident[look.organisation, look.resident].append(look)
    for (organisation, resident), seen in of_resident.items():
        if len({look.actor for look in seen}) >= limits["staff"]:
            yield Found(RuleCode.SAME_RESIDENT, organisation, "", tuple(seen), resident)


def _sign_in(looks: Sequence[Look], limits: Mapping[str, int], families: Families) -> Iterator[Found]:
    span = timedelta(minutes=limits["minutes"])
    signs = (look for look in looks if look.action in (SIGN_IN_FAILED, SIGNED_IN))
    for (organisation, actor), seen in _by_actor(signs).items():
        told: list[Look] = []
        failures: list[Look] = []
        for look in seen:
            failures = [each for each in failures if look.local - each.local < span]
            if look.action == SIGN_IN_FAILED:
                failures.append(look)
                continue
            if len(failures) >= limits["failures"]:
                told += [*failures, look]
            failures = []
        if told:
            yield Found(RuleCode.SIGN_IN, organisation, actor, tuple(told))


def _by_actor(looks: Iterable[Look]) -> dict[tuple[str, str], list[Look]]:
    grouped: dict[tuple[str, str], list[Look]] = defaultdict(list)
    for look in looks:
        grouped[look.organisation, look.actor].append(look)
    return grouped


_SEEKERS: dict[RuleCode, Callable[[Sequence[Look], Mapping[str, int], Families], Iterator[Found]]] = {
    RuleCode.OUT_OF_HOURS: _out_of_hours,
    RuleCode.MASS_SEARCH: _mass_search,
    RuleCode.SAME_SURNAME: _same_surname,
    RuleCode.SAME_RESIDENT: _same_resident,
    RuleCode.SIGN_IN: _sign_in,
}
