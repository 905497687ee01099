"""POST /api/v1/juki/queries: the asked items of whoever matches, for a purpose, counted; nobody else's, ever."""

import pytest

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, acting
from juki.models import Resident
from juki.services import affairs, numbers
from tests.juki.caller import QUERIES, faults, problem, registered
from tests.juki.factories import change, grown, tell, with_codes

pytestmark = pytest.mark.django_db
NOBODYS_CODE, NOBODYS_NUMBER = "24727059608", "123456789018"


@pytest.fixture
def people(clerk, outsider, at) -> dict[str, Resident]:
    """One resident of Chiyoda, one of the next town, one who died."""
    for town in (clerk, outsider):
        with_codes(town, at)
    told = {
        "here": tell(grown(), by=clerk, at=at),
        "there": tell(grown(name="新宿　花子", name_kana="シンジュク　ハナコ", sex="F"), by=outsider, at=at),
        "dead": tell(grown(name="故人　一郎", name_kana="コジン　イチロウ"), by=clerk, at=at),
    }
    tell(change("D03", told["dead"][0].resident_code), by=clerk, at=at)
    with acting(REGISTRY):
        return {who: Resident.objects.get(resident_code=taken.resident_code) for who, (taken,) in told.items()}


@pytest.fixture
def ministry(at, registry_operator):
    """The pension service's system, entitled to the affairs of the 国民年金法."""
    with acting(registry_operator.scope):
        affairs.entitle(affair_code="B1-77", organisation="NENKIN", by=registry_operator, at=at)
    return registered("NENKIN", "juki.query", at=at)


def number_of(resident: Resident) -> str:
    return numbers.open_numbers([resident.pk])[resident.pk]


def asked(*fields: str, purpose: str = "JUKI-COUNTER", **how):
    return {"purpose": purpose, "fields": list(fields or ("name",)), **how}


def test_four_items_find_a_resident(town_system, people):
    items = {"name": "高崎太郎", "name_kana": "たかさき", "birth_date": "1980-02-17", "sex": "M",
             "address": "東京都千代田区霞が関１－１－１"}  # fmt: skip
    answered = town_system.post(QUERIES, asked("name", "name_kana", "birth_date", items=items))
    assert answered.json() == {
        "result": "MATCHED",
        "persons": [{"name": "髙﨑　太郎", "name_kana": "タカサキ　タロウ", "birth_date": "1980-02-17"}],
        "more": False,
    }
    assert answered.headers["X-Delivered-Count"] == "1"
    assert answered.headers["Cache-Control"] == "no-store"


def test_a_code_or_a_number_finds_a_resident(town_system, people):
    here = people["here"]
    by_code = town_system.post(QUERIES, asked("individual_number", resident_code=here.resident_code))
    by_number = town_system.post(QUERIES, asked("resident_code", individual_number=number_of(here)))
    assert by_code.json()["persons"] == [{"individual_number": number_of(here)}]
    assert by_number.json()["persons"] == [{"resident_code": here.resident_code}]


def test_an_organ_of_the_state_is_given_whoever_it_asks_for_in_the_whole_country(ministry, people):
    answered = ministry.post(QUERIES, asked(purpose="B1-77", individual_number=number_of(people["there"])))
    assert answered.json()["persons"] == [{"name": "新宿　花子"}]


def test_nobody_is_delivered_as_nobody_and_that_is_counted(town_system, people):
    answered = town_system.post(QUERIES, asked(resident_code=NOBODYS_CODE))
    assert answered.status_code == 200
    assert answered.json() == {"result": "NOT_FOUND", "persons": [], "more": False}
    assert answered.headers["X-Delivered-Count"] == "0"


def test_the_dead_are_not_among_the_living(town_system, people):
    dead = people["dead"]
    for how in (
        {"resident_code": dead.resident_code},
        {"individual_number": number_of(dead)},
        {"items": {"name": "故人一郎", "sex": "M"}},
    ):
        assert town_system.post(QUERIES, asked(**how)).json()["result"] == "NOT_FOUND"


@pytest.mark.parametrize("fields", [("name",), ("name", "address", "individual_number", "resident_code")])
def test_a_resident_of_the_next_town_cannot_be_told_from_nobody(town_system, people, fields):
    there = people["there"]
    pairs = (
        ({"resident_code": there.resident_code}, {"resident_code": NOBODYS_CODE}),
        ({"individual_number": number_of(there)}, {"individual_number": NOBODYS_NUMBER}),
        ({"items": {"name": "新宿　花子", "sex": "F"}}, {"items": {"name": "存在　無子", "sex": "F"}}),
    )
    for somebody, nobody in pairs:
        found, missed = (town_system.post(QUERIES, asked(*fields, **how)) for how in (somebody, nobody))
        assert found.status_code == missed.status_code == 200
        assert found.content == missed.content
        assert _telling(found) == _telling(missed)
        assert found.headers["X-Delivered-Count"] == "0"


def test_the_trace_of_such_a_question_does_not_lead_to_the_resident_either(town_system, people):
    town_system.post(QUERIES, asked(resident_code=people["there"].resident_code))
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="juki.provided")
    assert (entry.subject, entry.subject_count, entry.detail["count"]) == (None, 0, 0)


def test_each_answer_is_written_down_with_whom_and_what(ministry, people):
    ministry.post(QUERIES, asked("name", "address", purpose="B1-77", individual_number=number_of(people["here"])))
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="juki.provided")
    assert (entry.organisation, entry.purpose, entry.subject_count) == ("NENKIN", "B1-77", 1)
    assert entry.detail == {"method": "IMMEDIATE", "fields": ["address", "name"], "count": 1}


