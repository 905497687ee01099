"""The kiosk in a real browser: card, PIN, choice, money, paper; a wrong PIN first, and nothing amiss in the console."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

from jlis.demo.life import PINS
from jlis.kernel.time import now
from tests.browser.browsing import Desk, browsing, desk, needs_browser
from tests.scenarios.life import BORN, StoryLife, company_with_a_kiosk
from tests.scenarios.servers import house

pytestmark = needs_browser


@contextmanager
def before_the_kiosk(tmp_path: Path) -> Iterator[tuple[Desk, str]]:
    """The kiosk's first page, with a live card beside it and the card's number."""
    company = company_with_a_kiosk(in_browser=True)
    with house() as address:
        company.found_authorities(address)
        life = StoryLife(company, address)
        life.is_born(at=BORN)
        life.applies(at=now())
        card = life.takes_the_card(at=now())
        with browsing() as browser:
            kiosk = desk(browser, address)
            kiosk.go("/kiosk/")
            yield kiosk, card.card_number


def pictured(page: Page, name: str) -> None:
    """A screenshot, where somebody wants to look."""
    if folder := os.environ.get("KIOSK_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def keyed(page: Page, pin: str) -> None:
    for figure in pin:
        page.get_by_role("button", name=figure, exact=True).click()
    page.get_by_role("button", name="確認").click()


def test_a_resident_takes_a_paper_from_the_kiosk_and_its_receiver_checks_it(tmp_path):
    with before_the_kiosk(tmp_path) as (kiosk, number):
        page = kiosk.page
        pictured(page, "kiosk-start")
        page.get_by_role("link", name="同意して始める").click()
        page.get_by_role("button", name=f"カード {number}").click()
        expect(page.get_by_role("heading", name="暗証番号")).to_be_visible()
        keyed(page, "0000")
        expect(page.get_by_role("status")).to_contain_text("あと2回")
        pictured(page, "kiosk-pin")
        kiosk.said.clear()  # the reader's refusal is the browser's business to note
        keyed(page, PINS.authentication)
        expect(page.get_by_role("link", name="住民票の写し")).to_be_visible()
        pictured(page, "kiosk-menu")
        page.get_by_role("link", name="住民票の写し").click()
        page.get_by_label("世帯主との続柄").check()
        pictured(page, "kiosk-options")
        page.get_by_role("button", name="次へ進む").click()
        expect(page.get_by_text("300円", exact=True)).to_be_visible()
        pictured(page, "kiosk-confirm")
        page.get_by_role("button", name="300円を入れて発行する").click()
        expect(page.get_by_role("heading", name="印刷しています")).to_be_visible()
        pictured(page, "kiosk-print")
        shown = page.get_by_role("link", name="印刷される証明書を見る").get_attribute("href")
        paper = page.context.request.get(kiosk.address + shown).body()
        page.get_by_role("button", name="証明書を受け取った").click()
        expect(page.get_by_role("heading", name="ご利用ありがとうございました")).to_be_visible()
        pictured(page, "kiosk-done")
        check_at_the_desk(kiosk, paper, tmp_path)
        assert kiosk.said == []


def check_at_the_desk(desk: Desk, paper: bytes, folder: Path) -> None:
    """Whoever received the paper scans its back."""
    (folder / "paper.pdf").write_bytes(paper)
    if kept := os.environ.get("KIOSK_PICTURES"):
        Path(kept, "paper.pdf").write_bytes(paper)
    subprocess.run(["pdftoppm", "-r", "150", "-png", "-f", "2", "-l", "2", "paper.pdf", "back"], cwd=folder, check=True)
    page = desk.go("/verify/")
    page.get_by_label("うら面の画像").set_input_files(next(folder.glob("back*.png")))
    page.get_by_role("button", name="確認する").click()
    expect(page.get_by_alt_text("交付したときのおもて面")).to_be_visible()
    pictured(page, "verify")
