"""An extract on two screens: asked for by one, approved by another, fetched with its digest; nobody approves alone."""

import csv
import hashlib
import io

import pytest

from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.jobs.models import Job
from jlis.kernel.time import now
from tests.browser.browsing import browsing, desk, hire, needs_browser
from tests.conftest import CHIYODA, TOKYO
from tests.juki.factories import grown, tell, with_codes
from tests.scenarios.servers import house

pytestmark = needs_browser


@pytest.fixture
def prefecture():
    """Two of the prefecture's staff, and two residents of one of its towns."""
    chief = hire("chief", CHIYODA, "SUPERVISOR")
    with_codes(chief, now())
    tell(grown(), grown(name="𠮷田　花子", name_kana="ヨシダ　ハナコ", sex="F"), by=chief, at=now())
    hire("operator", TOKYO, "EXTRACT_OPERATOR")
    hire("approver", TOKYO, "EXTRACT_APPROVER")


def test_a_second_person_approves_what_the_first_asked_for_and_the_first_fetches_it(prefecture):
    with house() as address, browsing() as browser:
        asks, approves = desk(browser, address), desk(browser, address)
        page, second = asks.sign_in("operator"), approves.sign_in("approver")

        asks.go("/juki/extracts/new/")
        page.select_option("[name=affair]", "PREF-DISASTER")
        for part, value in (("year", "8"), ("month", "11"), ("day", "21")):
            page.fill(f"[name=from_on_{part}]", value)
        page.check("[name=encoding][value='UTF-8']")
        with page.expect_navigation():
            page.click("button:has-text('依頼する')")
        assert "別の担当者の承認を待っています" in page.inner_text("main")
        assert "承認待ち" in page.inner_text("h1")
        assert page.locator("button:has-text('承認する')").count() == 0, "the first person is offered no approval"

        approves.go("/desk/")
        for link in ("承認待ち", "本人確認情報の一括抽出"):
            with second.expect_navigation():
                second.click(f"main a:has-text('{link}')")
        for shown in ("災害時における被災住民の把握に関する事務", "基準日の在住者", "都道府県全域", "見本 operator"):
            assert shown in second.inner_text("main")
        with second.expect_navigation():
            second.click("button:has-text('承認する')")
        assert second.locator("button:has-text('結果を受け取る')").count() == 0, "the approver is no operator"

        page.wait_for_selector("button:has-text('結果を受け取る')", timeout=60_000)
        digest = page.inner_text("main code")
        with page.expect_download() as fetched:
            page.click("button:has-text('結果を受け取る')")
        octets = fetched.value.path().read_bytes()
        said = asks.said + approves.said
    assert hashlib.sha256(octets).hexdigest() == digest
    rows = list(csv.DictReader(io.StringIO(octets.decode("utf-8-sig"))))
    assert [row["氏名(漢字)"] for row in rows] == ["髙﨑　太郎", "𠮷田　花子"]
    assert said == []
    with acting(SYSTEM):
        job = Job.objects.get()
    assert (job.requested_by_label, job.approved_by_label) == ("東京都 見本 operator", "東京都 見本 approver")
    assert job.fetched == 1


def test_a_request_is_sent_back_only_with_a_reason_which_the_first_person_reads(prefecture):
    with house() as address, browsing() as browser:
        asks, approves = desk(browser, address), desk(browser, address)
        page, second = asks.sign_in("operator"), approves.sign_in("approver")
        asks.go("/juki/extracts/new/")
        page.select_option("[name=affair]", "PREF-DISASTER")
        for part, value in (("year", "8"), ("month", "11"), ("day", "21")):
            page.fill(f"[name=from_on_{part}]", value)
        with page.expect_navigation():
            page.click("button:has-text('依頼する')")

        second.goto(page.url)
        with second.expect_navigation():
            second.click("button:has-text('差し戻す')")
        assert "差戻しには理由が必要です。" in second.inner_text("main")
        second.fill("[name=reason]", "対象の団体を絞ってください。")
        with second.expect_navigation():
            second.click("button:has-text('差し戻す')")

        page.reload()
        assert "差戻し" in page.inner_text("h1")
        assert "対象の団体を絞ってください。" in page.inner_text("main")
        assert page.locator("button:has-text('結果を受け取る')").count() == 0
