"""The kiosk's pages, REST for an operator's centre, and the check of a received paper, over HTTP."""

import base64
import io
import shutil
import subprocess

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from jlis.kernel.isolation.scope import KONBINI, acting
from konbini.models import Charge, KioskSession, Transaction
from konbini.services import participants
from tests.conftest import CHIYODA
from tests.jpki.people import account, sign_in
from tests.juki.caller import System, problem, registered
from tests.konbini.town import OPERATOR

pytestmark = pytest.mark.django_db


@pytest.fixture
def kiosk(chiyoda, centre, at) -> Client:
    """A browser before the kiosk that this project plays; its town serves at any hour."""
    participants.register_kiosk(
        code="B0001", operator=OPERATOR, store="画面店", prefecture=13, in_browser=True, by=centre, at=at
    )
    return Client()


@pytest.fixture(autouse=True)
def _always_open(quick_passwords, monkeypatch):
    """These tests run at the clock's own hour."""
    monkeypatch.setattr("konbini.policies.is_open", lambda *_: True)


def signed_in(kiosk: Client, card) -> None:
    """The card on the reader and the PIN keyed there: what the page's script sends."""
    answer = kiosk.post(reverse("kiosk_card"), {"card": "1", "certificate": card.certificate})
    assert answer.status_code == 302, answer.content.decode()
    page = kiosk.get(reverse("kiosk_pin")).content.decode()
    challenge = base64.b64decode(page.split('data-challenge="')[1].split('"')[0])
    answer = kiosk.post(reverse("kiosk_pin"), {"signature": card.signs(challenge)})
    assert answer.status_code == 302, answer.content.decode()


def test_from_card_to_paper_at_the_kiosk(kiosk, card):
    assert "同意して始める" in kiosk.get(reverse("kiosk")).content.decode()
    signed_in(kiosk, card)
    menu = kiosk.get(reverse("kiosk_menu")).content.decode()
    assert "住民票の写し" in menu
    assert "300円" in menu
    assert "世帯全員" in kiosk.get(reverse("kiosk_options", args=["RESIDENCE_RECORD"])).content.decode()
    chosen = {"whole_household": "", "RELATION": "yes"}
    confirmed = kiosk.post(reverse("kiosk_confirm", args=["RESIDENCE_RECORD"]), chosen).content.decode()
    assert "記載する" in confirmed
    answer = kiosk.post(reverse("kiosk_issue", args=["RESIDENCE_RECORD"]), chosen)
    assert answer.status_code == 302, answer.content.decode()
    transaction = answer.url.split("/")[3]
    paper = kiosk.get(reverse("kiosk_paper", args=[transaction]))
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.headers["Cache-Control"].startswith("no-store") or "no-store" in paper.headers["Cache-Control"]
    done = kiosk.post(answer.url, {"result": "PRINTED"}).content.decode()
    assert "ご利用ありがとうございました" in done
    assert kiosk.get(reverse("kiosk_paper", args=[transaction])).status_code == 404
    with acting(KONBINI):
        assert Charge.objects.count() == 1


def test_a_failed_print_gives_the_money_back(kiosk, card):
    signed_in(kiosk, card)
    answer = kiosk.post(reverse("kiosk_issue", args=["RESIDENCE_RECORD"]))
    assert "料金をお返しします" in kiosk.post(answer.url, {"result": "FAILED"}).content.decode()
    with acting(KONBINI):
        assert not Charge.objects.exists()


def test_a_wrong_signature_is_a_page_with_the_way_back_and_ends_the_session(kiosk, card):
    kiosk.post(reverse("kiosk_card"), {"card": "1", "certificate": card.certificate})
    answer = kiosk.post(reverse("kiosk_pin"), {"signature": card.signs(b"other")})
    assert answer.status_code == 422
    assert "お取り扱いできません" in answer.content.decode()
    with acting(KONBINI):
        assert KioskSession.objects.get().state == "CLOSED"


def test_without_a_card_no_page_further_on_opens(kiosk):
    for page in ("kiosk_pin", "kiosk_menu"):
        assert kiosk.get(reverse(page)).status_code == 409
    assert kiosk.post(reverse("kiosk_issue", args=["RESIDENCE_RECORD"])).status_code == 409


def test_a_cookie_of_ones_own_making_opens_nothing(kiosk):
    kiosk.cookies["kiosk"] = "forged"
    assert kiosk.get(reverse("kiosk_menu")).status_code == 409


def test_no_pin_has_a_name_under_which_it_could_be_sent(kiosk, card):
    kiosk.post(reverse("kiosk_card"), {"card": "1", "certificate": card.certificate})
    page = kiosk.get(reverse("kiosk_pin")).content.decode()
    field = page[page.index('<input id="pin"') :].split(">")[0]
    assert " name=" not in field


def test_where_no_kiosk_is_played_there_is_none(chiyoda):
    assert Client().get(reverse("kiosk")).status_code == 404


