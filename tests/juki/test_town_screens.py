"""The screens between towns, walked through: inbox, move-outs, special move-in, 広域交付; closed to other duties."""

import re

import pytest
from django.test import Client

from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import Moment, now
from juki import card_proofs
from juki.card_proofs import CardProof
from juki.models import MoveOut, TownDesk
from juki.services import town_messages
from juki.web import wide_area as wide_area_screen
from tests.conftest import CHIYODA, SHINJUKU, TSURUMI
from tests.jpki.people import account, sign_in
from tests.juki.factories import with_codes
from tests.juki.test_wide_area import FRIDAY, MEMBER, SETTINGS
from tests.juki.towns import HEAD, held, leaves, living, messages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


@pytest.fixture
def today() -> Moment:
    """The screens' own day."""
    return now()


@pytest.fixture
def screens(clerk, outsider, at):
    """A supervisor at the screen in each of two towns."""
    for town in (clerk, outsider):
        with_codes(town, at)
    account("chiyoda", CHIYODA, "SUPERVISOR", at=at)
    account("shinjuku", SHINJUKU, "SUPERVISOR", at=at)
    return sign_in(Client(), "chiyoda"), sign_in(Client(), "shinjuku")


class Reader:
    """A reader on which one resident's card lies."""

    def __init__(self, resident):
        self.resident = resident

    def prove(self, *, card_number, pin, by, at, purpose):
        return CardProof(self.resident.pk, "7", pin == "1234", at.instant)


def html(response) -> str:
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.content.decode()


def test_a_special_move_in_is_walked_through_and_the_former_town_sees_it(screens, clerk, outsider, today, monkeypatch):
    chiyoda, shinjuku = screens
    mover, child = living(clerk, today), living(clerk, today, name="髙﨑　小太郎")
    monkeypatch.setattr(card_proofs, "_provers", [Reader(mover)])
    for one in (mover, child):
        leaves(one, by=clerk, at=today)
    listed = html(chiyoda.get("/juki/move-outs/"))
    assert "髙﨑　太郎" in listed
    with acting(clerk.scope):
        own, other = MoveOut.objects.get(resident=mover.pk), MoveOut.objects.get(resident=child.pk)
    form = {name: value for name, value in HEAD.items() if value is not True} | {
        "destination": "東京都新宿区", "with_card": "on", "family": [str(other.pk)], "relations": "子"
    }  # fmt: skip
    assert "世帯員の数だけ" in html(chiyoda.post(f"/juki/move-outs/{own.pk}/information/", form | {"relations": ""}))
    assert chiyoda.post(f"/juki/move-outs/{own.pk}/information/", form).status_code == 302

    asked = {"card_number": "26M0000000000017", "pin": "0000", "moved_on": today.day.isoformat(), "with_family": "on"}
    assert "カードが有効でない" in html(shinjuku.post("/juki/special-move-ins/new/", asked))
    opened = shinjuku.post("/juki/special-move-ins/new/", asked | {"pin": "1234"})
    assert opened.status_code == 302
    page = html(shinjuku.get(opened.url))
    assert "髙﨑　小太郎" in page
    assert "基礎年金番号" in page
    assert html(shinjuku.post(opened.url, {"town": ""})).count("入力してください。") >= 2
    address = {"town": "西新宿二丁目", "lot": "8番1号", "codes": [child.resident_code]}
    done = shinjuku.post(opened.url, address)
    assert done.status_code == 302
    assert "転入を通知しました" in html(shinjuku.get(opened.url))
    assert "転入済み" in html(shinjuku.get("/juki/special-move-ins/"))

    inbox = html(chiyoda.get("/juki/town-messages/"))
    assert inbox.count(">転入通知</a>") == 2
    (notice, _) = messages(clerk, kind="MOVE_IN_NOTICE")
    assert "西新宿二丁目8番1号" in html(chiyoda.get(f"/juki/town-messages/{notice.pk}/"))
    assert chiyoda.get(f"/juki/wide-area/{notice.pk}/answer/").status_code == 404
    assert chiyoda.post(f"/juki/town-messages/{notice.pk}/settle/", {"note": ""}).status_code == 302
    assert html(chiyoda.get("/juki/town-messages/")).count(">転入通知</a>") == 1
    rest = [str(each.pk) for each in messages(clerk, kind="MOVE_IN_NOTICE", state="SENT")]
    assert chiyoda.post("/juki/town-messages/settle/", {"message": rest}).status_code == 302
    assert ">転入通知</a>" not in html(chiyoda.get("/juki/town-messages/"))
    assert "転入通知" in html(shinjuku.get("/juki/town-messages/?box=sent&only=all"))
    assert "未処理の市町村間の通知" in html(chiyoda.get("/desk/"))


