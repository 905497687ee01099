"""A hundred thousand notifications of three towns, mixed up, some of them twice, end as a model of them says (J1).

Half of the people have their 住民票コード changed once: whoever tells of them knows the new code only from then on.
"""

import os
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from random import Random
from typing import Any

import pytest

from jlis.kernel.isolation.scope import REGISTRY, acting
from juki.models import Discrepancy, IdentityRecord, Notification, Resident, ResidentCode
from juki.services import notifications
from juki.services.codes import with_check_digit
from tests.conftest import CHIYODA, SHINJUKU, TSURUMI
from tests.juki.factories import with_codes

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]
SIZE = int(os.environ.get("STREAM", "100000"))
A_LIFE = 10  # notifications a person, the entry included
AGAIN = 20  # one in so many is sent twice
CALL = 500
TOWNS = (CHIYODA, SHINJUKU, TSURUMI)
FIRST_DAY = date(2020, 1, 1)
Told = tuple[str, dict[str, Any]]


@dataclass
class Life:
    """One person as the model knows them: told in order, and what the register must hold at the end."""

    random: Random
    code: str
    town: str = ""
    state: str = "CURRENT"
    versions: int = 0
    day: int = 0
    items: dict[str, str] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    recoded_at: int = 0

    def live(self, length: int) -> None:
        """An entry, and then corrections and moves; some die, and nothing follows."""
        # A former surname goes with its bearer from town to town (施行令30条の14).
        self.items = {"name": f"住民　{self.code[-5:]}", "former_surname": ""}
        self.enter(self.random.choice(TOWNS), "R06")
        change_at = self.random.randrange(1, 2 * length)
        while len(self.told) < length and self.state == "CURRENT":
            step = self.random.random()
            if not self.recoded_at and len(self.told) >= change_at:
                self.tell(self.random.choice(["M08", "M09"]))
                self.recoded_at = len(self.told)
            elif step < 0.25 and len(self.told) + 2 <= length:
                self.tell("D01")
                self.enter(self.random.choice([town for town in TOWNS if town != self.town]), "R01")
            elif step < 0.28:
                self.tell("D03")
                self.state = "REMOVED"
            else:
                self.correct()

    def enter(self, town: str, reason: str) -> None:
        """Registered in a town with all items."""
        self.town = town
        self.items["address"] = f"住所{self.random.randrange(1000)}番地"
        fixed = {"name_kana": "ジュウミン", "birth_date": "1980-02-17", "sex": "F", "resident_class": "JAPANESE"}
        self.tell(reason, name=self.items["name"], address=self.items["address"], **fixed)

    def correct(self) -> None:
        """A change of address, of name, of the former surname."""
        reason, item = self.random.choice([("M01", "address"), ("M03", "name"), ("M14", "former_surname")])
        value = f"{item}{self.random.randrange(1000)}"
        self.items[item] = value
        self.tell(reason, **{item: value})

    def tell(self, reason: str, **items: str) -> None:
        """The next notification of the town where the person is."""
        self.day += 1
        self.versions += 1
        number = self.sequences[self.town] = self.sequences.get(self.town, 0) + 1
        notice = {
            "key": f"{self.code}-{number}", "sequence": number, "reason": reason, "resident_code": self.code,
            "changed_on": (FIRST_DAY + timedelta(days=self.day)).isoformat(),
        }  # fmt: skip
        self.told.append((self.town, notice | items))

    def until_recoded(self) -> list[Told]:
        """What is told after the entry, as long as the first code is known alone."""
        return self.told[1 : self.recoded_at or None]

    def since_recoded(self, code: str) -> list[Told]:
        """What is told under the new code."""
        later = self.told[self.recoded_at :] if self.recoded_at else []
        return [(town, notice | {"resident_code": code}) for town, notice in later]

    def ends(self) -> tuple[Any, ...]:
        """What the register must say."""
        items = self.items
        return self.town, self.state, self.versions, items["name"], items["address"], items["former_surname"]


def calls(stream: list[Told]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The stream as calls of one town each, no key twice in one."""
    made = []
    for start in range(0, len(stream), CALL * len(TOWNS)):
        part = sorted(stream[start : start + CALL * len(TOWNS)], key=lambda told: told[0])
        for town, some in groupby(part, key=lambda told: told[0]):
            notices = [notice for _, notice in some]
            first, again = {}, []
            for notice in notices:
                again.append(notice) if notice["key"] in first else first.setdefault(notice["key"], notice)
            made += [(town, part) for part in (list(first.values()), again) if part]
    return made


def register() -> dict[str, tuple[Any, ...]]:
    with acting(REGISTRY):
        latest = IdentityRecord.objects.filter(valid_to__isnull=True, superseded_at__isnull=True)
        rows = latest.values_list("resident_code", "office", "state", "version", "name", "address", "former_surname")
        return {code: tuple(rest) for code, *rest in rows.iterator()}


def mixed(random: Random, told: list[Told]) -> list[Told]:
    """In any order, some of it again."""
    stream = told + random.sample(told, len(told) // AGAIN)
    random.shuffle(stream)
    return stream


def present_codes() -> dict[str, str]:
    """The code that each bears now, by the first."""
    with acting(REGISTRY):
        borne = list(ResidentCode.objects.order_by("valid_from", "valid_to").values_list("resident", "code"))
    first: dict[Any, str] = {}
    for resident, code in borne:
        first.setdefault(resident, code)
    return {first[resident]: code for resident, code in borne}


def test_a_shuffled_stream_ends_as_the_model_says(clerk, outsider, ward_clerk, at):
    random = Random(20261127)
    people = [Life(random, with_check_digit(f"80{number:08}")) for number in range(SIZE // A_LIFE)]
    for life in people:
        life.live(A_LIFE)
    tellers = {CHIYODA: clerk, SHINJUKU: outsider, TSURUMI: ward_clerk}
    for teller in tellers.values():
        with_codes(teller, at, size=len(people))

    def send(stream: list[Told]) -> None:
        for town, notices in calls(stream):
            with acting(tellers[town].scope):
                notifications.receive(notices=notices, by=tellers[town], at=at, channel="REST")

    send([life.told[0] for life in people])
    send(mixed(random, [told for life in people for told in life.until_recoded()]))
    codes = present_codes()
    send(mixed(random, [told for life in people for told in life.since_recoded(codes[life.code])]))
    with acting(REGISTRY):
        statuses = set(Notification.objects.values_list("status", flat=True))
        assert not Discrepancy.objects.filter(state="OPEN").exists()
        assert Notification.objects.count() == sum(len(life.told) for life in people)
        assert Resident.objects.count() == len(people)
    assert statuses == {"APPLIED"}
    assert {life.code == codes[life.code] for life in people} == {True, False}
    assert register() == {codes[life.code]: life.ends() for life in people}