@pytest.fixture
def centre_of_the_store(chiyoda, at) -> System:
    """The operator's centre over REST."""
    return registered(OPERATOR, "konbini.relay", at=at)


def test_an_operators_centre_goes_the_same_way_over_rest(centre_of_the_store, card):
    rest = centre_of_the_store
    opened = rest.post("/api/v1/konbini/sessions", {"kiosk": "K0001", "certificate": card.certificate})
    assert opened.status_code == 201
    at_session = f"/api/v1/konbini/sessions/{opened.json()['id']}"
    challenge = base64.b64decode(opened.json()["challenge"])
    menu = rest.post(f"{at_session}/proof", {"signature": card.signs(challenge)})
    assert menu.json()["menu"] == [{"kind": "RESIDENCE_RECORD", "label": "住民票の写し", "fee_yen": 300}]
    wanted = {"kind": "RESIDENCE_RECORD", "paid_yen": 300}
    made = rest.post(f"{at_session}/requests", wanted, Idempotency_Key="one")
    again = rest.post(f"{at_session}/requests", wanted, Idempotency_Key="one")
    assert made.status_code == 201
    assert made.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    paper = rest.get(made.json()["paper"])
    assert paper.content.startswith(b"%PDF-")
    told = rest.post(f"{at_session}/prints", {"transaction": made.json()["transaction"], "result": "PRINTED"})
    assert told.json()["state"] == "PRINTED"
    assert rest.get(made.json()["paper"]).status_code == 404
    assert rest.call("DELETE", at_session).status_code == 204
    with acting(KONBINI):
        assert Transaction.objects.count() == Charge.objects.count() == 1


def test_a_refusal_over_rest_is_a_problem_document_and_stays(centre_of_the_store, card):
    rest = centre_of_the_store
    opened = rest.post("/api/v1/konbini/sessions", {"kiosk": "K0001", "certificate": card.certificate})
    answer = rest.post(f"/api/v1/konbini/sessions/{opened.json()['id']}/proof", {"signature": card.signs(b"other")})
    assert problem(answer, 422)["code"] == "wrong_signature"
    with acting(KONBINI):
        assert KioskSession.objects.get().state == "CLOSED"


def test_a_received_paper_is_checked_by_a_scan_of_its_back(kiosk, card, tmp_path):
    if shutil.which("pdftoppm") is None:
        pytest.skip("no poppler-utils on this machine")
    signed_in(kiosk, card)
    answer = kiosk.post(reverse("kiosk_issue", args=["RESIDENCE_RECORD"]))
    (tmp_path / "paper.pdf").write_bytes(kiosk.get(f"{answer.url}paper/").content)
    subprocess.run(["pdftoppm", "-r", "150", "-gray", "-png", "-f", "2", "-l", "2", "paper.pdf", "back"],
                   cwd=tmp_path, check=True)  # fmt: skip
    scan = io.BytesIO()
    Image.open(next(tmp_path.glob("back*"))).rotate(-1.5, expand=True, fillcolor=250).save(scan, "JPEG", quality=60)
    scan.seek(0)
    scan.name = "scan.jpg"
    shown = Client().post(reverse("verify"), {"scan": scan}).content.decode()
    assert "交付したときのおもて面" in shown
    assert shown.count("data:image/png;base64,") == 2
    assert "千代田区" in shown


@pytest.mark.parametrize(
    ("upload", "says"),
    [
        (b"not a picture", "PNG、JPEG、PDFのいずれか"),
        (b"%PDF-1.7 broken", "PNG、JPEG、PDFのいずれか"),
        (b"\x89PNG\r\n\x1a\n truncated", "PNG、JPEG、PDFのいずれか"),
    ],
)
def test_whatever_else_is_sent_is_told_what_is_wanted(db, upload, says):
    scan = io.BytesIO(upload)
    scan.name = "scan.png"
    answer = Client().post(reverse("verify"), {"scan": scan})
    assert answer.status_code == 200
    assert says in answer.content.decode()


def test_a_picture_without_a_back_is_told_how_to_scan(db):
    scan = io.BytesIO()
    Image.new("L", (1240, 1754), 255).save(scan, "PNG")
    scan.seek(0)
    scan.name = "scan.png"
    assert "四隅の黒い四角" in Client().post(reverse("verify"), {"scan": scan}).content.decode()


def test_a_towns_supervisor_stops_the_own_town_and_no_other(chiyoda, at):
    account("chief", CHIYODA, "SUPERVISOR", at=at)
    browser = sign_in(Client(), "chief")
    assert "稼働中" in browser.get(reverse("konbini_counts")).content.decode()
    browser.post(reverse("konbini_switch", args=[CHIYODA]), {"step": "stop", "reason": "調査のため"})
    assert "停止中" in browser.get(reverse("konbini_counts")).content.decode()
    other = browser.post(reverse("konbini_switch", args=["131041"]), {"step": "stop", "reason": "x"}, follow=True)
    assert "ほかの団体" in other.content.decode()
