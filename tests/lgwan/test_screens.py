"""The screens, walked as a body, the centre and the approver walk them, and as others cannot."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jlis.demo.network import SURVEY
from jlis.kernel.isolation.scope import LGWAN, acting
from jlis.kernel.time import Moment, now
from lgwan.models import Provider, Service
from tests.conftest import CHIYODA, SHINJUKU
from tests.jpki.people import account, sign_in
from tests.lgwan.test_loading import HEADING, MAIN, STANDBY

pytestmark = pytest.mark.django_db
CONTACT = {"contact_department": "情報課", "contact_name": "見本 花子", "contact_telephone": "03-0000-0000"}


@pytest.fixture
def at() -> Moment:
    """The screens' own clock."""
    return now()


@pytest.fixture
def enter(db, quick_passwords, at):
    """Somebody who has signed in: `enter("officer", CHIYODA, "NETWORK_OFFICER")`."""

    def entered(username: str, organisation: str, duty: str) -> Client:
        account(username, organisation, duty, at=at)
        return sign_in(Client(), username)

    return entered


@pytest.fixture
def town(enter) -> Client:
    return enter("officer", CHIYODA, "NETWORK_OFFICER")


@pytest.fixture
def centre(enter) -> Client:
    return enter("reviewer", "JLIS-LGWAN", "LGWAN_REVIEWER")


def text(response) -> str:
    assert response.status_code == 200, response.content.decode()[:400]
    return re.sub(r"[ \n]+", " ", response.content.decode())


def cells(page: str, name: str) -> list[str]:
    """The figures of a prefecture's line."""
    line = re.search(rf'<th scope="row">{name}</th>(.*?)</tr>', page)
    assert line, name
    return re.findall(r"<td[^>]*>(.*?)</td>", line.group(1))


