"""順序待ち: a sender's order goes on under a new code; staff settle what waits for one that never comes."""

import pytest
from django.test import Client
from django.urls import reverse

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, NotFound, Unprocessable
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, acting
from juki.models import Discrepancy, Notification, Resident
from juki.selectors import held_notices as waited
from juki.services import held_notices
from tests.conftest import CHIYODA, SHINJUKU, actor
from tests.jpki.people import account, sign_in
from tests.juki.factories import change, grown, tell, with_codes

pytestmark = pytest.mark.django_db
WHY = "前の通知は送信されていないことを確認した"


@pytest.fixture
def code(clerk, at):
    """Somebody whom Chiyoda has entered with its first number."""
    with_codes(clerk, at)
    (taken,) = tell(grown(sequence=None), by=clerk, at=at)
    tell(moved(taken.resident_code, 1), by=clerk, at=at)
    return taken.resident_code


def moved(code, number, **changes):
    day = f"2026-11-{number:02}"
    address = f"東京都千代田区一番町{number}番地"
    return change("M01", code, sequence=number, changed_on=day, address=address, key=f"n{number}") | changes


def statuses() -> dict[int, str]:
    with acting(REGISTRY):
        told = Notification.objects.filter(sequence__isnull=False)
        return dict(told.order_by("sequence").values_list("sequence", "status"))


def held(number):
    with acting(REGISTRY):
        return Notification.objects.get(sequence=number, status="HELD").pk


def settle(number, by, at, *, apply):
    with acting(by.scope):
        return held_notices.settle(notification=held(number), apply=apply, note=WHY, by=by, at=at)


def recode(code, number, by, at):
    tell(change("M08", code, sequence=number, changed_on=f"2026-11-{number:02}", key=f"n{number}"), by=by, at=at)
    with acting(REGISTRY):
        return Resident.objects.get().resident_code


def test_the_senders_numbers_go_on_under_the_new_code(clerk, at, code):
    fresh = recode(code, 2, clerk, at)
    tell(moved(fresh, 4), by=clerk, at=at)
    assert statuses()[4] == "HELD"
    tell(moved(fresh, 3), by=clerk, at=at)
    assert set(statuses().values()) == {"APPLIED"}


def test_a_number_used_under_the_old_code_is_used(clerk, at, code):
    fresh = recode(code, 2, clerk, at)
    (late,) = tell(moved(code, 3), by=clerk, at=at)
    assert late.contradiction.kind == "UNKNOWN_RESIDENT"
    tell(moved(fresh, 4), by=clerk, at=at)
    assert statuses() == {1: "APPLIED", 2: "APPLIED", 3: "DISCREPANT", 4: "APPLIED"}


def test_what_waited_under_the_old_code_has_its_turn_after_the_change(clerk, at, code):
    tell(moved(code, 4), by=clerk, at=at)
    fresh = recode(code, 2, clerk, at)
    tell(moved(fresh, 3), by=clerk, at=at)
    assert statuses() == {1: "APPLIED", 2: "APPLIED", 3: "APPLIED", 4: "DISCREPANT"}


def test_one_is_applied_though_numbers_are_missing_and_what_waited_for_it_too(clerk, at, code):
    tell(moved(code, 3), moved(code, 4), moved(code, 6), by=clerk, at=at)
    with pytest.raises(Conflict, match="通知順序 3"):
        settle(4, clerk, at, apply=True)
    settle(3, clerk, at, apply=True)
    assert statuses() == {1: "APPLIED", 3: "APPLIED", 4: "APPLIED", 6: "HELD"}
    with pytest.raises(Unprocessable):
        tell(moved(code, 2), by=clerk, at=at)


def test_the_number_of_one_that_was_dropped_is_passed_over(clerk, at, code):
    tell(moved(code, 3), moved(code, 5), by=clerk, at=at)
    settle(3, clerk, at, apply=False)
    tell(moved(code, 2), by=clerk, at=at)
    tell(moved(code, 4), by=clerk, at=at)
    assert statuses() == {1: "APPLIED", 2: "APPLIED", 3: "WITHDRAWN", 4: "APPLIED", 5: "APPLIED"}


