"""The screens by axe-core, and by the Tab key alone (JIS X 8341-3 AA): everything reached, in order, and seen."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import now
from juki.selectors import residents
from tests.browser.browsing import browsing, desk, hire, needs_browser
from tests.conftest import CHIYODA, TOKYO
from tests.juki.factories import change, grown, tell, with_codes
from tests.scenarios.servers import house

pytestmark = needs_browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}


@pytest.fixture
def stage():
    """A chief with a resident, one notification held as a discrepancy; the two of the prefecture."""
    chief = hire("chief", CHIYODA, "SUPERVISOR")
    with_codes(chief, now())
    (taken,) = tell(grown(), by=chief, at=now())
    tell(change("D03", taken.resident_code, changed_on="1979-01-01"), by=chief, at=now())
    hire("operator", TOKYO, "EXTRACT_OPERATOR")
    with acting(chief.scope):
        return residents.by_code(taken.resident_code).resident


def search(page: Page) -> None:
    page.fill("[name=name]", "高崎　太郎")
    page.select_option("[name=sex]", "M")
    page.select_option("[name=purpose]", "JUKI-COUNTER")
    with page.expect_navigation():
        page.press("[name=name]", "Enter")


def amiss(page: Page) -> list[str]:
    """What axe-core finds on the page: rule, and where."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


def test_axe_finds_nothing_amiss_on_the_screens_of_the_register(stage):
    found = {}
    with house() as address, browsing() as browser:
        counter, prefecture = desk(browser, address), desk(browser, address)
        page = counter.go("/")
        found["sign-in"] = amiss(page)
        counter.sign_in("chief")
        found["desk"] = amiss(page)
        found["search"] = amiss(counter.go("/juki/residents/"))
        with page.expect_navigation():
            page.press("[name=name]", "Enter")
        found["search, refused"] = amiss(page)
        search(page)
        found["search, found"] = amiss(page)
        for path in (
            f"/juki/residents/{stage}/", "/juki/notices/new/", "/juki/notices/new/R01/",
            f"/juki/notices/new/M01/?resident={stage}", "/juki/notices/", "/juki/discrepancies/",
        ):  # fmt: skip
            found[path] = amiss(counter.go(path))
        with page.expect_navigation():
            page.click("main table a")
        found["discrepancy"] = amiss(page)
        counter.go(f"/juki/notices/new/D03/?resident={stage}")
        for part, value in (("year", "8"), ("month", "11"), ("day", "20")):
            page.fill(f"[name=changed_on_{part}]", value)
        with page.expect_navigation():
            page.click("button:has-text('確認へ進む')")
        found["confirmation"] = amiss(page)

        page = prefecture.sign_in("operator")
        found["extract"] = amiss(prefecture.go("/juki/extracts/new/"))
        with page.expect_navigation():
            page.click("button:has-text('依頼する')")
        found["extract, refused"] = amiss(page)
        page.select_option("[name=affair]", "PREF-DISASTER")
        for part, value in (("year", "8"), ("month", "11"), ("day", "21")):
            page.fill(f"[name=from_on_{part}]", value)
        with page.expect_navigation():
            page.click("button:has-text('依頼する')")
        found["job"] = amiss(page)
        found["jobs"] = amiss(prefecture.go("/jobs/"))
    assert {place: faults for place, faults in found.items() if faults} == {}
    assert len(found) == 17


def test_axe_would_have_found_something():
    with browsing() as browser:
        page = browser.new_page()
        page.set_content("<html><body><img src='x'><input><p style='color:#ccc'>薄い</p></body></html>")
        assert {fault.split(":")[0] for fault in amiss(page)} >= {"image-alt", "label", "color-contrast"}