def csv_file(*rows: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("circuits.csv", "\n".join([HEADING, *rows]).encode(), "text/csv")


def test_the_survey_is_loaded_shown_and_taken_home(centre, town):
    told = {
        "as_of": "2018-04-09", "title": "第4次の調査", "source": "見本", "generation": "4", "is_provisional": "on",
        "prefectures_redundant": "41",
    }  # fmt: skip
    load = "/lgwan/redundancy/load/"
    broken = SimpleUploadedFile("s.csv", SURVEY.read_bytes().replace(b"180,1,28,2,11,41", b"180,1,28,2,11,42"))
    assert "41と合いません" in text(centre.post(load, told | {"file": broken}))
    done = text(centre.post(load, told | {"file": SimpleUploadedFile("s.csv", SURVEY.read_bytes())}, follow=True))
    assert "47行を登録しました" in done

    page = text(town.get("/lgwan/redundancy/?of=2018-04-09"))
    assert cells(page, "計") == ["1,788", "56", "715", "279", "240", "196", "40.0%"]
    assert cells(page, "鹿児島県") == ["44", "0", "0", "0", "0", "0", "0.0%"]
    assert "表からは求められません" in page
    file = town.get("/lgwan/redundancy/csv?of=2018-04-09")
    lines = file.content.decode("utf-8-sig").splitlines()
    assert (len(lines), lines[-1]) == (49, "計,1788,56,715,279,240,196,40.0")
    assert "attachment" in file.headers["Content-Disposition"]
    assert town.get("/lgwan/redundancy/?of=2019-04-09").status_code == 404


def test_circuits_are_loaded_all_or_nothing_and_seen_by_their_body(centre, town, enter):
    load = "/lgwan/circuits/load/"
    bad = MAIN.replace("2024-10-01", "いつか")
    refused = text(centre.post(load, {"file": csv_file(MAIN, bad), "accept": "ALL"}))
    assert "登録 0件、受け付けない行 1件" in refused
    assert "適用開始日を日付として読めません" in refused
    standby = STANDBY.replace("PLANNED", "IN_SERVICE").replace("2027-04-01", "2024-10-01")
    good = csv_file(MAIN, standby, MAIN.replace(CHIYODA, SHINJUKU))
    assert "登録 3件" in text(centre.post(load, {"file": good, "accept": "ALL"}, follow=True))

    own = text(town.get("/lgwan/circuits/"))
    assert "千代田区" in own
    assert "新宿区" not in own
    assert SHINJUKU not in town.get("/lgwan/circuits/csv").content.decode()
    assert SHINJUKU in centre.get("/lgwan/circuits/csv?").content.decode()
    assert "新宿区" not in text(centre.get("/lgwan/circuits/?generation=4"))
    # Counts name no body, so everybody sees them whole.
    assert cells(text(town.get("/lgwan/redundancy/")), "東京都") == ["2", "0", "1", "0", "1", "0", "50.0%"]
    assert town.get(load).status_code == 403
    assert enter("approver", "JLIS-LGWAN", "LGWAN_APPROVER").post(load, {}).status_code == 403


def test_from_the_application_to_the_catalogue_and_a_change(centre, town, enter, at):
    second, approver = (
        enter("second", "JLIS-LGWAN", "LGWAN_REVIEWER"),
        enter("approver", "JLIS-LGWAN", "LGWAN_APPROVER"),
    )
    entered = centre.post("/lgwan/providers/new/", {"kind": "COMPANY", "name": "見本電算株式会社"}, follow=True)
    assert "提供者として登録しました" in text(entered)
    with acting(LGWAN):
        company = Provider.objects.get()
    assert "サービスの区分" in text(centre.get("/lgwan/services/new/"))
    hosting = {"provider": company.pk, "name": "見本ホスティング", "summary": "見本", **CONTACT}
    wanting = text(centre.post("/lgwan/services/new/?layer=HOSTING", hosting | {"name": ""}))
    assert "サービス名：入力してください" in wanting
    codes = ["FORM", "ELIGIBILITY", "TERMS", "CONFIGURATION", "FILTERS", "CERTIFICATES", "OPERATION"]
    apply = "/lgwan/services/new/?layer=HOSTING"
    made = text(centre.post(apply, hosting | {"submitted": codes}, follow=True))
    assert "申込受付" in made
    with acting(LGWAN):
        service = Service.objects.get()
    page = f"/lgwan/services/{service.pk}/"

    assert "それぞれ別の人が行います" in text(centre.get(page))
    assert centre.post(f"{page}begin_review/").status_code == 403
    assert "書類審査の開始を行いました" in text(second.post(f"{page}begin_review/", follow=True))
    assert "質問を送りました" in text(second.post(f"{page}questions/", {"text": "電源は。"}, follow=True))
    judged = {f"paper-{code}": "GOOD" for code in codes}
    assert "7件記録しました" in text(second.post(f"{page}judgement/", judged, follow=True))
    assert "回答のない質問があります" in text(second.post(f"{page}begin_test/"))
    with acting(LGWAN):
        question = service.filings.get().questions.get()
    answered = centre.post(f"/lgwan/questions/{question.pk}/", {"text": "二系統。"}, follow=True)
    assert "二系統。" in text(answered)
    for verb in ("begin_test", "pass_test"):
        text(second.post(f"{page}{verb}/", follow=True))
    assert "承認・登録を行いました" in text(approver.post(f"{page}approve/", follow=True))
    assert "見本ホスティング" not in text(town.get("/lgwan/catalogue/"))
    text(second.post(f"{page}publish/", follow=True))

    shown = text(town.get("/lgwan/catalogue/?layer=HOSTING"))
    number = f"H{at.day.year if at.day.month > 3 else at.day.year - 1}-0001"
    assert number in shown
    assert "見本 花子" not in shown
    assert number in town.get("/lgwan/catalogue/csv").content.decode("utf-8-sig")
    assert town.get(page).status_code == 404
    change = {"name": "見本ホスティング改", "summary": "見本", "users": "", "note": "増設"}
    assert "変更届を行いました" in text(centre.post(f"{page}file_change/", change, follow=True))
    assert "見本ホスティング改" in text(approver.get(page))
    text(approver.post(f"{page}accept_change/", follow=True))
    assert "見本ホスティング改" in text(town.get("/lgwan/catalogue/"))
    counts = text(town.get("/lgwan/catalogue/counts/"))
    assert cells(counts, "公開中") == ["0", "1", "0", "0", "1"]


def test_a_body_applies_for_itself_and_the_next_town_finds_nothing(town, enter, centre, at):
    told = {"name": "町の地図", "summary": "見本", **CONTACT}
    made = town.post("/lgwan/services/new/?layer=HOSTING", told, follow=True)
    assert "東京都千代田区" in text(made)
    with acting(LGWAN):
        page = f"/lgwan/services/{Service.objects.get().pk}/"
    assert "3件提出しました" in text(
        town.post(f"{page}papers/", {"papers": ["FORM", "TERMS", "FILTERS", "CONTENT"]}, follow=True)
    )
    contact = CONTACT | {"contact_name": "見本 次郎"}
    assert "見本 次郎" in text(town.post(f"{page}contact/", contact, follow=True))
    assert "町の地図" in text(town.get("/lgwan/services/?state=APPLIED"))

    next_town = enter("next", SHINJUKU, "NETWORK_OFFICER")
    assert "町の地図" not in text(next_town.get("/lgwan/services/"))
    for path in (page, f"{page}withdraw/", f"{page}contact/"):
        assert next_town.get(path).status_code == 404
    assert next_town.post(f"{page}papers/", {"papers": ["FORM"]}).status_code == 404
    assert "取下げを行いました" in text(town.post(f"{page}withdraw/", follow=True))
    assert town.get(f"{page}approve/").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "redundancy/", "redundancy/csv", "redundancy/load/", "circuits/", "circuits/csv", "circuits/load/", "services/",
        "services/new/", "services/1/", "services/1/withdraw/", "questions/1/", "providers/new/",
        "services/1/contact/", "services/1/papers/", "services/1/judgement/", "services/1/questions/", "catalogue/",
        "catalogue/csv", "catalogue/counts/",
    ],
)  # fmt: skip
def test_a_clerk_of_the_counter_has_no_door_here(enter, path):
    clerk = enter("clerk", CHIYODA, "COUNTER_CLERK")
    assert clerk.get(f"/lgwan/{path}").status_code == 403
    assert Client().get(f"/lgwan/{path}").status_code == 302


def test_what_waits_stands_on_the_desk(enter, town, centre):
    town.post("/lgwan/services/new/?layer=HOSTING", {"name": "町の地図", "summary": "見本", **CONTACT})
    assert "審査を待つ申込み" in text(centre.get("/desk/"))
    assert "回答していない質問" in text(town.get("/desk/"))
    assert "承認を待つ申込み" in text(enter("approver", "JLIS-LGWAN", "LGWAN_APPROVER").get("/desk/"))
