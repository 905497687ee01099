"""Made-up households: everybody in one, families of one name and one address; and the books that follow them."""

from collections import Counter
from datetime import date
from random import Random

import pytest

from bcl.domain.rows import CopyRow, read_difference, read_row
from jlis.demo.books import TownBook
from jlis.demo.history import Year
from jlis.demo.households import Settling
from jlis.demo.population import Population
from jlis.kernel.isolation.scope import SYSTEM, acting
from tests.conftest import CHIYODA, SHINJUKU

ON = date(2025, 11, 20)
COUNT = 1_500


@pytest.fixture
def population(db) -> Population:
    with acting(SYSTEM):
        return Population(Random(7), (CHIYODA, SHINJUKU))


def settled(population, seed: int = 3):
    population.random = Random(seed)
    people = [population.person(CHIYODA, ON) for _ in range(COUNT)]
    return people, Settling(population.random, population, CHIYODA, ON).settle(people)


def code(place: int) -> str:
    from juki.services.codes import with_check_digit

    return with_check_digit(f"{place:010}")


def book_of(population, seed: int = 3) -> TownBook:
    book = TownBook(CHIYODA, settled(population, seed)[1])
    book.know([code(place) for place in range(COUNT)])
    return book


def age(birth: str) -> int:
    return (ON - date.fromisoformat(birth.replace("-00", "-01"))).days // 365


def test_everybody_has_a_household_with_one_head(population):
    people, members = settled(population)

    assert [(m.person.birth_date, m.person.sex) for m in members] == [(p.birth_date, p.sex) for p in people]
    heads = Counter(member.household for member in members if member.relation == "00")
    assert set(heads.values()) == {1}
    assert heads.keys() == {member.household for member in members}
    sizes = Counter(member.household for member in members).values()
    assert max(sizes) <= 9
    assert 1.7 < sum(sizes) / len(sizes) < 3


def test_a_family_has_one_surname_one_address_and_likely_ages(population):
    _, members = settled(population)
    heads = {member.household: member for member in members if member.relation == "00"}
    for member in members:
        head = heads[member.household]
        assert member.person.address == head.person.address
        assert member.householder == head.person.name
        if member.relation == "05":
            assert member.person.name.split("　")[0] == head.person.name.split("　")[0]
        if member.relation in ("01", "02"):
            assert {member.person.sex, head.person.sex} == {"M", "F"}
            assert abs(age(member.person.birth_date) - age(head.person.birth_date)) <= 12
    assert min(age(head.person.birth_date) for head in heads.values()) >= 15


def test_the_same_seed_gives_the_same_households(population):
    assert settled(population)[1] == settled(population)[1]


def test_every_row_and_every_difference_is_one_that_the_copy_takes(population):
    book = book_of(population)
    for row in book.rows.values():
        found, faults = read_row({name: getattr(row, name) for name in CopyRow.__dataclass_fields__})
        assert (found, faults) == (row, [])
    head = next(iter(book.families().values()))[0]
    book.take({"reason": "M02", "address": "東京都千代田区霞が関一丁目9番9号"}, head.resident_code, ON, head)
    (told,) = book.differences()
    difference, faults = read_difference(told, row=1)
    assert (difference.row, difference.sequence, faults) == (book.rows[head.number], 1, [])


def family(book: TownBook, *relations: str) -> list[CopyRow]:
    return next(
        rows for rows in book.families().values()
        if sorted(row.relation for row in rows) == sorted(relations) and rows[0].honseki
    )  # fmt: skip


def test_when_the_head_dies_the_spouse_heads_and_the_children_stay_children(population):
    book = book_of(population)
    rows = family(book, "00", "02", "05")
    head, wife = (next(row for row in rows if row.relation == code) for code in ("00", "02"))
    book.take({"reason": "D03"}, head.resident_code, ON, head)

    left = {row.relation: row for row in book.household(head.household)}
    assert left.keys() == {"00", "05"}
    assert left["00"].number == wife.number
    assert {row.householder for row in left.values()} == {wife.name}
    assert (book.rows[head.number].removal, book.rows[head.number].removed_on) == ("DEATH", ON.isoformat())


def test_a_child_is_born_into_its_mothers_household(population):
    book = book_of(population)
    rows = family(book, "00", "02")
    wife = next(row for row in rows if row.relation == "02")
    notice = {"reason": "R03", "name": "見本　子", "name_kana": "ミホン　コ", "birth_date": ON.isoformat(), "sex": "F",
              "address": wife.address}  # fmt: skip
    book.take(notice, code(COUNT), ON, wife)

    child = book.row_of(code(COUNT))
    assert (child.household, child.relation, child.householder) == (wife.household, "05", wife.householder)
    assert child.became_resident_on == child.birth_date == ON.isoformat()


def test_a_family_that_arrives_is_one_household_again(population):
    book, other = book_of(population), TownBook(SHINJUKU, [])
    rows = family(book, "00", "02", "05")
    for row in rows:
        notice = {"reason": "R01", "name": row.name, "name_kana": row.name_kana, "birth_date": row.birth_date,
                  "sex": row.sex, "address": "東京都新宿区西新宿二丁目8番1号"}  # fmt: skip
        other.take(notice, row.resident_code, ON, row)
    (arrived,) = other.families().values()
    assert sorted(row.relation for row in arrived) == ["00", "02", "05"]
    assert {row.former_address for row in arrived} == {rows[0].address}
    assert {row.became_resident_on for row in arrived} == {ON.isoformat()}


def test_a_years_changes_leave_every_household_with_one_head(population):
    book = book_of(population)
    year = Year(population.random, population, {CHIYODA: book}, date(2026, 11, 21))
    year.draw()
    assert len(year.told) > COUNT * 0.05
    concerned = Counter(told.notice.get("resident_code") for told in year.told if told.notice["reason"] != "R03")
    assert set(concerned.values()) == {1}, "nobody has two changes"
    for place, told in enumerate(sorted(year.told, key=lambda told: told.day)):
        book.take(told.notice, told.notice.get("resident_code") or code(COUNT + place), told.day, told.person)

    for rows in book.families().values():
        assert [row.relation for row in rows].count("00") == 1
        head = next(row for row in rows if row.relation == "00")
        assert {(row.householder, row.address) for row in rows} == {(head.name, head.address)}
