"""A town's system opens what came, answers it, and holds 転出証明書情報: REST beside the counter (J6)."""

import pytest

from jlis.kernel.isolation.scope import REGISTRY, acting
from juki.models import ProtectedResident, SupplementaryRecord
from juki.services import honseki_transfers, town_messages
from tests.conftest import CHIYODA, SHINJUKU, TSURUMI
from tests.juki.caller import faults, problem, registered
from tests.juki.factories import change, tell, with_codes
from tests.juki.test_honseki_notices import MOVED, entered
from tests.juki.test_honseki_transfers import NEW
from tests.juki.test_special_move_in import opened
from tests.juki.towns import HEAD, leaves, messages

pytestmark = pytest.mark.django_db
PATH = "/api/v1/juki/town-messages"
MOVE_OUTS = "/api/v1/juki/move-outs"
EVERY = ("juki.see_town_messages", "juki.handle_town_messages", "juki.keep_move_outs", "juki.notify_supplementary")


@pytest.fixture
def resident(clerk, ward_clerk, at):
    with_codes(clerk, at)
    return entered(clerk, ward_clerk, at)


@pytest.fixture
def system(db, at):
    return registered(CHIYODA, *EVERY, at=at)


@pytest.fixture
def honseki_system(db, at):
    return registered(TSURUMI, *EVERY, at=at)


def test_the_honseki_lists_opens_and_settles_what_came(resident, system, honseki_system, clerk, at):
    tell(change("M01", resident.resident_code, address=MOVED), by=clerk, at=at)
    (listed,) = honseki_system.get(f"{PATH}/box?state=sent&kind=SUPPLEMENTARY_NOTICE").json()["results"]
    assert (listed["sender"], listed["sequence"], "contents" in listed) == (CHIYODA, 1, False)
    answered = honseki_system.get(f"{PATH}/{listed['message']}")
    assert (answered.json()["contents"]["address"], answered.json()["state"]) == (MOVED, "received")
    assert answered.headers["X-Delivered-Count"] == "1"
    assert system.get(f"{PATH}/box?box=sent").json()["results"][0]["message"] == listed["message"]
    answers = f"{PATH}/{listed['message']}/answers"
    assert (None, "note", "required") in faults(honseki_system.post(answers, {"verb": "disagree"}))
    disagreed = honseki_system.post(answers, {"verb": "disagree", "note": "筆頭者が異なります"})
    assert disagreed.json()["state"] == "disagreed"
    assert system.get(f"{PATH}/{listed['message']}").json()["note"] == "筆頭者が異なります"
    problem(honseki_system.post(answers, {"verb": "settle"}), 409)
    assert system.post(answers, {"verb": "close"}).json()["state"] == "closed"


def test_the_new_honseki_takes_over_by_rest(resident, honseki_system, ward_clerk, outsider, at):
    other = registered(SHINJUKU, *EVERY, at=at)
    message = honseki_transfers.send(resident=resident.pk, **NEW | {"receiver": SHINJUKU}, by=ward_clerk, at=at).message
    entered = other.post(f"{PATH}/{message.pk}/answers", {"verb": "enter"})
    assert entered.json()["state"] == "settled"
    with acting(outsider.scope):
        assert SupplementaryRecord.objects.get().reason == "S02"
    problem(honseki_system.post(f"{PATH}/{message.pk}/answers", {"verb": "enter"}), 403)


def test_the_next_town_and_another_right_see_and_answer_nothing(resident, clerk, ward_clerk, at):
    tell(change("M01", resident.resident_code, address=MOVED), by=clerk, at=at)
    (message,) = messages(clerk, kind="SUPPLEMENTARY_NOTICE")
    stranger = registered(SHINJUKU, *EVERY, at=at)
    assert stranger.get(f"{PATH}/box").json()["results"] == []
    problem(stranger.get(f"{PATH}/{message.pk}"), 404)
    problem(stranger.post(f"{PATH}/{message.pk}/answers", {"verb": "settle"}), 404)
    sender = registered(CHIYODA, *EVERY, at=at)
    problem(sender.post(f"{PATH}/{message.pk}/answers", {"verb": "settle"}), 403)
    without = registered(TSURUMI, "juki.notify", at=at)
    for path in (f"{PATH}/box", f"{PATH}/{message.pk}", MOVE_OUTS, f"{MOVE_OUTS}/1/information"):
        problem(without.get(path), 403)
    problem(without.post(f"{PATH}/{message.pk}/answers", {"verb": "settle"}), 403)
    problem(without.post(f"{MOVE_OUTS}/information", {"destination": "東京都", "persons": []}), 403)


