"""J4, J7: a bulk query finds who left Japan in the 附票, as the immediate query does, and nobody else there."""

import pytest

from jlis.kernel.isolation.scope import REGISTRY, acting
from juki.models import ProtectedResident
from juki.selectors.residents import FourItems
from juki.services import affairs, queries
from tests.conftest import actor, client_of
from tests.juki.asking import bulk
from tests.juki.factories import change, tell, with_codes
from tests.juki.test_supplementary import notice, told
from tests.juki.towns import later, living

pytestmark = pytest.mark.django_db
FIELDS = ["name", "address", "municipality", "resident_class", "change_reason", "changed_on", "former_surname"]
HEADING = "key,resident_code,name,name_kana,birth_date,sex,address"
ABROAD = "東京都千代田区霞が関一丁目1番1号"


@pytest.fixture
def ministry(db, at):
    """A ministry's system, entitled to one affair; it asks in both ways."""
    officer = actor("JLIS-JUKI", "REGISTRY_OPERATOR", kind="JLIS")
    with acting(officer.scope):
        affairs.entitle(affair_code="B1-77", organisation="MHLW", by=officer, at=at)
    return client_of("MHLW", "juki.query", "juki.query_bulk", kind="NATIONAL_ORGAN")


@pytest.fixture
def abroad(clerk, outsider, at):
    """A national of Chiyoda, whose 本籍地 is Shinjuku, told to leave Japan tomorrow."""
    for town in (clerk, outsider):
        with_codes(town, at)
    resident = living(clerk, at)
    told(notice(resident), by=outsider, at=at)
    day = later(at, 1).day.isoformat()
    tell(change("D02", resident.resident_code, changed_on=day), by=clerk, at=at)
    return resident


def rows(resident) -> list[str]:
    code = resident.resident_code
    return [f"code,{code},,,,,", "name,,高崎太郎,,1980-02-17,,", "kana,,,タカサキ　タロウ,S55.2.17,M,",
            "month,,高崎太郎,,1980-02-00,,", f"here,{code},,,,,東京都千代田区霞が関１－１",
            f"there,{code},,,,,北海道札幌市", f"other,{code},別人,,,,"]  # fmt: skip


def asked(ministry, resident, at, folder) -> dict[str, list[str]]:
    answer = bulk(HEADING, *rows(resident), by=ministry, at=at, folder=folder, purpose="B1-77", fields=FIELDS)
    return {key: [result, *items] for key, result, _, *items in answer}


def test_from_the_day_on_the_answer_comes_from_the_supplementary_record(abroad, ministry, at, tmp_path):
    left = later(at, 1)
    found = asked(ministry, abroad, left, tmp_path)
    answer = ["MATCHED", "髙﨑　太郎", ABROAD, "131041", "JAPANESE", "D02"]
    for key in ("code", "name", "kana", "month", "here"):
        assert found[key][:6] == answer, key
    assert (found["there"][0], found["other"][0]) == ("NOT_FOUND", "NOT_FOUND")
    with acting(ministry.scope):
        for how in (
            {"resident_code": abroad.resident_code},
            {"items": FourItems("髙﨑　太郎", birth_date="1980-02-17")},
        ):
            (person,) = queries.provide(purpose="B1-77", fields=FIELDS, by=ministry, at=left, **how).persons
            assert list(person.values()) == found["code"][1:]


def test_until_the_day_the_register_answers(abroad, ministry, at, tmp_path):
    found = asked(ministry, abroad, at, tmp_path)
    assert {key: line[0] for key, line in found.items()} == {
        "code": "MATCHED", "name": "MATCHED", "kana": "MATCHED", "month": "MATCHED", "here": "MATCHED",
        "there": "NOT_FOUND", "other": "NOT_FOUND",
    }  # fmt: skip
    assert found["code"][3] == "131016"


def test_of_somebody_covered_the_place_is_withheld_there_too(abroad, ministry, at, tmp_path):
    with acting(REGISTRY):
        ProtectedResident.objects.create(resident=abroad.pk, since=at.instant)
    found = asked(ministry, abroad, later(at, 1), tmp_path)
    assert found["code"][:4] == found["here"][:4] == found["there"][:4] == ["PROTECTED", "髙﨑　太郎", "", ""]


def test_whoever_moved_within_japan_or_died_is_not_answered_for_from_it(clerk, outsider, ministry, at, tmp_path):
    for town in (clerk, outsider):
        with_codes(town, at)
    for place, reason in enumerate(("D01", "D03")):
        resident = living(clerk, at)
        told(notice(resident, key=f"s-{place}"), by=outsider, at=at)
        tell(change(reason, resident.resident_code), by=clerk, at=at)
        assert asked(ministry, resident, at, tmp_path)["code"][0] == "REMOVED"
