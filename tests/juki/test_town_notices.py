"""附票への記載事項通知 (法19条) and 戸籍の届出による通知 (法9条2項): written, answered, disagreed with, late."""

import pytest
from django.test import Client

from jlis.kernel.errors import Forbidden, Invalid, NotFound, Unprocessable
from jlis.kernel.isolation.scope import acting
from juki.models import TownMessage
from juki.selectors import town_messages as selectors
from juki.services import town_messages, town_notices
from tests.conftest import CHIYODA, SHINJUKU, TSURUMI, YOKOHAMA, actor
from tests.jpki.people import account, sign_in
from tests.juki.caller import faults, problem, registered
from tests.juki.factories import with_codes
from tests.juki.towns import later, living

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
PATH = "/api/v1/juki/town-messages"
KOSEKI = {"name": "髙﨑　花子", "event": "MARRIAGE", "event_on": "2026-11-18", "content": "氏を髙﨑に改める"}


@pytest.fixture
def items(clerk, at) -> dict[str, str]:
    """What Chiyoda tells the 本籍地 of somebody who moved within."""
    with_codes(clerk, at)
    return {
        "resident_code": living(clerk, at).resident_code, "name": "髙﨑　太郎", "birth_date": "1980-02-17",
        "address": "東京都千代田区一番町1番", "address_since": "2026-11-20",
        "honseki": "神奈川県横浜市鶴見区鶴見中央三丁目20番", "koseki_head": "髙﨑　太郎",
    }  # fmt: skip


def write(items, by, at, kind="SUPPLEMENTARY_NOTICE", receiver=TSURUMI, key="k-1"):
    return town_notices.write(kind=kind, receiver=receiver, items=items, key=key, by=by, at=at, channel="SCREEN")


def test_the_honseki_reads_it_and_says_that_it_does_not_agree(items, clerk, ward_clerk, at):
    message = write(items, clerk, at).message
    opened = town_messages.open_message(message=message.pk, by=ward_clerk, at=at)
    assert opened.body == items
    with pytest.raises(Invalid):
        town_messages.make_move(message=message.pk, verb="disagree", by=ward_clerk, at=at)
    note = "戸籍の筆頭者は髙﨑一郎です"
    town_messages.make_move(message=message.pk, verb="disagree", note=note, by=ward_clerk, at=at)
    seen = town_messages.open_message(message=message.pk, by=clerk, at=at)
    assert (seen.message.state, seen.steps[-1].note) == ("DISAGREED", note)
    assert [move.verb for move in seen.moves] == ["close"]
    town_messages.make_move(message=message.pk, verb="close", by=clerk, at=at)


def test_the_city_of_a_ward_sees_its_wards_messages(items, clerk, at):
    message = write(items, clerk, at).message
    city = actor(YOKOHAMA, "SUPERVISOR", kind="CITY")
    assert town_messages.open_message(message=message.pk, by=city, at=at).body == items


def test_a_notice_from_the_koseki_is_settled_at_the_address(clerk, ward_clerk, at):
    message = write(KOSEKI, ward_clerk, at, kind="KOSEKI_NOTICE", receiver=CHIYODA).message
    assert message.resident is None
    opened = town_messages.open_message(message=message.pk, by=clerk, at=at)
    assert [move.verb for move in opened.moves] == ["settle"]
    assert town_messages.make_move(message=message.pk, verb="settle", by=clerk, at=at).state == "SETTLED"


def test_what_is_late_is_in_both_towns_lists(items, clerk, ward_clerk, at):
    write(items, clerk, at)
    for day, count in ((7, 0), (8, 0), (14, 0), (15, 1)):
        for by, listed in ((clerk, selectors.sent_by), (ward_clerk, selectors.received_by)):
            with acting(by.scope):
                assert selectors.overdue(listed(by), later(at, day).day).count() == count