def test_a_dropped_number_may_be_told_again_under_another_key(clerk, at, code):
    tell(moved(code, 3), by=clerk, at=at)
    settle(3, clerk, at, apply=False)
    (again,) = tell(moved(code, 3, key="again"), by=clerk, at=at)
    assert again.status == "HELD"
    tell(moved(code, 2), by=clerk, at=at)
    with acting(REGISTRY):
        assert set(Notification.objects.filter(sequence=3).values_list("status", flat=True)) == {"APPLIED", "WITHDRAWN"}


def test_one_that_contradicts_is_not_applied_and_goes_on_waiting(clerk, at, code):
    tell(moved(code, 3, changed_on="1979-01-01"), by=clerk, at=at)
    with pytest.raises(Conflict, match="反映できません"):
        settle(3, clerk, at, apply=True)
    assert statuses() == {1: "APPLIED", 3: "HELD"}
    tell(moved(code, 2), by=clerk, at=at)
    assert statuses() == {1: "APPLIED", 2: "APPLIED", 3: "DISCREPANT"}


def test_who_settled_it_and_why_is_written_down(clerk, at, code):
    tell(moved(code, 3), by=clerk, at=at)
    found = settle(3, clerk, at, apply=False)
    with acting(REGISTRY):
        written = Discrepancy.objects.get(notification=found)
    assert (written.kind, written.state, written.note) == ("ORDER_GAP", "WITHDRAWN", WHY)
    assert written.settled_by == clerk.label
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="juki.held_notification_settled")
    assert (entry.actor_id, entry.purpose) == (clerk.id, "CORRECTION")
    with pytest.raises(Conflict, match="順序を待っていません"), acting(clerk.scope):
        held_notices.settle(notification=found.pk, apply=True, note=WHY, by=clerk, at=at)


def test_only_a_supervisor_of_the_own_town_settles_it(clerk, outsider, at, code):
    tell(moved(code, 3), by=clerk, at=at)
    with pytest.raises(NotFound):
        settle(3, outsider, at, apply=True)
    with pytest.raises(Forbidden):
        settle(3, actor(CHIYODA, "COUNTER_CLERK"), at, apply=True)
    with pytest.raises(Conflict, match="理由"), acting(clerk.scope):
        held_notices.settle(notification=held(3), apply=True, note="　", by=clerk, at=at)
    assert statuses() == {1: "APPLIED", 3: "HELD"}


@pytest.mark.usefixtures("plain_static")
def test_the_screen_shows_how_long_each_waits_and_settles_it_in_two_clicks(clerk, at, code):
    tell(moved(code, 3), by=clerk, at=at.later(days=-4))
    for name, town, duty in (("chief", CHIYODA, "SUPERVISOR"), ("next", SHINJUKU, "SUPERVISOR"),
                             ("clerk", CHIYODA, "COUNTER_CLERK")):  # fmt: skip
        account(name, town, duty, at=at)
    url = reverse("juki_held_notice", args=[held(3)])
    chief, neighbour, counter = (sign_in(Client(), name) for name in ("chief", "next", "clerk"))
    assert url in chief.get(reverse("juki_held_notices")).content.decode()
    with acting(clerk.scope):
        assert [waited.days_waited(row, at) for row in waited.waiting()] == [4]
    assert url not in neighbour.get(reverse("juki_held_notices")).content.decode()
    assert neighbour.get(url).status_code == 404
    assert 'name="decision"' not in counter.get(url).content.decode()
    chosen = {"decision": "apply", "note": WHY}
    assert counter.post(url, chosen).status_code == 403
    assert "入力してください" in chief.post(url, chosen | {"note": ""}).content.decode()
    assert chief.post(url, chosen).status_code == 302
    assert statuses() == {1: "APPLIED", 3: "APPLIED"}
    assert chief.get(url).status_code == 404
