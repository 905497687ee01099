"""緊急事案 on the screen, walked by the town, its prefecture, the ministry and J-LIS; and as others cannot."""

import re

import pytest
from django.test import Client

from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.time import Moment, now
from juki.models import EmergencyCase
from tests.conftest import CHIYODA, SHINJUKU, TOKYO
from tests.jpki.people import account, sign_in
from tests.juki.test_disclosure_paper import needs_poppler, text_of

pytestmark = pytest.mark.django_db
PAGE = "/juki/emergencies/"
NOTICED = {"affair": "REGISTER", "kind": "LEAK", "noticed_on": "2020-11-20", "noticed_time": "9:30"}
FIRST = {"department": "住民課", "overview": "別の世帯あての封筒に入れた。", "press": "UNDECIDED",
         "contact_department": "住民課", "contact_name": "見本 花子", "contact": "03-0000-0000"}  # fmt: skip
REST = {"happened": "調査中", "press": "NONE", "countermeasures": "回収した。", "prevention": "二人で確かめる。",
        "leaked": "住所", "persons": "2", "leaked_from": "窓口", "leaked_to": "別の世帯",
        "management": "一人で行った。"}  # fmt: skip


@pytest.fixture
def at() -> Moment:
    """The screens' own clock."""
    return now()


@pytest.fixture
def enter(db, quick_passwords, at):
    """Somebody who has signed in: `enter("chief", CHIYODA, "SUPERVISOR")`."""

    def entered(username: str, organisation: str, duty: str) -> Client:
        account(username, organisation, duty, at=at)
        return sign_in(Client(), username)

    return entered


def text(response) -> str:
    assert response.status_code == 200, response.content.decode()[:400]
    return re.sub(r"[ \n]+", " ", response.content.decode())


def the_case() -> str:
    with acting(REGISTRY):
        return f"{PAGE}{EmergencyCase.objects.order_by('recorded_at').last().pk}/"


def test_from_the_town_by_the_prefecture_to_the_ministry(enter):
    town = enter("chief", CHIYODA, "SUPERVISOR")
    prefecture = enter("prefecture", TOKYO, "PREFECTURE_OFFICER")
    ministry = enter("ministry", "MIC", "MINISTRY_OFFICER")
    assert "事務：選んでください" in text(town.post(f"{PAGE}new/", NOTICED | {"affair": ""}))
    form = text(town.post(f"{PAGE}new/", NOTICED, follow=True))
    assert "第一報（都道府県へ）" in form
    page = the_case()
    assert "まだ報告していません" in text(town.get(page))
    assert prefecture.get(page).status_code == 404
    refused = text(town.post(f"{page}report/", FIRST | {"overview": "対象者の番号は123456789018"}))
    assert "個人番号または住民票コードと読める数字があります" in refused
    assert "都道府県に報告済み" in text(town.post(f"{page}report/", FIRST, follow=True))
    assert ministry.get(page).status_code == 404

    assert "終わっていない緊急事案" in text(prefecture.get("/desk/"))
    assert "個人情報の漏えい" in text(prefecture.get(PAGE))
    assert "総務省に報告済み" in text(prefecture.post(f"{page}forward/", follow=True))
    assert prefecture.get(f"{page}forward/").status_code == 404
    assert "別の世帯あての封筒に入れた。" in text(ministry.get(page))
    assert "内容・理由：入力してください" in text(ministry.post(f"{page}ask/", {"note": ""}))
    assert "枚数を確かめてください" in text(
        ministry.post(f"{page}ask/", {"note": "枚数を確かめてください"}, follow=True)
    )

    former = text(town.get(f"{page}finish/"))
    assert "別の世帯あての封筒に入れた。" in former
    wanting = text(town.post(f"{page}finish/", FIRST))
    assert "対応策：入力してください" in wanting
    text(town.post(f"{page}finish/", FIRST | REST, follow=True))
    assert ministry.get(f"{page}reports/2/").status_code == 404
    text(prefecture.post(f"{page}forward_final/", follow=True))
    closed = text(ministry.post(f"{page}close/", follow=True))
    assert "終結" in closed
    assert "第2報（最終報）" in closed
    assert "該当する緊急事案はありません" in text(town.get(PAGE))
    assert "終結" in text(town.get(f"{PAGE}?state="))
    paper = town.get(f"{page}reports/2/")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")


def test_jlis_names_the_body_and_the_body_takes_it_up(enter):
    centre, town = enter("centre", "JLIS-JUKI", "REGISTRY_OPERATOR"), enter("chief", CHIYODA, "SUPERVISOR")
    assert "団体コードの都道府県・市区町村はありません" in text(
        centre.post(f"{PAGE}new/", NOTICED | {"place": "999999"})
    )
    text(centre.post(f"{PAGE}new/", NOTICED | {"place": CHIYODA}, follow=True))
    page = the_case()
    assert town.post(f"{page}take-up/").status_code == 404
    text(centre.post(f"{page}report_up/", FIRST, follow=True))
    assert "自団体の事案として記録する" in text(town.get(page))
    assert "自団体の事案として記録しました" in text(town.post(f"{page}take-up/", follow=True))
    assert "自団体の事案として記録する" not in text(town.get(page))
    assert "すでに自団体の事案として" in text(town.post(f"{page}take-up/", follow=True))


@pytest.mark.parametrize("path", ["", "new/", "{case}", "{case}report/", "{case}reports/1/"])
def test_who_has_no_business_here(enter, path):
    town = enter("chief", CHIYODA, "SUPERVISOR")
    town.post(f"{PAGE}new/", NOTICED)
    wanted = path.replace("{case}", the_case()) if path.startswith("{") else PAGE + path
    assert enter("clerk", CHIYODA, "COUNTER_CLERK").get(wanted).status_code == 403
    assert Client().get(wanted).status_code == 302
    if path.startswith("{"):
        assert enter("next", SHINJUKU, "SUPERVISOR").get(wanted).status_code == 404


@needs_poppler
def test_the_paper_holds_each_item_and_the_road(enter):
    town = enter("chief", CHIYODA, "SUPERVISOR")
    town.post(f"{PAGE}new/", NOTICED)
    town.post(f"{the_case()}report/", FIRST)
    printed = text_of(town.get(f"{the_case()}reports/1/").content)
    for words in (
        "緊急事案報告書（第一報）",
        "東京都御中",
        "別の世帯あての封筒に入れた。",
        "（未確認）",
        "検知の記録",
    ):
        assert words in "".join(printed.split())