def test_a_sitting_is_given_up(screens, clerk, today, monkeypatch):
    _, shinjuku = screens
    mover = living(clerk, today)
    monkeypatch.setattr(card_proofs, "_provers", [Reader(mover)])
    leaves(mover, by=clerk, at=today)
    asked = {"card_number": "26M0000000000017", "pin": "1234", "moved_on": today.day.isoformat()}
    opened = shinjuku.post("/juki/special-move-ins/new/", asked)
    assert "転出地の回答を待っています" in html(shinjuku.get(opened.url))
    assert shinjuku.post(f"{opened.url}end/").status_code == 302
    assert "この手続はやめました" in html(shinjuku.get(opened.url))


def test_a_wide_area_request_is_answered_by_hand_and_drawn(screens, clerk, outsider, at, monkeypatch):
    chiyoda, shinjuku = screens
    town_messages.set_desk(office=SHINJUKU, values=SETTINGS, by=outsider, at=at)
    monkeypatch.setattr(wide_area_screen, "now", lambda: FRIDAY)
    resident = living(clerk, at)
    empty = {"document": "LICENCE", "who": "SELF"}
    assert "氏名・生年月日・性別" in html(shinjuku.post("/juki/wide-area/new/", empty))
    asked = shinjuku.post("/juki/wide-area/new/", empty | {
        "name": "高崎太郎", "birth_date_era": "昭和", "birth_date_year": "55", "birth_date_month": "2",
        "birth_date_day": "17", "sex": "M", "options": ["relation"],
    })  # fmt: skip
    assert asked.status_code == 302
    (message,) = messages(clerk)
    assert message.resident == resident.pk
    assert "回答を入力する" in html(chiyoda.get(asked.url))
    page = html(chiyoda.get(f"/juki/wide-area/{message.pk}/answer/"))
    assert 'value="髙﨑　太郎"' in page
    assert "本籍" not in re.sub(r"<p class=.lead.*?</p>", "", page, flags=re.S)
    assert chiyoda.get(f"/juki/wide-area/{message.pk}/answer/", {"members": "1" * 5000}).status_code == 200
    given = {f"m0-{name}": value for name, value in MEMBER.items() if name not in ("honseki", "koseki_head")}
    assert "続柄が請求されています" not in page
    assert (
        html(chiyoda.post(f"/juki/wide-area/{message.pk}/answer/", {"members": "1"})).count("入力してください。") >= 2
    )
    assert chiyoda.post(f"/juki/wide-area/{message.pk}/answer/", given | {"members": "1"}).status_code == 302
    assert "写しを作成する" in html(shinjuku.get(asked.url))
    paper = shinjuku.post(f"/juki/wide-area/{message.pk}/paper/")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")


def test_the_town_sets_its_days_hours_and_signatory(screens, clerk):
    chiyoda, _ = screens
    asked = {"days_until_missing": "40", "days_to_settle": "5", "wide_area_opens": "9:00", "wide_area_closes": "8:00"}
    assert "終了時刻は開始時刻より後" in html(chiyoda.post("/juki/town-desk/", asked))
    assert chiyoda.post("/juki/town-desk/", asked | {"wide_area_closes": "16:30"}).status_code == 302
    with acting(clerk.scope):
        assert TownDesk.objects.get(pk=CHIYODA).days_until_missing == 40
    assert 'value="40"' in html(chiyoda.get("/juki/town-desk/"))


def test_the_next_but_one_town_finds_nothing_under_these_addresses(screens, clerk, outsider, at):
    mover = living(clerk, at)
    held(leaves(mover, by=clerk, at=at), by=clerk, at=at)
    account("tsurumi", TSURUMI, "SUPERVISOR", at=at)
    stranger = sign_in(Client(), "tsurumi")
    with acting(clerk.scope):
        pk = MoveOut.objects.get().pk
    assert stranger.get(f"/juki/move-outs/{pk}/information/").status_code == 404
    assert "髙﨑" not in html(stranger.get("/juki/move-outs/"))


ADDRESSES = (
    "/juki/town-messages/", "/juki/move-outs/", "/juki/special-move-ins/", "/juki/special-move-ins/new/",
    "/juki/wide-area/new/", "/juki/town-desk/",
)  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_other_duties_are_shown_the_door(address, at):
    account("admin", CHIYODA, "STAFF_ADMINISTRATOR", at=at)
    assert sign_in(Client(), "admin").get(address).status_code == 403
    assert Client().get(address).status_code == 302