# Marks what the Tab key should stop at, in the order of the document: one stop for a group of radio buttons.
MARK = """() => {
  const seen = new Set(), stops = [];
  for (const it of document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')) {
    const hidden = it.disabled || it.type === 'hidden' || !it.checkVisibility({visibilityProperty: true});
    if (hidden || it.tabIndex < 0) continue;
    if (it.type === 'radio') {
      const group = [...document.getElementsByName(it.name)].filter(one => one.type === 'radio');
      const stop = group.find(one => one.checked) || group[0];
      if (seen.has(it.name) || it !== stop) continue;
      seen.add(it.name);
    }
    it.dataset.stop = stops.length;
    stops.push(it.outerHTML.slice(0, 90));
  }
  return stops;
}"""
# Where the focus is now, whether it can be seen, and whether it lies within the window.
FOCUS = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const style = getComputedStyle(it), box = it.getBoundingClientRect();
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return {stop: it.dataset.stop ?? null, seen: ring || style.boxShadow !== 'none', inside,
          html: it.outerHTML.slice(0, 90)};
}"""


def walk(page: Page) -> tuple[list[str], list[dict]]:
    """Press Tab from the top until the focus leaves the page; what should be met, and what was."""
    expected = page.evaluate(MARK)
    page.evaluate("document.activeElement.blur()")
    met: list[dict] = []
    while len(met) < 2 * len(expected) + 10:
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None or (met and focus["stop"] == met[0]["stop"]):
            break
        met.append(focus)
    return expected, met


def strayed(page: Page) -> dict[str, list]:
    """Where the walk by Tab differs from the order of the page, or loses the eye."""
    expected, met = walk(page)
    # A table too wide for the window can be scrolled by keys, and so is a stop of its own.
    marked = [focus for focus in met if focus["stop"] is not None]
    order = [int(focus["stop"]) for focus in marked]
    return {
        "order": [] if order == list(range(len(expected))) else [order, expected],
        "unseen": [focus["html"] for focus in met if not focus["seen"]],
        "outside": [focus["html"] for focus in met if not focus["inside"]],
        "first": [] if "skip" in met[0]["html"] else [met[0]["html"]],
    }


def test_the_tab_key_reaches_everything_in_order_and_the_focus_is_always_seen(stage):
    found = {}
    with house() as address, browsing() as browser:
        counter, prefecture = desk(browser, address), desk(browser, address)
        page = counter.sign_in("chief")
        found["desk"] = strayed(counter.go("/desk/"))
        found["search"] = strayed(counter.go("/juki/residents/"))
        search(page)
        found["found"] = strayed(page)
        for path in (f"/juki/residents/{stage}/", "/juki/notices/new/R01/", f"/juki/notices/new/M01/?resident={stage}"):
            found[path] = strayed(counter.go(path))
        prefecture.sign_in("operator")
        found["extract"] = strayed(prefecture.go("/juki/extracts/new/"))
    faults = {place: {kind: what for kind, what in kinds.items() if what} for place, kinds in found.items()}
    assert {place: kinds for place, kinds in faults.items() if kinds} == {}, json.dumps(faults, ensure_ascii=False)


def test_a_search_can_be_made_and_a_record_opened_without_a_mouse_past_the_navigation(stage):
    with house() as address, browsing() as browser:
        counter = desk(browser, address)
        page = counter.sign_in("chief")
        counter.go("/juki/residents/")
        page.evaluate("document.activeElement.blur()")
        for key in ("Tab", "Enter", "Tab"):
            page.keyboard.press(key)
        assert page.evaluate("document.activeElement.closest('main') !== null"), "the skip link leads past"
        tab_to(page, "document.activeElement.name === 'name_kana'")
        page.keyboard.type("たかさき")
        for name in ("sex", "purpose"):
            tab_to(page, f"document.activeElement.name === '{name}'")
            page.keyboard.press("ArrowDown")
        tab_to(page, "document.activeElement.textContent.trim() === '検索する'")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        tab_to(page, "document.activeElement.closest('table') !== null")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "髙﨑　太郎" in page.inner_text("h1")
        assert counter.said == []


def tab_to(page: Page, there: str) -> None:
    """Press Tab until a condition holds of the focus."""
    for _ in range(80):
        if page.evaluate(there):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached by Tab: {there}")
