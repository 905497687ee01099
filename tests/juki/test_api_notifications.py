"""POST /api/v1/juki/notifications: one or up to 1,000, one answer a row; faults named; whole or not at all."""

import pytest

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, acting
from juki.models import Notification, Resident
from tests.juki.caller import NOTIFICATIONS, faults, problem
from tests.juki.factories import birth, change, grown, tell, with_codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(town_system, clerk, at):
    """Chiyoda's system, with codes to give."""
    with_codes(clerk, at, size=2000)
    return town_system


def registered_residents() -> int:
    with acting(REGISTRY):
        return Resident.objects.count()


def test_one_notification_alone_gets_one_answer(town):
    notice = birth(key="alone")
    answered = town.post(NOTIFICATIONS, notice)
    assert answered.status_code == 200
    (result,) = answered.json()["results"]
    assert (result["row"], result["key"], result["status"], result["replayed"]) == (1, "alone", "applied", False)
    assert len(result["resident_code"]) == 11


def test_the_system_that_told_and_its_way_are_written_down(town):
    town.post(NOTIFICATIONS, birth())
    with acting(REGISTRY):
        stored = Notification.objects.get()
    assert (stored.channel, stored.sender) == ("REST", town.client_id)
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="juki.notification_applied")
    assert (entry.actor_kind, entry.actor_id, entry.purpose) == ("CLIENT", town.client_id, "JUKI-COUNTER")


@pytest.mark.parametrize("envelope", [list, lambda rows: {"notifications": rows}])
def test_a_thousand_get_an_answer_each_in_their_order(town, envelope):
    rows = [birth(key=f"n{number}") for number in range(1000)]
    results = town.post(NOTIFICATIONS, envelope(rows)).json()["results"]
    assert [result["row"] for result in results] == list(range(1, 1001))
    assert [result["key"] for result in results] == [row["key"] for row in rows]
    assert {result["status"] for result in results} == {"applied"}
    assert len({result["resident_code"] for result in results}) == registered_residents() == 1000


def test_a_thousand_and_one_are_refused_whole(town):
    assert problem(town.post(NOTIFICATIONS, [birth() for _ in range(1001)]), 413)["code"] == "too_many_rows"
    assert registered_residents() == 0


def test_answers_of_one_call_may_differ(town, clerk, at):
    (known,) = tell(grown(), by=clerk, at=at)
    again = birth()
    town.post(NOTIFICATIONS, again)
    results = town.post(
        NOTIFICATIONS,
        [
            change("M01", known.resident_code, address="東京都千代田区一番町1"),
            change("M01", "24727059608", address="東京都千代田区一番町1"),
            change("M02", known.resident_code, sequence=2, address="東京都千代田区一番町1番地"),
            again,
        ],
    ).json()["results"]
    assert [result["status"] for result in results] == ["applied", "discrepant", "held", "applied"]
    assert [result["replayed"] for result in results] == [False, False, False, True]
    assert results[1]["discrepancy"]["kind"] == "UNKNOWN_RESIDENT"
    assert "住民票コードを確かめ" in results[1]["discrepancy"]["advice"]


FAULTY = {
    "a wrong check digit": ({"resident_code": "12345678901"}, "resident_code", "check_digit"),
    "a code that is far too long": ({"resident_code": "1" * 500}, "resident_code", "too_long"),
    "a code in full width": ({"resident_code": "２４７２７０５９６０８"}, "resident_code", "check_digit"),
    "an unknown municipality": ({"municipality": "999999"}, "municipality", "unknown_municipality"),
    "a municipality far too long": ({"municipality": "1" * 401}, "municipality", "too_long"),
    "the next town": ({"municipality": "131041"}, "municipality", "not_own"),
    "a change before the birth": ({"changed_on": "2026-10-31", "reason": "R06"}, "changed_on", "before_birth"),
    "a birth on another day": ({"birth_date": "2026-10-31"}, "birth_date", "not_day_of_birth"),
    "a future change": ({"changed_on": "2036-11-01", "birth_date": "2036-11-01"}, "changed_on", "in_the_future"),
    "a future birth": ({"birth_date": "2036-11-01", "reason": "R06"}, "birth_date", "in_the_future"),
    "a day that is none": ({"changed_on": "2026-11-31"}, "changed_on", "not_a_date"),
    "a week's date": ({"changed_on": "2026-W44-7"}, "changed_on", "not_a_date"),
    "a date without dashes": ({"changed_on": "20261101"}, "changed_on", "not_a_date"),
    "an unknown day": ({"changed_on": "2026-11-00"}, "changed_on", "not_a_date"),
    "a birth date far too long": ({"birth_date": "1" * 401}, "birth_date", "too_long"),
    "a known day of an unknown month": ({"birth_date": "1980-00-05", "reason": "R06"}, "birth_date", "not_a_date"),
    "an unknown reason": ({"reason": "Z9"}, "reason", "unknown_reason"),
    "no reason": ({"reason": ""}, "reason", "required"),
    "an unknown sex": ({"sex": "X"}, "sex", "not_a_choice"),
    "an unknown class": ({"resident_class": "日本人"}, "resident_class", "not_a_choice"),
    "an unknown source": ({"kana_source": ""}, "kana_source", "required"),
    "no name": ({"name": None}, "name", "required"),
    "a name of spaces": ({"name": "　"}, "name", "blank"),
    "a name with a NUL": ({"name": "山田\x00太郎"}, "name", "control_character"),
    "a name of 201 letters": ({"name": "山" * 201}, "name", "too_long"),
    "no key": ({"key": ""}, "key", "required"),
    "a key of 129 letters": ({"key": "k" * 129}, "key", "too_long"),
    "a name that is a list": ({"name": ["山田"]}, "name", "not_text"),
    "an order that is a word": ({"sequence": "1"}, "sequence", "not_a_number"),
    "an order that is true": ({"sequence": True}, "sequence", "not_a_number"),
    "a reading in hiragana": ({"name_kana": "よしだ　はなこ"}, "name_kana", "not_katakana"),
    "a reading in half width": ({"name_kana": "ﾖｼﾀﾞ ﾊﾅｺ"}, "name_kana", "not_katakana"),
    "a reading in kanji and letters": ({"name_kana": "ABC漢字123"}, "name_kana", "not_katakana"),
    "an alias of a national": ({"alias": "通称"}, "alias", "not_for_class"),
    "a former surname of a foreigner": (
        {"resident_class": "FOREIGN", "former_surname": "旧田"},
        "former_surname",
        "not_for_class",
    ),
    "a foreigner who was naturalised": (
        {"reason": "R04", "resident_class": "FOREIGN"},
        "resident_class",
        "not_for_reason",
    ),
    "a national who lost the nationality": ({"reason": "R05"}, "resident_class", "not_for_reason"),
    "an address in Osaka": ({"address": "大阪府大阪市北区中之島一丁目3番20号"}, "address", "elsewhere"),
    "an address in the next town": ({"address": "東京都新宿区西新宿二丁目8番1号"}, "address", "elsewhere"),
    "a name with a line mark": ({"name": "山田\u0085太郎"}, "name", "control_character"),
    "a name turned round": ({"name": "山田\u202e太郎"}, "name", "control_character"),
    "a name with something unseen": ({"name": "山田\u200b太郎"}, "name", "control_character"),
    "a name with no letter": ({"name": "山田\uffff太郎"}, "name", "control_character"),
    "a field that nobody knows": ({"household": "1"}, "household", "unknown_field"),
}


