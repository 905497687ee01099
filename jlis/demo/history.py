"""A year in the life of the made-up residents: births, moves, marriages, deaths, told day by day as the towns would."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from bcl.domain.rows import CopyRow
from jlis.demo.books import TownBook
from jlis.demo.households import HEAD
from jlis.demo.population import Population
from jlis.kernel.actors import Actor
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import Moment
from juki.choices import NotificationStatus
from juki.services import notifications
from juki.services.notifications import Taken

DAYS = 365
# Shares of the residents a year; of the order that the country's statistics show for large towns.
BIRTHS, DEATHS, MOVES_WITHIN, MOVES_OUT, MARRIAGES, MINOR, READINGS = 0.007, 0.012, 0.035, 0.04, 0.004, 0.006, 0.01
_TO_ANOTHER_TOWN = 0.6
_PARENTS = (20, 45)


@dataclass
class Living:
    """Somebody who may still have a history, with everybody of the household."""

    row: CopyRow
    office: str
    born: date
    family: list["Living"] = field(default_factory=list)
    is_settled: bool = False


@dataclass
class Told:
    """A notification on its day, by an office; `person` is the row from which the one concerned comes."""

    day: date
    office: str
    notice: dict[str, Any]
    person: CopyRow


class Year:
    """Draws a year's notifications for the living, and tells them in the order of the days."""

    def __init__(self, random: Random, population: Population, books: Mapping[str, TownBook], until: date):
        self.random = random
        self.population = population
        self.books = books
        self.until = until
        self.told: list[Told] = []
        self._number = 0

    def draw(self) -> None:
        """Draw what happens to each; nobody has more than one change a year, so that no order is contradicted."""
        living = [person for book in self.books.values() for person in living_in(book)]
        for person in living:
            if not person.is_settled:
                self._draw_for(person)
        low, high = _PARENTS
        parents = [
            person for person in living
            if not person.is_settled and person.row.sex == "F" and low <= self._age(person) < high
        ]  # fmt: skip
        for _ in range(round(len(living) * BIRTHS)):
            self._birth(self.random.choice(parents or living))

    def tell(self, staff: dict[str, Actor]) -> None:
        """Send the notifications, a call for each office and day, and write down in the books what was applied."""
        self.told.sort(key=lambda told: (told.day, told.office, told.notice["key"]))
        done = 0
        while done < len(self.told):
            first = self.told[done]
            same = [t for t in self.told[done : done + 200] if (t.day, t.office) == (first.day, first.office)]
            by = staff[first.office]
            with acting(by.scope):
                taken = notifications.receive(
                    notices=[told.notice for told in same], by=by, at=Moment.of(first.day), channel="REST"
                )
            for told, answer in zip(same, taken, strict=True):
                self._write_down(told, answer)
            done += len(same)

    def _write_down(self, told: Told, answer: Taken) -> None:
        if answer.status != NotificationStatus.APPLIED:
            raise RuntimeError(f"実演の通知 {answer.key} が反映されません: {answer.status}")
        self.books[told.office].take(told.notice, answer.resident_code, told.day, told.person)

    def _draw_for(self, person: Living) -> None:
        is_head, is_alone = person.row.relation == HEAD, len(person.family) == 1
        for share, may, happen in (
            (DEATHS * self._frailty(person), True, self._death),
            (MOVES_OUT, is_head, self._move_out),
            (MOVES_WITHIN, is_head, self._move_within),
            (MARRIAGES * 2.5, is_alone and self._age(person) >= 20, self._marriage),
            (MINOR, is_head, self._minor),
            (READINGS, True, self._reading),
        ):
            if self.random.random() < share and may:
                happen(person)
                return

    def _day(self) -> date:
        return self.until - timedelta(days=self.random.randint(3, DAYS))

    def _age(self, person: Living) -> int:
        return (self.until - person.born).days // 365

    def _tell(self, day: date, office: str, reason: str, person: Living, **items: Any) -> None:
        self._number += 1
        notice = {"key": f"demo-{self._number:06}", "reason": reason, "changed_on": day.isoformat()} | items
        self.told.append(Told(day, office, notice, person.row))
        for member in person.family:
            member.is_settled = True

    def _frailty(self, person: Living) -> float:
        age = self._age(person)
        return 8.0 if age >= 85 else 3.0 if age >= 70 else 0.15

    def _death(self, person: Living) -> None:
        self._tell(self._day(), person.office, "D03", person, resident_code=person.row.resident_code)

    def _move_out(self, head: Living) -> None:
        """The whole household leaves; more often than not for another of the towns."""
        day, others = self._day(), [town for town in self.books if town != head.office]
        goes_on = others and self.random.random() <= _TO_ANOTHER_TOWN
        town = self.random.choice(others) if goes_on else ""
        address = self.population.address(town) if town else ""
        arrived = min(day + timedelta(days=self.random.randint(1, 13)), self.until)
        for person in head.family:
            row = person.row
            self._tell(day, person.office, "D01", person, resident_code=row.resident_code)
            if town:
                self._tell(
                    arrived, town, "R01", person, resident_code=row.resident_code, name=row.name,
                    name_kana=row.name_kana, address=address, birth_date=row.birth_date, sex=row.sex,
                    resident_class="JAPANESE",
                )  # fmt: skip

    def _move_within(self, head: Living) -> None:
        self._tell_all(head, "M01")

    def _minor(self, head: Living) -> None:
        # 住居表示や建物の名称の変更: the people have not moved.
        self._tell_all(head, "M02")

    def _tell_all(self, head: Living, reason: str) -> None:
        day, address = self._day(), self.population.address(head.office)
        for person in head.family:
            self._tell(day, person.office, reason, person, resident_code=person.row.resident_code, address=address)

    def _marriage(self, person: Living) -> None:
        family, row = self.population.surname(), person.row
        given, given_kana = row.name.rpartition("　")[2], row.name_kana.rpartition("　")[2]
        self._tell(
            self._day(), person.office, "M03", person, resident_code=row.resident_code,
            name=f"{family[0]}　{given}", name_kana=f"{family[1]}　{given_kana}",
        )  # fmt: skip

    def _reading(self, person: Living) -> None:
        row = person.row
        self._tell(
            self._day(), person.office, "M20", person, resident_code=row.resident_code, name_kana=row.name_kana,
            kana_source="NOTIFIED",
        )  # fmt: skip

    def _birth(self, parent: Living) -> None:
        day, sex, row = self._day(), self.random.choice("MF"), parent.row
        family = (row.name.split("　")[0], row.name_kana.split("　")[0])
        name, kana = self.population.name(sex, family)
        self._tell(
            day, parent.office, "R03", parent, name=name, name_kana=kana, address=row.address,
            birth_date=day.isoformat(), sex=sex, resident_class="JAPANESE",
        )  # fmt: skip


def living_in(book: TownBook) -> list[Living]:
    """The present Japanese residents of a town with full birth dates, whole households only, in the book's order."""
    found: list[Living] = []
    for family in book.families().values():
        births = [PartialDate.from_iso(row.birth_date) for row in family]
        if not all(born.is_full for born in births) or not all(row.honseki for row in family):
            continue
        together = [Living(row, book.office, born.earliest()) for row, born in zip(family, births, strict=True)]
        for person in together:
            person.family = together
        found += together
    return found
