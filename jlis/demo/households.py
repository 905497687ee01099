"""Households of the made-up people: who lives with whom, by ages; one surname, one address, one 本籍 to a family.

People come drawn one by one, so that ages and sexes stay those of the country; here they are put together.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from random import Random

from jlis.demo.population import Person, Population
from jlis.kernel.domain.partial_dates import PartialDate

HEAD, HUSBAND, WIFE, CHILD, FATHER, MOTHER, LODGER = "00", "01", "02", "05", "06", "07", "35"
_GROWN, _SENIOR, _MOST_CHILDREN = 25, 75, 3
_AT_HOME_UNTIL = 23
_WOMEN_HEADING, _SENIORS_WITH_CHILDREN, _PROTECTED, _LEAVING = 0.12, 0.25, 0.002, 0.001
_NOTICE_WITHIN = 14


@dataclass(frozen=True)
class Member:
    """One person with their place in a household, as the town's register has it."""

    person: Person
    household: int
    relation: str
    householder: str
    honseki: str
    koseki_head: str
    former_address: str
    notified_on: str
    protected: bool
    moving_out_on: str


@dataclass
class _Family:
    """Indexes of people; the head first."""

    head: int
    others: list[tuple[int, str]]

    def children(self) -> int:
        return sum(relation == CHILD for _, relation in self.others)


class Settling:
    """Puts one office's people together; the same people and seed give the same households."""

    def __init__(self, random: Random, population: Population, office: str, on: date):
        self.random = random
        self.population = population
        self.office = office
        self.on = on

    def settle(self, people: Sequence[Person]) -> list[Member]:
        """Everybody in a household, in the order in which they came."""
        self.people = people
        self.births = [PartialDate.from_iso(person.birth_date).earliest() for person in people]
        families = self._couples()
        self._with_parents(families)
        settled = self._settled(families)
        families += [_Family(alone, []) for alone in range(len(people)) if alone not in settled]
        numbers = count(1)
        members = {index: member for family in families for index, member in self._members(family, next(numbers))}
        return [members[index] for index in range(len(people))]

    def _settled(self, families: Sequence[_Family]) -> set[int]:
        return {index for family in families for index in (family.head, *(other for other, _ in family.others))}

    def _age(self, index: int) -> int:
        return (self.on - self.births[index]).days // 365

    def _japanese(self, sex: str) -> list[int]:
        return [
            index
            for index, person in enumerate(self.people)
            if person.sex == sex and person.resident_class == "JAPANESE" and self._age(index) >= _GROWN
        ]

    def _couples(self) -> list[_Family]:
        women: list[tuple[date, int]] = []
        for index in self._japanese("F"):
            insort(women, (self.births[index], index))
        families = []
        for man in self._japanese("M"):
            if self.random.random() > self._share_of_couples(man):
                continue
            wished = self.births[man] + timedelta(days=self.random.randint(-2 * 365, 6 * 365))
            place = bisect_left(women, (wished, 0))
            if place == len(women) or abs((women[place][0] - self.births[man]).days) > 12 * 365:
                continue
            woman = women.pop(place)[1]
            heads_she = self.random.random() < _WOMEN_HEADING
            families.append(_Family(woman, [(man, HUSBAND)]) if heads_she else _Family(man, [(woman, WIFE)]))
        return families

    def _share_of_couples(self, man: int) -> float:
        age = self._age(man)
        return 0.25 if age < 32 else 0.55 if age < 45 else 0.7

    def _with_parents(self, families: list[_Family]) -> None:
        by_birth: dict[int, list[_Family]] = defaultdict(list)
        for family in families:
            by_birth[self._mother_of(family).year].append(family)
        settled = self._settled(families)
        for index, person in enumerate(self.people):
            if index in settled or person.resident_class != "JAPANESE":
                continue
            if self._age(index) < _AT_HOME_UNTIL:
                self._add_child(index, by_birth, families)
            elif self._age(index) >= _SENIOR and self.random.random() < _SENIORS_WITH_CHILDREN:
                self._add_senior(index, by_birth)

    def _mother_of(self, family: _Family) -> date:
        together = (family.head, *(other for other, _ in family.others))
        return next((self.births[each] for each in together if self.people[each].sex == "F"), self.births[family.head])

    def _add_child(self, child: int, by_birth: dict[int, list[_Family]], families: list[_Family]) -> None:
        """To a mother of a likely age with few children, else with many; else to anybody as a lodger."""
        wished = self.births[child].year - round(min(43, max(20, self.random.gauss(31, 5))))
        years = sorted(range(wished - 24, wished + 25), key=lambda year: abs(year - wished))
        likely = [year for year in years if 18 <= self.births[child].year - year <= 46]
        for most in (_MOST_CHILDREN, 2 * _MOST_CHILDREN):
            for year in likely:
                open_to = [family for family in by_birth[year] if family.children() < most]
                if open_to:
                    self.random.choice(open_to).others.append((child, CHILD))
                    return
        if families:
            self.random.choice(families).others.append((child, LODGER))

    def _add_senior(self, senior: int, by_birth: dict[int, list[_Family]]) -> None:
        year = self.births[senior].year + self.random.randint(24, 36)
        relation = FATHER if self.people[senior].sex == "M" else MOTHER
        for family in by_birth[year][:20]:
            heads = self.births[family.head].year - self.births[senior].year
            if heads >= 20 and all(known not in (FATHER, MOTHER) for _, known in family.others):
                family.others.append((senior, relation))
                return

    def _members(self, family: _Family, number: int) -> list[tuple[int, Member]]:
        random, head = self.random, self.people[family.head]
        honseki = self._honseki() if head.resident_class == "JAPANESE" else ""
        protected = random.random() < _PROTECTED
        leaving = random.random() < _LEAVING
        on = (self.on + timedelta(days=376 + random.randint(3, 20))).isoformat() if leaving else ""
        members = []
        for index, relation in ((family.head, HEAD), *family.others):
            person = _named_after(self.people[index], head)
            is_parent = relation in (FATHER, MOTHER)
            members.append(
                (
                    index,
                    Member(
                        person=person,
                        household=number,
                        relation=relation,
                        householder=head.name,
                        honseki=self._honseki() if is_parent else honseki,
                        koseki_head="" if not honseki else person.name if is_parent else head.name,
                        former_address=self._former_address() if person.reason == "R01" else "",
                        notified_on=self._notified_on(person),
                        protected=protected and not is_parent,
                        moving_out_on=on,
                    ),
                )
            )
        return members

    def _honseki(self) -> str:
        office = self.random.choice(sorted(self.population.begins))
        return f"{self.population.town(office)}{self.random.randint(1, 60)}番地"

    def _former_address(self) -> str:
        others = sorted(office for office in self.population.begins if office != self.office) or [self.office]
        return self.population.address(self.random.choice(others))

    def _notified_on(self, person: Person) -> str:
        told = date.fromisoformat(person.changed_on) + timedelta(days=self.random.randint(0, _NOTICE_WITHIN))
        return min(told, self.on).isoformat()


def _named_after(person: Person, head: Person) -> Person:
    """A member of the family: the head's surname and address, the own given name; of a foreign head the address."""
    if person is head:
        return person
    if "　" not in head.name or "　" not in person.name:
        return replace(person, address=head.address)
    family, family_kana = head.name.split("　")[0], head.name_kana.split("　")[0]
    given, given_kana = person.name.split("　")[-1], person.name_kana.split("　")[-1]
    return replace(person, name=f"{family}　{given}", name_kana=f"{family_kana}　{given_kana}", address=head.address)