def test_a_covered_persons_address_is_withheld_from_systems_too(resident, honseki_system, system, clerk, at):
    tell(change("M01", resident.resident_code, address=MOVED), by=clerk, at=at)
    (message,) = messages(clerk, kind="SUPPLEMENTARY_NOTICE")
    with acting(REGISTRY):
        ProtectedResident.objects.create(resident=resident.pk, since=at.instant)
    seen = honseki_system.get(f"{PATH}/{message.pk}").json()
    assert (seen["contents"]["address"], seen["is_protected"]) == ("支援措置対象", True)
    allowed = registered(TSURUMI, *EVERY, "juki.see_protected_address", at=at)
    assert allowed.get(f"{PATH}/{message.pk}").json()["contents"]["address"] == MOVED


def test_what_is_held_is_sent_when_it_is_asked_for_and_fetched_by_the_new_town(resident, system, clerk, outsider, at):
    leaves(resident, by=clerk, at=at)
    (row,) = system.get(MOVE_OUTS).json()["results"]
    assert (row["resident_code"], row["is_held"]) == (resident.resident_code, False)
    problem(system.get(f"{MOVE_OUTS}/{row['move_out']}/information"), 404)
    person = {"move_out": row["move_out"], "with_card": True, "items": HEAD}
    body = {"destination": "東京都新宿区西新宿二丁目", "persons": [person]}
    assert ("/persons/0/householder", "householder", "required") in [
        (error.get("pointer"), error["field"], error["code"])
        for error in system.post(
            f"{MOVE_OUTS}/information", body | {"persons": [person | {"items": HEAD | {"householder": ""}}]}
        ).json()["errors"]
    ]
    kept = system.post(f"{MOVE_OUTS}/information", body, Idempotency_Key="h-1")
    assert kept.json() == {"held": 1, "answered": 0}
    assert system.post(f"{MOVE_OUTS}/information", body, Idempotency_Key="h-1").content == kept.content
    held = system.get(f"{MOVE_OUTS}/{row['move_out']}/information").json()
    assert (held["destination"], held["items"]["koseki_head"]) == ("東京都新宿区西新宿二丁目", "髙﨑　太郎")
    sitting = opened(resident, outsider, at)
    new_town = registered(SHINJUKU, *EVERY, at=at)
    fetched = new_town.get(f"{PATH}/{sitting.request_id}").json()
    assert fetched["answer"]["persons"][0]["koseki_head"] == "髙﨑　太郎"
    problem(new_town.get(f"{MOVE_OUTS}/{row['move_out']}/information"), 404)
    problem(new_town.post(f"{MOVE_OUTS}/information", body), 404)
    with acting(REGISTRY):
        ProtectedResident.objects.create(resident=resident.pk, since=at.instant)
    assert system.get(f"{MOVE_OUTS}/{row['move_out']}/information").json()["destination"] == "支援措置対象"


def test_a_request_that_waited_is_sent_the_moment_it_is_held(resident, system, clerk, outsider, at):
    left = leaves(resident, by=clerk, at=at)
    sitting = opened(resident, outsider, at)
    person = {"move_out": left.pk, "with_card": True, "items": HEAD}
    body = {"destination": "東京都新宿区", "persons": [person]}
    assert system.post(f"{MOVE_OUTS}/information", body).json() == {"held": 1, "answered": 1}
    assert town_messages.open_message(message=sitting.request_id, by=outsider, at=at).answer
