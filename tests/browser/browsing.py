"""A real Chromium on our pages, as somebody at a desk uses it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from jlis.kernel.actors import Actor
from jlis.kernel.errors import NotFound
from jlis.kernel.people import services as people
from jlis.kernel.people.selectors import actor_named
from jlis.kernel.time import now

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = [
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


def hire(username: str, organisation: str, duty: str) -> Actor:
    """An account with a duty: one founder asks, the other decides."""
    at = now()
    try:
        asks, decides = (actor_named(name) for name in people.FOUNDERS)
    except NotFound:
        people.found_administrators(passwords=("first-password-1", "second-password-2"), organisation="JLIS", at=at)
        asks, decides = (actor_named(name) for name in people.FOUNDERS)
    staff = people.open_account(
        username=username, family_name="見本", given_name=username, organisation=organisation, password=PASSWORD,
        needs_second_factor=False, by=asks, at=at,
    )  # fmt: skip
    grant = people.request_duty(staff_id=staff.pk, duty=duty, by=asks, at=at)
    people.approve_duty(grant_id=grant.pk, by=decides, at=at)
    return actor_named(username)


@dataclass
class Desk:
    """Somebody's own browser window, and what its console said."""

    page: Page
    address: str
    said: list[str] = field(default_factory=list)

    def sign_in(self, username: str) -> Page:
        """Sign in by keyboard; returns the page, at the desk."""
        self.page.goto(self.address)
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/desk/")
        return self.page

    def go(self, path: str) -> Page:
        """Open one of our addresses."""
        self.page.goto(self.address + path)
        return self.page


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser. No database in this block: the browser's loop runs in this thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


def desk(browser: Browser, address: str) -> Desk:
    """A window with cookies of its own."""
    place = Desk(browser.new_context(locale="ja-JP").new_page(), address)
    place.page.on("console", lambda told: place.said.append(told.text) if told.type in ("error", "warning") else None)
    place.page.on("pageerror", lambda error: place.said.append(str(error)))
    return place
