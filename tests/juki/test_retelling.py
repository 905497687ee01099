"""A stay in another town that is told after the return: put into its place, nothing rewritten, nobody harmed."""

import pytest

from jlis.kernel.isolation.scope import MYNACARD, REGISTRY, SYSTEM, acting
from jlis.kernel.outbox import delivery
from jlis.kernel.outbox.models import OutboxEvent
from juki.models import Discrepancy, IdentityRecord, MoveOut, Resident, TownMessage
from juki.reconciliation import versions_have_entries_and_events
from mynacard.models import Card
from mynacard.services import taking_over
from mynacard.services.taking_over import HeldCard
from tests.juki.factories import change, grown, tell, with_codes
from tests.mynacard import cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def returned(clerk, at) -> Resident:
    """Somebody who left Chiyoda and is registered there again; of the stay elsewhere nothing has come yet."""
    with_codes(clerk, at)
    (taken,) = tell(grown(), by=clerk, at=at)
    tell(change("D01", taken.resident_code, changed_on="2026-11-02"), by=clerk, at=at)
    back = grown(reason="R01", changed_on="2026-11-08", resident_code=taken.resident_code, address="帰った町")
    tell(back, by=clerk, at=at)
    with acting(REGISTRY):
        return Resident.objects.get(resident_code=taken.resident_code)


def stay(resident: Resident, outsider, at):
    """What the next town tells of the stay, in two calls."""
    (first,) = tell(
        grown(reason="R01", changed_on="2026-11-03", resident_code=resident.resident_code, address="隣の町"),
        by=outsider, at=at,
    )  # fmt: skip
    (second,) = tell(change("D01", resident.resident_code, changed_on="2026-11-07"), by=outsider, at=at)
    return first, second


def line(resident: Resident) -> list[tuple[int, str, str]]:
    with acting(REGISTRY):
        rows = IdentityRecord.objects.filter(resident=resident.pk, superseded_at__isnull=True).order_by("version")
        return [(row.version, row.office, row.change_reason) for row in rows]


def test_the_stay_waits_for_its_end_and_then_finds_its_place(returned, outsider, at):
    first, second = stay(returned, outsider, at)
    assert (first.status, second.status) == ("DISCREPANT", "APPLIED")
    assert line(returned) == [
        (1, "131016", "R06"), (2, "131016", "D01"), (3, "131041", "R01"), (4, "131041", "D01"), (5, "131016", "R01")
    ]  # fmt: skip
    with acting(REGISTRY):
        now = Resident.objects.get(pk=returned.pk)
        assert (now.office, now.state, now.version) == ("131016", "CURRENT", 5)
        assert set(Discrepancy.objects.values_list("state", "settled_by")) == {("APPLIED", "自動")}


def test_what_stood_before_is_kept_with_the_instant_at_which_we_learnt_better(returned, outsider, at):
    stay(returned, outsider, at.later(hours=1))
    with acting(REGISTRY):
        superseded = IdentityRecord.objects.filter(resident=returned.pk, superseded_at__isnull=False)
        assert {row.superseded_at for row in superseded} == {at.later(hours=1).instant}
        assert sorted(superseded.values_list("version", flat=True)) == [2, 3]


def test_the_rooms_above_hear_of_a_past_change_and_of_new_numbers_alone(returned, outsider, at):
    with acting(SYSTEM):
        before = OutboxEvent.objects.count()
    stay(returned, outsider, at)
    with acting(SYSTEM):
        told = list(OutboxEvent.objects.order_by("sequence").values_list("kind", flat=True))[before:]
    assert sorted(told) == ["juki.past_change_told", "juki.past_change_told", "juki.versions_renumbered"]


def test_each_town_hears_of_the_arrival_elsewhere_and_the_move_outs_are_confirmed(returned, outsider, at):
    stay(returned, outsider, at)
    with acting(REGISTRY):
        notices = TownMessage.objects.filter(kind="MOVE_IN_NOTICE").order_by("sent_at", "sender")
        assert set(notices.values_list("sender", "receiver")) == {("131041", "131016"), ("131016", "131041")}
        left = MoveOut.objects.order_by("version").values_list("office", "version", "state", "arrived_office")
        assert list(left) == [("131016", 2, "CONFIRMED", "131041"), ("131041", 4, "CONFIRMED", "131016")]