@pytest.mark.parametrize("what", FAULTY)
def test_a_faulty_row_is_named_and_the_good_ones_beside_it_are_not_taken(town, what):
    faulty, field, code = FAULTY[what]
    refused = town.post(NOTIFICATIONS, [birth(), birth(**faulty), birth()])
    assert (2, field, code) in faults(refused)
    assert {row for row, _, _ in faults(refused)} == {2}
    assert registered_residents() == 0


EMPTY_OR_TOO_FAR = {
    **{reason: ({"reason": reason}, "reason", "nothing_to_correct") for reason in ("M02", "M03", "M04", "M20")},
    "D01": ({"reason": "D01", "changed_on": "9999-12-31"}, "changed_on", "in_the_future"),
    "D02": ({"reason": "D02", "changed_on": "2028-12-01"}, "changed_on", "in_the_future"),
}


@pytest.mark.parametrize("reason", EMPTY_OR_TOO_FAR)
def test_a_correction_of_nothing_and_a_move_out_years_ahead_are_refused(town, clerk, at, reason):
    (known,) = tell(grown(), by=clerk, at=at)
    told, field, code = EMPTY_OR_TOO_FAR[reason]
    notice = {"key": "k", "changed_on": "2026-11-20", "resident_code": known.resident_code} | told
    assert faults(town.post(NOTIFICATIONS, notice)) == {(1, field, code)}


def test_a_move_out_within_the_year_is_taken(town, clerk, at):
    (known,) = tell(grown(), by=clerk, at=at)
    (result,) = town.post(NOTIFICATIONS, change("D01", known.resident_code, changed_on="2027-11-01")).json()["results"]
    assert result["status"] == "applied"


def test_every_faulty_row_is_named_at_once(town):
    refused = town.post(NOTIFICATIONS, [birth(sex="X"), birth(), birth(name="", reason="Z9"), 5])
    assert faults(refused) == {
        (1, "sex", "not_a_choice"),
        (3, "name", "required"),
        (3, "reason", "unknown_reason"),
        (4, "", "not_an_object"),
    }


@pytest.mark.parametrize("body", [[], {"notifications": []}])
def test_a_call_that_tells_nothing_is_refused(town, body):
    assert {code for _, _, code in faults(town.post(NOTIFICATIONS, body))} == {"empty"}


@pytest.mark.parametrize("body", ["text", 5, None, True])
def test_a_call_that_is_no_notification_is_refused(town, body):
    assert (1, "", "not_an_object") in faults(town.post(NOTIFICATIONS, "null" if body is None else f'"{body}"'))


def test_one_key_twice_in_a_call_is_refused(town):
    assert faults(town.post(NOTIFICATIONS, [birth(key="k"), birth(key="k")])) == {(2, "key", "duplicate_key")}
    assert registered_residents() == 0


def test_a_used_key_with_another_content_refuses_the_whole_call(town):
    town.post(NOTIFICATIONS, birth(key="used"))
    assert faults(town.post(NOTIFICATIONS, [birth(), birth(key="used", name="別人")]), 422) == {
        (2, "key", "key_reused")
    }
    assert registered_residents() == 1


@pytest.mark.parametrize(
    "field", ["name", "name_kana", "address", "birth_date", "sex", "resident_class", "kana_source"]
)
def test_a_correction_cannot_empty_what_everybody_has(town, clerk, at, field):
    (known,) = tell(grown(), by=clerk, at=at)
    refused = town.post(NOTIFICATIONS, change("M03", known.resident_code, **{field: ""}))
    assert faults(refused) == {(1, field, "required")}


def test_when_the_lot_is_used_up_nothing_of_the_call_is_taken(town_system, clerk, at):
    with_codes(clerk, at, size=2)
    refused = problem(town_system.post(NOTIFICATIONS, [birth() for _ in range(3)]), 409)
    assert refused["code"] == "codes_exhausted"
    assert registered_residents() == 0
