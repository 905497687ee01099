"""A notice that waits stands beside what the register holds, for whoever settles it: both sides, and what differs."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Forbidden, NotFound
from jlis.kernel.isolation.scope import DOOR, REGISTRY, SYSTEM, acting
from jlis.kernel.people.models import Staff
from juki.models import Discrepancy
from juki.selectors.disclosures import METHODS
from juki.services import comparisons
from tests.conftest import CHIYODA, actor
from tests.jpki.people import account, sign_in
from tests.juki.factories import change, grown, tell, with_codes
from tests.juki.protection import MARKER, SECRET, applied
from tests.juki.towns import resident_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_passwords")]
ELSEWHERE = "お見せできる記録がありません"


@pytest.fixture
def code(clerk, outsider, at):
    """Somebody of Chiyoda; Shinjuku has codes as well."""
    with_codes(clerk, at, size=5)
    with_codes(outsider, at, size=5)
    return tell(grown(), by=clerk, at=at)[0].resident_code


def compare(told, by, at):
    return comparisons.compare(notification=told.notification, by=by, at=at)


def lines(told, by, at):
    return {line.item: line for line in compare(told, by, at).lines}


def page_of(told, at) -> str:
    with acting(DOOR):
        known = Staff.objects.filter(username="counter").exists()
    if not known:
        account("counter", CHIYODA, "COUNTER_CLERK", at=at)
    with acting(REGISTRY):
        contradicts = Discrepancy.objects.filter(notification=told.notification).values_list("pk", flat=True).first()
    address = reverse("juki_discrepancy", args=[contradicts]) if contradicts else reverse(
        "juki_held_notice", args=[told.notification]
    )  # fmt: skip
    return sign_in(Client(), "counter").get(address).content.decode()


def again(code, **changes):
    """An entry of who is entered already."""
    return grown(reason="R01", resident_code=code, changed_on="2026-11-20", name="髙﨑　次郎", **changes)


def test_both_sides_and_what_differs(clerk, at, code):
    (told,) = tell(again(code, birth_date="1980-02-18"), by=clerk, at=at)
    found = lines(told, clerk, at)
    assert (found["name"].held, found["name"].told) == ("髙﨑　太郎", "髙﨑　次郎")
    assert (found["state"].held, found["state"].told) == ("CURRENT", "CURRENT")
    differing = {item for item, line in found.items() if line.differs}
    assert differing == {"name", "birth_date", "change_reason", "changed_on"}


def test_what_a_correction_leaves_alone_does_not_differ(clerk, at, code):
    (told,) = tell(change("M18", code), by=clerk, at=at)
    found = lines(told, clerk, at)
    assert found["name"].told is None
    assert not found["name"].differs
    assert (found["alias"].held, found["alias"].told) == ("", "")


def test_the_page_marks_by_word_and_leads_on(clerk, at, code):
    (told,) = tell(again(code), by=clerk, at=at)
    page = page_of(told, at)
    assert page.count('<span class="changed-mark">相違</span>') == 3
    assert "昭和55年2月17日" in page
    assert "転入" in page
    assert reverse("juki_resident", args=[resident_with(code).pk]) in page
    assert reverse("juki_notice", args=[told.notification]) in page


def test_one_that_waits_for_its_order_stands_beside_the_register_too(clerk, at, code):
    (told,) = tell(change("M01", code, sequence=5, address="東京都千代田区一番町5番地"), by=clerk, at=at)
    page = page_of(told, at)
    assert "東京都千代田区一番町5番地" in page
    assert "東京都千代田区霞が関一丁目1番1号" in page


def test_whoever_is_registered_elsewhere_is_shown_like_nobody(clerk, outsider, at, code):
    """The page of a code that nobody bears says the same, word for word, but for what was told."""
    (moved,) = tell(grown(municipality="131041", name="新宿　一郎"), by=outsider, at=at)
    other, nobody = (
        tell(change("M01", each, address="東京都千代田区一番町5番地"), by=clerk, at=at)[0]
        for each in (moved.resident_code, "24727059608")
    )
    pages = [page_of(other, at), page_of(nobody, at)]
    for page in pages:
        assert ELSEWHERE in page
        assert [word for word in ("新宿　一郎", "西新宿", "一番町") if word in page] == []
    sections = [page.split("<h2>登録の内容と通知の内容</h2>")[1].split("</table>")[0] for page in pages]
    assert sections[0].replace(moved.resident_code, "24727059608") == sections[1]


def test_the_own_removed_record_of_who_moved_on_is_called_one(clerk, outsider, at, code):
    tell(change("D01", code, changed_on="2026-11-10"), by=clerk, at=at)
    tell(grown(reason="R01", resident_code=code, changed_on="2026-11-10"), by=outsider, at=at)
    (told,) = tell(change("M01", code, address="東京都千代田区一番町5番地"), by=clerk, at=at)
    compared = compare(told, clerk, at)
    assert not compared.is_in_force
    assert compared.record.office == CHIYODA
    assert "ここにあるのは除票です" in page_of(told, at)


def test_a_code_that_was_changed_finds_its_bearer(clerk, at, code):
    tell(change("M08", code, changed_on="2026-11-10"), by=clerk, at=at)
    (told,) = tell(change("M18", code), by=clerk, at=at)
    assert lines(told, clerk, at)["resident_code"].differs


def test_the_place_of_somebody_covered_stands_on_neither_side(clerk, at, code):
    tell(change("M01", code, changed_on="2026-11-10", address=SECRET), by=clerk, at=at)
    told = tell(
        change("M01", code, changed_on="2026-11-01", address=SECRET),
        change("M01", code, sequence=5, address=f"{SECRET}一"),
        by=clerk, at=at,
    )  # fmt: skip
    assert all(MARKER in page_of(each, at) for each in told)
    applied(resident_with(code), at)
    for each in told:
        page = page_of(each, at)
        assert MARKER not in page
        assert "支援措置の対象者です" in page
        assert not lines(each, clerk, at)["address"].differs


def test_a_look_is_written_down_and_told_to_the_person(clerk, at, code):
    (told,) = tell(again(code), by=clerk, at=at)
    compare(told, clerk, at)
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="juki.notification_compared")
    assert (entry.subject, entry.purpose, entry.actor_id) == (resident_with(code).pk, "CORRECTION", clerk.id)
    assert {"name", "address"} <= set(entry.detail["fields"])
    assert entry.action in METHODS


def test_the_code_is_shown_to_whoever_may_search(clerk, at, code):
    (told,) = tell(again(code), by=clerk, at=at)
    assert "resident_code" in lines(told, clerk, at)
    other = replace(clerk, permissions=clerk.permissions - {"juki.search"})
    assert "resident_code" not in lines(told, other, at)


def test_the_next_town_and_another_duty_see_neither_side(clerk, outsider, at, code):
    (told,) = tell(again(code), by=clerk, at=at)
    with pytest.raises(NotFound):
        compare(told, outsider, at)
    with pytest.raises(Forbidden):
        compare(told, actor(CHIYODA, "PROTECTION_OFFICER"), at)