def test_an_arrival_before_the_last_stay_had_begun_is_no_early_one(returned, outsider, clerk, at):
    """They have left once more: the stay elsewhere lies between the two, and what was entered there is older."""
    tell(
        change("M14", returned.resident_code, changed_on="2026-11-09", former_surname="後田"),
        change("D01", returned.resident_code, changed_on="2026-11-10"),
        by=clerk, at=at,
    )  # fmt: skip
    (first,) = tell(
        grown(reason="R01", changed_on="2026-11-03", resident_code=returned.resident_code), by=outsider, at=at
    )
    assert first.status == "DISCREPANT"
    tell(change("M14", returned.resident_code, changed_on="2026-11-04", former_surname="先田"), by=outsider, at=at)
    (last,) = tell(change("D01", returned.resident_code, changed_on="2026-11-07"), by=outsider, at=at)
    assert last.status == "APPLIED"
    assert [reason for _, _, reason in line(returned)] == ["R06", "D01", "R01", "M14", "D01", "R01", "M14", "D01"]
    with acting(REGISTRY):
        latest = IdentityRecord.objects.get(resident=returned.pk, valid_to__isnull=True, superseded_at__isnull=True)
    assert latest.former_surname == "後田"


def test_a_card_shows_the_version_that_it_showed(returned, outsider, at):
    operator = cast.operator()
    held = HeldCard(returned.pk, at.day, at.day.replace(year=at.day.year + 9))
    taking_over.take_over(cards=[held], by=operator, at=at, purpose="JUKI-CARD")
    with acting(MYNACARD):
        assert Card.objects.get().face_version == 3
    stay(returned, outsider, at)
    delivery.deliver_all()
    with acting(MYNACARD):
        assert Card.objects.get().face_version == 5


def test_a_former_surname_entered_during_the_stay_is_in_force_and_told(returned, outsider, at):
    tell(grown(reason="R01", changed_on="2026-11-03", resident_code=returned.resident_code), by=outsider, at=at)
    tell(change("M14", returned.resident_code, changed_on="2026-11-04", former_surname="旧田"), by=outsider, at=at)
    tell(change("D01", returned.resident_code, changed_on="2026-11-07"), by=outsider, at=at)
    with acting(REGISTRY):
        latest = IdentityRecord.objects.get(resident=returned.pk, valid_to__isnull=True, superseded_at__isnull=True)
    assert (latest.former_surname, latest.address) == ("旧田", "帰った町")
    with acting(SYSTEM):
        changed = OutboxEvent.objects.get(kind="juki.resident_changed")
    assert changed.payload["signature_certificate_affected"] is True


def test_versions_entries_and_events_still_agree(returned, outsider, at):
    stay(returned, outsider, at)
    assert [finding.name for finding in versions_have_entries_and_events() if not finding.agrees] == []


def test_a_stay_that_was_told_under_the_code_of_its_days_finds_its_place_after_the_code_was_changed(
    returned, clerk, outsider, at
):
    tell(change("M08", returned.resident_code, changed_on="2026-11-10"), by=clerk, at=at)
    first, second = stay(returned, outsider, at)
    assert (first.contradiction.kind, second.status) == ("CODE_NOT_IN_FORCE", "APPLIED")
    assert [reason for _, _, reason in line(returned)] == ["R06", "D01", "R01", "D01", "R01", "M08"]
    with acting(REGISTRY):
        codes = IdentityRecord.objects.filter(resident=returned.pk, superseded_at__isnull=True).order_by("version")
        borne = list(codes.values_list("resident_code", flat=True))
    assert borne[:5] == [returned.resident_code] * 5 != [borne[5]] * 5


def test_a_stay_under_a_code_that_nobody_bore_in_its_days_waits_for_staff(returned, clerk, outsider, at):
    tell(change("M08", returned.resident_code, changed_on="2026-11-10"), by=clerk, at=at)
    with acting(REGISTRY):
        fresh = Resident.objects.get(pk=returned.pk)
    stay(fresh, outsider, at)
    assert [reason for _, _, reason in line(returned)] == ["R06", "D01", "R01", "M08"]