def test_several_are_told_as_several(town_system, clerk, people, at):
    tell(grown(), by=clerk, at=at)
    answered = town_system.post(QUERIES, asked("birth_date", items={"name": "高崎太郎", "sex": "M"}))
    assert (answered.json()["result"], answered.json()["more"]) == ("SEVERAL", False)
    assert answered.headers["X-Delivered-Count"] == "2"


def test_more_than_fifty_are_not_delivered_and_the_answer_says_so(town_system, clerk, people, at):
    tell(*[grown(name=f"同名　{number}") for number in range(50)], by=clerk, at=at)
    answered = town_system.post(QUERIES, asked(items={"name_kana": "タカサキ", "sex": "M"}))
    assert (answered.json()["result"], answered.json()["more"]) == ("SEVERAL", True)
    assert answered.headers["X-Delivered-Count"] == str(len(answered.json()["persons"])) == "50"


FAULTY = {
    "no purpose": ({"purpose": None}, "purpose", "null"),
    "no fields": ({"fields": []}, "fields", "empty"),
    "fields that are no list": ({"fields": "name"}, "fields", "not_a_list"),
    "a field that is none": ({"fields": ["shoe_size"]}, "fields", "unknown_field"),
    "nobody asked for": ({"resident_code": ""}, "resident_code", "blank"),
    "two ways at once": ({"individual_number": NOBODYS_NUMBER}, "items", "one_of"),
    "a wrong check digit": ({"resident_code": "24727059609"}, "resident_code", "check_digit"),
    "too long a code": ({"resident_code": "2" * 12}, "resident_code", "max_length"),
}


@pytest.mark.parametrize("what", FAULTY)
def test_a_faulty_question_is_refused_by_field(town_system, people, what):
    change, field, code = FAULTY[what]
    refused = town_system.post(QUERIES, asked(resident_code=NOBODYS_CODE) | change)
    assert (None, field, code) in faults(refused)


@pytest.mark.parametrize("missing", ["purpose", "fields"])
def test_why_and_what_must_be_said(town_system, people, missing):
    question = asked(resident_code=NOBODYS_CODE)
    del question[missing]
    assert faults(town_system.post(QUERIES, question)) == {(None, missing, "required")}


@pytest.mark.parametrize(
    "items",
    [
        {"name": "高崎太郎"},
        {"sex": "M"},
        {"sex": "M", "name_kana": "・"},
        {"sex": "M", "address": "、"},
        {"sex": "M", "name": "（）"},
    ],
)
def test_two_of_the_four_items_must_be_given_and_mean_something(town_system, people, items):
    assert (None, "name", "too_few_items") in faults(town_system.post(QUERIES, asked(items=items)))


@pytest.mark.parametrize("how", [{}, {"items": {}}])
def test_a_question_about_nobody_is_refused(town_system, people, how):
    assert (None, "items", "one_of") in faults(town_system.post(QUERIES, asked(**how)))


def test_a_birth_date_that_is_none_is_refused(town_system, people):
    items = {"birth_date": "1980-13-01", "sex": "M"}
    assert faults(town_system.post(QUERIES, asked(items=items))) == {(None, "birth_date", "not_a_date")}


@pytest.mark.parametrize("purpose", ["B1-77", "PREF-DISASTER", "MADE-UP"])
def test_a_purpose_that_is_not_the_bodys_is_refused(town_system, people, purpose):
    refused = town_system.post(QUERIES, asked(purpose=purpose, resident_code=people["here"].resident_code))
    assert faults(refused, 403) == {(None, "purpose", "purpose_not_allowed")}


def test_an_affair_that_was_not_registered_for_the_organ_is_refused(ministry, people):
    refused = ministry.post(QUERIES, asked(purpose="B1-71", individual_number=NOBODYS_NUMBER))
    assert faults(refused, 403) == {(None, "purpose", "purpose_not_allowed")}


def test_a_field_that_the_affair_does_not_cover_is_named_and_nothing_given(ministry, people):
    number = number_of(people["here"])
    refused = ministry.post(QUERIES, asked("name", "resident_code", purpose="B1-77", individual_number=number))
    assert faults(refused, 403) == {(None, "resident_code", "field_not_allowed")}
    assert "X-Delivered-Count" not in refused.headers
    with acting(SYSTEM):
        assert not AuditEntry.objects.filter(action="juki.provided").exists()
        assert "field_not_allowed" in AuditEntry.objects.get(outcome="DENIED").detail["reason"]


@pytest.mark.parametrize(
    ("fields", "how"),
    [(("individual_number",), {"resident_code": NOBODYS_CODE}), (("name",), {"individual_number": NOBODYS_NUMBER})],
)
def test_the_number_is_neither_given_nor_taken_where_the_affair_knows_none(town_system, people, fields, how):
    refused = town_system.post(QUERIES, asked(*fields, purpose="SELF-DISCLOSURE", **how))
    assert faults(refused, 403) == {(None, "individual_number", "field_not_allowed")}


def test_a_refusal_repeats_no_personal_code(town_system, people):
    refused = town_system.post(QUERIES, asked(individual_number="123456789012"))
    problem(refused, 400)
    assert "123456789012" not in refused.content.decode()


def _telling(response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name not in ("X-Request-Id", "Date")}
