"""A year in the life of the made-up residents: births, moves, marriages, deaths, told day by day as the towns would."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from jlis.demo.population import Population
from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import Moment
from juki.choices import RecordState
from juki.models import IdentityRecord
from juki.selectors import residents
from juki.services import notifications

DAYS = 365
# Shares of the residents a year; of the order that the country's statistics show for large towns.
BIRTHS, DEATHS, MOVES_WITHIN, MOVES_OUT, MARRIAGES, MINOR, READINGS = 0.007, 0.012, 0.035, 0.04, 0.004, 0.006, 0.01
_TO_ANOTHER_TOWN = 0.6


@dataclass
class Living:
    """Somebody who may still have a history."""

    code: str
    office: str
    name: str
    name_kana: str
    sex: str
    born: date


@dataclass
class Told:
    """A notification on its day, by an office."""

    day: date
    office: str
    notice: dict[str, Any] = field(default_factory=dict)


class Year:
    """Draws a year's notifications for the living, and tells them in the order of the days."""

    def __init__(self, random: Random, population: Population, towns: tuple[str, ...], until: date):
        self.random = random
        self.population = population
        self.towns = towns
        self.until = until
        self.told: list[Told] = []
        self._number = 0

    def draw(self, living: list[Living]) -> None:
        """Draw what happens to each; nobody has more than one move a year, so that no order is contradicted."""
        for person in living:
            for share, happen in (
                (DEATHS * self._frailty(person), self._death),
                (MOVES_OUT, self._move_out),
                (MOVES_WITHIN, self._move_within),
                (MARRIAGES, self._marriage),
                (MINOR, self._minor),
                (READINGS, self._reading),
            ):
                if self.random.random() < share:
                    happen(person)
                    break
        for _ in range(round(len(living) * BIRTHS)):
            self._birth(self.random.choice(living))

    def tell(self, staff: dict[str, Actor], on_progress: Callable[[int], None]) -> None:
        """Send the notifications, a call for each office and day."""
        self.told.sort(key=lambda told: (told.day, told.office, told.notice["key"]))
        done = 0
        while done < len(self.told):
            first = self.told[done]
            same = [t for t in self.told[done : done + 200] if (t.day, t.office) == (first.day, first.office)]
            by = staff[first.office]
            with acting(by.scope):
                notifications.receive(
                    notices=[told.notice for told in same], by=by, at=Moment.of(first.day), channel="REST"
                )
            done += len(same)
            on_progress(done)

    def _day(self) -> date:
        return self.until - timedelta(days=self.random.randint(3, DAYS))

    def _tell(self, day: date, office: str, reason: str, **items: Any) -> None:
        self._number += 1
        notice = {"key": f"demo-{self._number:06}", "reason": reason, "changed_on": day.isoformat()} | items
        self.told.append(Told(day, office, notice))

    def _frailty(self, person: Living) -> float:
        age = (self.until - person.born).days // 365
        return 8.0 if age >= 85 else 3.0 if age >= 70 else 0.15

    def _death(self, person: Living) -> None:
        self._tell(self._day(), person.office, "D03", resident_code=person.code)

    def _move_out(self, person: Living) -> None:
        day = self._day()
        self._tell(day, person.office, "D01", resident_code=person.code)
        others = [town for town in self.towns if town != person.office]
        if not others or self.random.random() > _TO_ANOTHER_TOWN:
            return
        town = self.random.choice(others)
        arrived = min(day + timedelta(days=self.random.randint(1, 13)), self.until)
        self._tell(
            arrived,
            town,
            "R01",
            resident_code=person.code,
            name=person.name,
            name_kana=person.name_kana,
            address=self.population.address(town),
            birth_date=person.born.isoformat(),
            sex=person.sex,
            resident_class="JAPANESE",
        )

    def _move_within(self, person: Living) -> None:
        address = self.population.address(person.office)
        self._tell(self._day(), person.office, "M01", resident_code=person.code, address=address)

    def _marriage(self, person: Living) -> None:
        if (self.until - person.born).days < 20 * 365:
            return
        family = self.population.surname()
        given, given_kana = person.name.rpartition("　")[2], person.name_kana.rpartition("　")[2]
        self._tell(
            self._day(),
            person.office,
            "M03",
            resident_code=person.code,
            name=f"{family[0]}　{given}",
            name_kana=f"{family[1]}　{given_kana}",
        )

    def _minor(self, person: Living) -> None:
        # 住居表示や建物の名称の変更: the person has not moved.
        address = f"{self.population.address(person.office)}"
        self._tell(self._day(), person.office, "M02", resident_code=person.code, address=address)

    def _reading(self, person: Living) -> None:
        self._tell(
            self._day(), person.office, "M20", resident_code=person.code, name_kana=person.name_kana,
            kana_source="NOTIFIED",
        )  # fmt: skip

    def _birth(self, parent: Living) -> None:
        day, sex = self._day(), self.random.choice("MF")
        family = (parent.name.split("　")[0], parent.name_kana.split("　")[0])
        name, kana = self.population.name(sex, family)
        self._tell(
            day,
            parent.office,
            "R03",
            name=name,
            name_kana=kana,
            address=self.population.address(parent.office),
            birth_date=day.isoformat(),
            sex=sex,
            resident_class="JAPANESE",
        )


def living_in(staff: dict[str, Actor]) -> list[Living]:
    """The present Japanese residents of the towns with a full birth date, in an order that does not depend on ids."""
    found: list[Living] = []
    for office, by in staff.items():
        with acting(by.scope):
            rows = residents.latest_versions().filter(state=RecordState.CURRENT, resident_class="JAPANESE")
            found += [_living(row, office) for row in rows.iterator() if not row.birth_date.endswith("-00")]
    return sorted(found, key=lambda person: (person.office, person.name_kana, person.born, person.name))


def _living(row: IdentityRecord, office: str) -> Living:
    return Living(row.resident_code, office, row.name, row.name_kana, row.sex, row.birth_from)
