"""The screens in a real browser: search, a move by keyboard, confirmation; nothing amiss in the console."""

import pytest

from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import now
from juki.selectors import residents
from tests.browser.browsing import browsing, desk, hire, needs_browser
from tests.conftest import CHIYODA
from tests.juki.factories import grown, tell, with_codes
from tests.scenarios.servers import house

pytestmark = needs_browser


@pytest.fixture
def chief():
    """A supervisor of Chiyoda with one resident to look for."""
    chief = hire("chief", CHIYODA, "SUPERVISOR")
    with_codes(chief, now())
    (taken,) = tell(grown(), by=chief, at=now())
    return chief, taken.resident_code


def test_a_clerk_finds_a_resident_and_notifies_a_move_by_keyboard(chief):
    actor, code = chief
    with house() as address, browsing() as browser:
        counter = desk(browser, address)
        page = counter.sign_in("chief")
        page.goto(f"{address}/juki/residents/")
        page.fill("[name=name]", "高崎　太郎")
        page.fill("[name=address]", "東京都千代田区")
        page.select_option("[name=purpose]", "JUKI-COUNTER")
        with page.expect_navigation():
            page.press("[name=name]", "Enter")
        with page.expect_navigation():
            page.locator("table.data a").first.press("Enter")
        assert "髙﨑　太郎" in page.inner_text("h1")
        with page.expect_navigation():
            page.locator("a:text-is('転居')").press("Enter")
        for part, value in (("year", "8"), ("month", "11"), ("day", "20")):
            page.fill(f"[name=changed_on_{part}]", value)
        page.fill("#id_town", "いちばん")
        page.wait_for_selector("[role=option]")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.fill("#id_lot", "5番地")
        with page.expect_navigation():
            page.locator("button:has-text('確認へ進む')").press("Enter")
        assert "署名用電子証明書が失効します" in page.inner_text("main")
        with page.expect_navigation():
            page.locator("button:has-text('この内容で通知する')").press("Enter")
        assert "通知しました" in page.inner_text("main")
    with acting(actor.scope):
        assert residents.by_code(code).address == "東京都千代田区一番町5番地"
    assert counter.said == []


def test_faults_are_named_at_the_top_and_take_the_focus(chief):
    with house() as address, browsing() as browser:
        counter = desk(browser, address)
        page = counter.sign_in("chief")
        page.goto(f"{address}/juki/notices/new/R01/")
        with page.expect_navigation():
            page.click("button:has-text('確認へ進む')")
        assert "住民票コード：入力してください。" in page.inner_text("[role=alert]")
        assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert counter.said == []