def test_a_sender_may_withdraw_what_nobody_has_opened(items, clerk, ward_clerk, at):
    message = write(items, clerk, at).message
    town_messages.make_move(message=message.pk, verb="withdraw", note="誤送信", by=clerk, at=at)
    assert town_messages.open_message(message=message.pk, by=ward_clerk, at=at).message.state == "WITHDRAWN"


@pytest.mark.parametrize(("changes", "field"), [
    ({"honseki": ""}, "honseki"), ({"address_since": "令和8年"}, "address_since"), ({"mood": "good"}, "mood"),
    ({"resident_code": "24727059600"}, "resident_code"), ({"name": "x" * 300}, "name"),
])  # fmt: skip
def test_a_notice_at_fault_is_refused_by_field(items, clerk, at, changes, field):
    with pytest.raises(Invalid) as caught:
        write(items | changes, clerk, at)
    assert field in [error.field for error in caught.value.errors]


@pytest.mark.parametrize("receiver", [CHIYODA, YOKOHAMA, "999999"])
def test_a_receiver_that_keeps_no_records_is_refused(items, clerk, at, receiver):
    with pytest.raises(Invalid) as caught:
        write(items, clerk, at, receiver=receiver)
    assert [error.field for error in caught.value.errors] == ["receiver"]


def test_a_kind_that_comes_of_an_act_is_not_written_by_hand(items, clerk, at):
    for kind in ("MOVE_IN_NOTICE", "WIDE_AREA", "MOVE_OUT_INFORMATION", "X"):
        with pytest.raises(Invalid):
            write(items, clerk, at, kind=kind)


def test_nobody_writes_of_another_towns_resident_or_without_the_duty(items, clerk, outsider, at):
    with pytest.raises(NotFound):
        write(items, outsider, at)
    with pytest.raises(Forbidden):
        write(items, actor(CHIYODA, "STAFF_ADMINISTRATOR"), at)


def test_a_key_is_one_notice(items, clerk, at):
    assert write(items, clerk, at).message.pk == write(items, clerk, later(at, 1)).message.pk
    with pytest.raises(Unprocessable):
        write(items | {"name": "別　人"}, clerk, at)


def test_a_towns_system_writes_and_asks_what_became_of_it(items, clerk, ward_clerk, at):
    system = registered(CHIYODA, "juki.write_town_messages", at=at)
    body = {"kind": "SUPPLEMENTARY_NOTICE", "receiver": TSURUMI, "key": "s-1", "items": items}
    sent = system.post(PATH, body).json()
    assert (sent["state"], sent["replayed"]) == ("sent", False)
    assert system.post(PATH, body).json()["replayed"]
    town_messages.make_move(message=sent["message"], verb="settle", by=ward_clerk, at=at)
    assert system.get(f"{PATH}?key=s-1").json()["state"] == "settled"
    assert (None, "honseki", "required") in faults(
        system.post(PATH, body | {"key": "s-2", "items": items | {"honseki": ""}})
    )
    problem(registered(SHINJUKU, "juki.write_town_messages", at=at).get(f"{PATH}?key=s-1"), 404)
    problem(registered(CHIYODA, "juki.notify", at=at).post(PATH, body), 403)


def test_a_clerk_writes_on_the_screen(items, clerk, at):
    account("chiyoda", CHIYODA, "COUNTER_CLERK", at=at)
    screen = sign_in(Client(), "chiyoda")
    form = items | {"kind": "SUPPLEMENTARY_NOTICE", "receiver": TSURUMI, "token": "t-1"}
    assert "本籍は必須です。" in screen.post("/juki/town-messages/new/", form | {"honseki": ""}).content.decode()
    sent = screen.post("/juki/town-messages/new/", form)
    assert sent.status_code == 302
    assert "神奈川県横浜市鶴見区鶴見中央三丁目20番" in screen.get(sent.url).content.decode()
    with acting(clerk.scope):
        assert TownMessage.objects.count() == 1
