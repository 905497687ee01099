"""The room's screens, walked as a chief, a clerk, the centre and the next town's clerk."""

import pytest
from django.test import Client

from bcl.models import Participation
from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.isolation.scope import SYSTEM, acting
from tests.bcl.copies import row_of, send, somebody
from tests.conftest import CHIYODA
from tests.jpki.people import account, sign_in

CHIEF, CLERK, OUTSIDER, CENTRE = "chief-131016", "clerk-131016", "clerk-131041", "operator-bcl"
PURPOSE = "JUKI-COUNTER"


@pytest.fixture
def people(db, quick_passwords, at):
    account(CHIEF, CHIYODA, "SUPERVISOR", at=at)
    account(CLERK, CHIYODA, "COUNTER_CLERK", at=at)
    account(OUTSIDER, "131041", "COUNTER_CLERK", at=at)
    account(CENTRE, "JLIS-BCL", "CLOUD_OPERATOR", at=at)


def entered(username: str, purpose: str = "") -> Client:
    client = sign_in(Client(), username)
    if purpose:
        session = client.session
        session["juki_purpose"] = purpose
        session.save()
    return client


def text(answered) -> str:
    assert answered.status_code == 200
    return answered.content.decode()


def test_a_town_takes_part_by_the_screens_of_both_sides(people):
    chief, centre = entered(CHIEF), entered(CENTRE)
    assert "参加を申し込む" in text(chief.get("/bcl/participation/"))
    form = {"office": CHIYODA, "pattern": "A", "mayor": "東京都千代田区長　見本　太郎", "seal": "千代田区長"}
    assert "参加を申し込みました" in text(chief.post("/bcl/participation/apply/", form, follow=True))
    assert "参加を申し込む" not in text(chief.get("/bcl/participation/"))
    assert "受付待ちの申込み" in text(centre.get("/desk/"))

    for who, verb, label in ((centre, "accept", "申込みの受付"), (centre, "start", "稼働の開始"),
                             (chief, "stop", "発行の停止"), (chief, "resume", "発行の再開")):  # fmt: skip
        url = f"/bcl/participation/{CHIYODA}/{verb}/"
        assert f">{label}</a>" in text(who.get("/bcl/participation/"))
        assert f"{label}を行う" in text(who.get(url))
        assert f"{label}を行いました" in text(who.post(url, {"step": "done"}, follow=True))
    assert Participation.objects.get().state == "SERVING"
    assert "できる状態ではありません" in text(centre.post(f"/bcl/participation/{CHIYODA}/start/", follow=True))


def test_a_confirmation_that_is_left_does_nothing(people, town):
    chief = entered(CHIEF)
    chief.post(f"/bcl/participation/{CHIYODA}/stop/", {"step": "back"})
    assert Participation.objects.get().state == "SERVING"


def test_who_signs_is_changed_from_a_day_on(people, town):
    chief = entered(CHIEF)
    url = f"/bcl/participation/{CHIYODA}/signatory/"
    form = {"mayor": "東京都千代田区長職務代理者　見本　花子", "seal": "千代田区長"}
    past = {"valid_from_era": "令和", "valid_from_year": "7", "valid_from_month": "1", "valid_from_day": "1"}

    assert "過去の日は使えません" in text(chief.post(url, form | past))
    assert "登録しました" in text(chief.post(url, form | past | {"valid_from_year": "30"}, follow=True))


def test_the_gaps_are_shown_so_that_the_town_sends_again(people, town, taro, at):
    send(town, at, row_of(taro, "2", sequence=7))
    html = text(entered(CLERK).get("/bcl/copies/"))

    assert '<td class="number">2</td><td class="number">6</td>' in html
    assert "順序待ちの副本の差分" in text(entered(CLERK).get("/desk/"))
    assert "千代田区" not in text(entered(OUTSIDER).get("/bcl/copies/")).partition("<main")[2]


def test_a_household_is_opened_for_a_purpose_and_written_down(people, town, taro, at):
    hanako = somebody(town, at, name="髙﨑　花子", sex="F")
    send(town, at, row_of(hanako, "1002", sequence=2, relation="02", name="髙﨑　花子", sex="F"))
    url = f"/bcl/residents/{hanako.pk}/household/"
    assert entered(CLERK).get(url).status_code == 302
    clerk = entered(CLERK, PURPOSE)

    html = text(clerk.get(url))

    assert html.index("髙﨑　太郎 <") < html.index("髙﨑　花子 <")
    for words in ("世帯主", "妻", "東京都千代田区九段南一丁目2番", "昭和55年2月17日", "令和2年4月1日"):
        assert words in html
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="bcl.household_opened")
    assert (entry.subject_count, entry.purpose) == (2, PURPOSE)
    assert f'href="{url}">世帯を開く' in text(clerk.get(f"/juki/residents/{hanako.pk}/"))


def test_of_a_protected_household_no_place_is_shown(people, town, taro, at):
    send(town, at, row_of(taro, sequence=2, protected="1", address="東京都千代田区丸の内九丁目9番9号"))
    html = text(entered(CLERK, PURPOSE).get(f"/bcl/residents/{taro.pk}/household/"))

    assert "支援措置対象" in html
    for place in ("丸の内", "鶴見中央", "九段南"):
        assert place not in html


def test_another_towns_clerk_and_the_centre_open_nothing(people, town, taro):
    url = f"/bcl/residents/{taro.pk}/household/"

    assert entered(OUTSIDER, PURPOSE).get(url).status_code == 404
    assert entered(CENTRE, PURPOSE).get(url).status_code == 403
    assert entered(CENTRE).get("/bcl/copies/").status_code == 403
    assert entered(CLERK).get("/bcl/participation/").status_code == 403
    assert entered(CENTRE).get(f"/bcl/participation/{CHIYODA}/signatory/").status_code == 403
    assert entered(CENTRE).get("/bcl/participation/131041/start/").status_code == 404


def test_a_wrong_purpose_opens_nothing(people, town, taro):
    assert entered(CLERK, "PREF-DISASTER").get(f"/bcl/residents/{taro.pk}/household/").status_code == 403
