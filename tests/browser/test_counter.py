"""The screens in a real browser: search, a move by keyboard, confirmation; nothing amiss in the console."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, sync_playwright

from jlis.kernel.isolation.scope import acting
from jlis.kernel.people import services as people
from jlis.kernel.people.selectors import actor_named
from jlis.kernel.time import now
from juki.selectors import residents
from tests.conftest import CHIYODA
from tests.juki.factories import grown, tell, with_codes
from tests.scenarios.servers import house

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
]
PASSWORD = "a-long-password-1"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture
def chief():
    """A supervisor of Chiyoda with one resident to look for."""
    at = now()
    people.found_administrators(passwords=("first-password-1", "second-password-2"), organisation="JLIS", at=at)
    first, second = (actor_named(name) for name in people.FOUNDERS)
    staff = people.open_account(
        username="chief", family_name="係長", given_name="太郎", organisation=CHIYODA, password=PASSWORD,
        needs_second_factor=False, by=first, at=at,
    )  # fmt: skip
    grant = people.request_duty(staff_id=staff.pk, duty="SUPERVISOR", by=first, at=at)
    people.approve_duty(grant_id=grant.pk, by=second, at=at)
    chief = actor_named("chief")
    with_codes(chief, at)
    (taken,) = tell(grown(), by=chief, at=at)
    return chief, taken.resident_code


@contextmanager
def browsing() -> Iterator[tuple[Page, list[str]]]:
    """A page and what its console said. No database in this block: the browser's loop runs in this thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(locale="ja-JP")
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        yield page, said
        browser.close()


def sign_in(page: Page, address: str) -> None:
    page.goto(address)
    page.fill("[name=username]", "chief")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")


def test_a_clerk_finds_a_resident_and_notifies_a_move_by_keyboard(chief):
    actor, code = chief
    with house() as address, browsing() as (page, said):
        sign_in(page, address)
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
    assert said == []


def test_faults_are_named_at_the_top_and_take_the_focus(chief):
    with house() as address, browsing() as (page, said):
        sign_in(page, address)
        page.goto(f"{address}/juki/notices/new/R01/")
        with page.expect_navigation():
            page.click("button:has-text('確認へ進む')")
        assert "住民票コード：入力してください。" in page.inner_text("[role=alert]")
        assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert said == []
