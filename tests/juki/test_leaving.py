"""A 転出 told beforehand (法24条): until its day whoever leaves is present to every reader, and from it to none."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from jlis.kernel.errors import Conflict, NotFound
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.time import Moment
from juki.domain.wide_area import Order
from juki.models import IdentityRecord, PopulationCount, Resident
from juki.selectors.residents import FourItems
from juki.services import numbers, population, queries, removed_records, wide_area
from juki.services.wide_area import Requester
from tests.conftest import CHIYODA, actor, client_of
from tests.jpki.people import account, sign_in
from tests.juki.asking import bulk
from tests.juki.factories import change, tell, with_codes
from tests.juki.protection import applied, officer
from tests.juki.towns import arrives, leaves, living

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
WHO = FourItems(name="高崎太郎", birth_date="1980-02-17")
LEAVES_ON = date(2026, 12, 20)
BEFORE = [date(2026, 11, 21), date(2026, 12, 19)]
AFTER = [LEAVES_ON, date(2026, 12, 21)]


@pytest.fixture
def leaver(clerk, outsider, at) -> Resident:
    """Told on 11-21 to leave on 12-20."""
    for town in (clerk, outsider):
        with_codes(town, at)
    resident = living(clerk, at)
    leaves(resident, by=clerk, at=at, on=LEAVES_ON)
    return resident


def provided(leaver, at) -> set[str]:
    """The immediate query by each way of asking."""
    by = client_of(CHIYODA, "juki.query")
    with acting(REGISTRY):
        number = numbers.open_numbers([leaver.pk])[leaver.pk]
    ways = ({"items": WHO}, {"resident_code": leaver.resident_code}, {"individual_number": number})
    with acting(by.scope):
        return {queries.provide(purpose="JUKI-COUNTER", fields=["name"], by=by, at=at, **how).result for how in ways}


def bulk_answer(leaver, at, folder) -> list[str]:
    rows = (f"a,{leaver.resident_code},,", "b,,高崎太郎,1980-02-17")
    by = client_of(CHIYODA, "juki.query_bulk")
    answer = bulk("key,resident_code,name,birth_date", *rows, by=by, at=at, folder=folder, purpose="JUKI-COUNTER",
                  fields=["name"])  # fmt: skip
    return [result for _, result, *_ in answer]


def is_found_from_the_next_town(leaver, outsider, at) -> bool:
    """Asked on a Saturday or a Sunday: whoever is found is refused for the hour alone."""
    requester = Requester("LICENCE", resident_code=leaver.resident_code)
    with pytest.raises((Conflict, NotFound)) as refused:
        wide_area.ask(requester=requester, order=Order(), by=outsider, at=at)
    return refused.value.code == "outside_hours"


def found_at_the_counter(leaver, by, at) -> bool:
    with acting(by.scope):
        found, _ = queries.search(items=WHO, purpose="JUKI-COUNTER", by=by, at=at)
    return [row.resident for row in found] == [leaver.pk]


def counted(at) -> tuple[int, int]:
    """In the population, and among the anchors."""
    population.count(by=actor("JLIS-JUKI", "REGISTRY_OPERATOR", kind="JLIS"), at=at)
    with acting(REGISTRY):
        people = sum(PopulationCount.objects.filter(day=at.day).values_list("people", flat=True))
        return people, Resident.objects.filter(Resident.present_on(at.day), office=CHIYODA).count()


def removed(leaver, by, at) -> list[int]:
    """The versions among the 除票; the same that can be opened."""
    with acting(by.scope):
        found = [row.version for row in removed_records.search(items=WHO, by=by, at=at)[0]]
        rows = IdentityRecord.objects.filter(resident=leaver.pk, office=CHIYODA)
        versions = {row.version for row in rows}
    opened = []
    for version in sorted(versions):
        try:
            removed_records.open_record(resident=leaver.pk, version=version, by=by, at=at)
        except NotFound:
            continue
        opened.append(version)
    assert found == opened
    return found


@pytest.mark.parametrize("day", BEFORE)
def test_until_the_day_every_reader_finds_who_leaves(leaver, clerk, outsider, day, tmp_path):
    at = Moment.of(day)
    assert found_at_the_counter(leaver, clerk, at)
    assert provided(leaver, at) == {"MATCHED"}
    assert bulk_answer(leaver, at, tmp_path) == ["MATCHED", "MATCHED"]
    assert is_found_from_the_next_town(leaver, outsider, at)
    assert counted(at) == (1, 1)
    assert removed(leaver, clerk, at) == []
    assert applied(leaver, at, by=officer()).office == CHIYODA


@pytest.mark.parametrize("day", AFTER)
def test_from_the_day_on_nobody_finds_them_but_among_the_removed(leaver, clerk, outsider, day, tmp_path):
    at = Moment.of(day)
    assert not found_at_the_counter(leaver, clerk, at)
    assert provided(leaver, at) == {"NOT_FOUND"}
    assert bulk_answer(leaver, at, tmp_path) == ["REMOVED", "REMOVED"]
    assert not is_found_from_the_next_town(leaver, outsider, at)
    assert counted(at) == (0, 0)
    assert removed(leaver, clerk, at) == [2]
    with pytest.raises(NotFound):
        applied(leaver, at, by=officer())


@pytest.mark.parametrize("day", [*BEFORE[1:], *AFTER])
def test_cancelled_before_the_day_nothing_has_happened(leaver, clerk, day, tmp_path):
    told = Moment.of(date(2026, 12, 1))
    (taken,) = tell(change("R09", leaver.resident_code, changed_on="2026-12-01") | ITEMS, by=clerk, at=told)
    assert taken.status == "APPLIED", taken.contradiction
    at = Moment.of(day)
    assert found_at_the_counter(leaver, clerk, at)
    assert (provided(leaver, at), bulk_answer(leaver, at, tmp_path)) == ({"MATCHED"}, ["MATCHED", "MATCHED"])
    assert counted(at) == (1, 1)
    assert removed(leaver, clerk, at) == []


ITEMS = {"name": "髙﨑　太郎", "name_kana": "タカサキ　タロウ", "birth_date": "1980-02-17", "sex": "M",
         "address": "東京都千代田区霞が関一丁目1番1号", "resident_class": "JAPANESE"}  # fmt: skip


@pytest.mark.parametrize("day", [*BEFORE[1:], *AFTER])
def test_moved_in_elsewhere_before_the_day_they_are_there_alone(leaver, clerk, outsider, day, tmp_path):
    arrives(leaver, by=outsider, at=Moment.of(date(2026, 12, 10)))
    at = Moment.of(day)
    assert not found_at_the_counter(leaver, clerk, at)
    assert found_at_the_counter(leaver, outsider, at)
    assert counted(at) == (1, 0)
    assert bulk_answer(leaver, at, tmp_path) == ["NOT_FOUND", "NOT_FOUND"]
    assert removed(leaver, clerk, at) == [2]


@pytest.mark.parametrize(("day", "words", "others"), [(BEFORE[1], "転出予定", "除票"), (AFTER[0], "除票", "転出予定")])
def test_the_screens_say_that_the_person_is_about_to_leave(leaver, at, monkeypatch, day, words, others):
    account("clerk", CHIYODA, "SUPERVISOR", at=at)
    counter = sign_in(Client(), "clerk")
    monkeypatch.setattr("juki.web.residents.now", lambda: Moment.of(day))
    asked = {"name": "高崎太郎", "sex": "M", "purpose": "JUKI-COUNTER"}
    listed = counter.post(reverse("juki_search"), asked).content.decode().partition("検索の結果")[2]
    assert ("転出予定" in listed) == (words == "転出予定")
    page = counter.get(reverse("juki_resident", args=[leaver.pk])).content.decode()
    facts = page[page.index("<h1") : page.index("住民票コード")]
    assert words in facts
    assert others not in facts
