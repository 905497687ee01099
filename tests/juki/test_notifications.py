"""J1: notifications are taken in order, once, and what contradicts is held."""

import pytest
from django.test import Client
from django.urls import reverse

from jlis.kernel.errors import Forbidden, Invalid, TooLarge, Unprocessable
from jlis.kernel.isolation.scope import NUMBERS, REGISTRY, SYSTEM, acting
from juki.choices import NotificationStatus
from juki.models import Discrepancy, IdentityRecord, IndividualNumber, Resident
from juki.selectors import residents
from juki.services import discrepancies
from tests.conftest import CHIYODA
from tests.jpki.people import account, sign_in
from tests.juki.factories import birth, change, grown, tell, with_codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(clerk, at):
    """A grown resident of Chiyoda."""
    with_codes(clerk, at)
    (taken,) = tell(grown(), by=clerk, at=at)
    return taken.resident_code


def record(code, by):
    with acting(by.scope):
        return residents.by_code(code)


def test_a_birth_gets_a_code_from_the_lot_and_a_number(clerk, at):
    with_codes(clerk, at)
    (taken,) = tell(birth(), by=clerk, at=at)
    assert taken.status == NotificationStatus.APPLIED
    assert len(taken.resident_code) == 11
    born = record(taken.resident_code, clerk)
    assert (born.name, born.version, born.state) == ("𠮷田　花子", 1, "CURRENT")
    with acting(NUMBERS):
        assert IndividualNumber.objects.filter(resident=born.resident).count() == 1


def test_a_change_of_address_adds_a_version_and_closes_the_former(clerk, at, known):
    tell(change("M01", known, address="東京都千代田区神田一丁目2番3号"), by=clerk, at=at)
    with acting(clerk.scope):
        versions = residents.history(residents.by_code(known).resident)
    assert [(v.version, v.address[-8:]) for v in versions] == [(2, "田一丁目2番3号"), (1, "関一丁目1番1号")]
    assert str(versions[1].valid_to) == "2026-11-20"
    assert versions[1].superseded_at is None


def test_a_change_of_the_code_is_answered_with_the_new_one_and_so_is_its_repetition(clerk, outsider, at, known):
    with_codes(outsider, at)
    recoding = change("M08", known, changed_on="2026-11-10")
    (taken,) = tell(recoding, by=clerk, at=at)
    assert taken.resident_code != known
    assert record(taken.resident_code, clerk).name == "髙﨑　太郎"
    assert record(known, clerk) is None
    (again,) = tell(recoding, by=clerk, at=at)
    assert (again.replayed, again.resident_code) == (True, taken.resident_code)

    tell(change("D01", taken.resident_code, changed_on="2026-11-12"), by=clerk, at=at)
    tell(grown(reason="R01", resident_code=taken.resident_code, changed_on="2026-11-12"), by=outsider, at=at)
    tell(change("M09", taken.resident_code, changed_on="2026-11-14"), by=outsider, at=at)
    (much_later,) = tell(recoding, by=clerk, at=at)
    assert much_later.resident_code == taken.resident_code, "what another town changed is not told"


def test_a_change_of_the_code_that_waits_is_answered_with_the_code_that_it_names(clerk, at, known):
    (waits,) = tell(change("M08", known, sequence=3), by=clerk, at=at)
    assert (waits.status, waits.resident_code) == (NotificationStatus.HELD, known)


def test_the_page_of_a_change_of_the_code_shows_the_new_one(clerk, at, known, quick_passwords):
    (taken,) = tell(change("M08", known), by=clerk, at=at)
    account("counter", CHIYODA, "COUNTER_CLERK", at=at)
    page = sign_in(Client(), "counter").get(reverse("juki_notice", args=[taken.notification])).content.decode()
    assert "変更後の住民票コード" in page
    assert taken.resident_code in page


def test_a_move_across_two_towns_keeps_person_code_and_number(clerk, outsider, at, known):
    before = record(known, clerk)
    tell(change("D01", known), by=clerk, at=at)
    (moved,) = tell(
        grown(
            key="in",
            reason="R01",
            resident_code=known,
            changed_on="2026-11-21",
            address="東京都新宿区西新宿2丁目8番1号",
        ),
        by=outsider,
        at=at,
    )
    assert moved.status == NotificationStatus.APPLIED
    here = record(known, outsider)
    assert here.resident == before.resident
    assert here.version == 3
    with acting(clerk.scope):
        left = residents.history(before.resident)
        assert [version.state for version in left] == ["REMOVED", "CURRENT"]
        assert not Resident.objects.filter(pk=before.resident).exists()
    with acting(NUMBERS):
        assert IndividualNumber.objects.filter(resident=before.resident).count() == 1


def test_the_same_key_is_answered_with_the_first_answer(clerk, at):
    with_codes(clerk, at)
    notice = birth()
    (first,) = tell(notice, by=clerk, at=at)
    (second,) = tell(notice, by=clerk, at=at)
    assert second.replayed
    assert (second.notification, second.resident_code) == (first.notification, first.resident_code)


def test_a_key_with_another_content_is_refused(clerk, at):
    with_codes(clerk, at)
    notice = birth()
    tell(notice, by=clerk, at=at)
    with pytest.raises(Unprocessable) as refused:
        tell(notice | {"name": "別人"}, by=clerk, at=at)
    assert refused.value.errors[0].field == "key"


def test_a_gap_in_the_order_is_held_until_it_is_filled(clerk, at, known):
    (third,) = tell(change("M01", known, sequence=2, address="東京都千代田区二番町2"), by=clerk, at=at)
    assert third.status == NotificationStatus.HELD
    assert record(known, clerk).version == 1
    tell(change("M01", known, sequence=1, address="東京都千代田区一番町1"), by=clerk, at=at)
    now = record(known, clerk)
    assert (now.version, now.address) == (3, "東京都千代田区二番町2")


def test_a_move_in_before_the_move_out_is_a_discrepancy_that_settles_itself(clerk, outsider, at, known):
    (early,) = tell(grown(key="in", reason="R01", resident_code=known, changed_on="2026-11-20"), by=outsider, at=at)
    assert early.status == NotificationStatus.DISCREPANT
    assert early.contradiction.kind == "TWO_MUNICIPALITIES"
    tell(change("D01", known), by=clerk, at=at)
    assert record(known, outsider).version == 3
    with acting(outsider.scope):
        assert Discrepancy.objects.get().state == "APPLIED"


def test_a_death_before_the_birth_is_refused_or_held(clerk, at, known):
    (held,) = tell(change("D03", known, changed_on="1979-01-01"), by=clerk, at=at)
    assert held.contradiction.kind == "BEFORE_BIRTH"
    with pytest.raises(Invalid) as refused:
        tell(birth(changed_on="2026-10-01"), by=clerk, at=at)
    assert {error.field for error in refused.value.errors} >= {"changed_on"}


def test_staff_withdraw_a_discrepancy_with_a_reason(clerk, at, known):
    tell(change("D03", known, changed_on="1979-01-01"), by=clerk, at=at)
    with acting(clerk.scope):
        found = discrepancies.settle(
            discrepancy_id=Discrepancy.objects.get().pk, apply=False, note="日付の誤り", by=clerk, at=at
        )
    assert found.state == "WITHDRAWN"


def test_another_towns_resident_cannot_be_changed_and_is_not_shown(clerk, outsider, at, known):
    (held,) = tell(change("M01", known, address="東京都新宿区"), by=outsider, at=at)
    (nobody,) = tell(change("M01", "24727059608", address="東京都新宿区"), by=outsider, at=at)
    assert held.contradiction == nobody.contradiction
    assert held.contradiction.kind == "UNKNOWN_RESIDENT"
    assert record(known, outsider) is None
    with acting(outsider.scope):
        assert not IdentityRecord.objects.exists()


@pytest.mark.parametrize(
    ("faulty", "field", "code"),
    [
        ({"resident_code": "12345678901", "reason": "R01"}, "resident_code", "check_digit"),
        ({"municipality": "999999"}, "municipality", "unknown_municipality"),
        ({"municipality": "131041"}, "municipality", "not_own"),
        ({"changed_on": "2026-02-30"}, "changed_on", "not_a_date"),
        ({"changed_on": "2027-01-01", "birth_date": "2027-01-01"}, "changed_on", "in_the_future"),
        ({"birth_date": "1980-13-01"}, "birth_date", "not_a_date"),
        ({"sex": "X"}, "sex", "not_a_choice"),
        ({"reason": "Z9"}, "reason", "unknown_reason"),
        ({"name": ""}, "name", "required"),
        ({"name": "改行\n氏名"}, "name", "control_character"),
        ({"surprise": "x"}, "surprise", "unknown_field"),
        ({"sequence": 0}, "sequence", "not_a_number"),
        ({"name": 5}, "name", "not_text"),
    ],
)
def test_bad_input_names_row_and_field_and_nothing_is_taken(clerk, at, faulty, field, code):
    with_codes(clerk, at)
    with pytest.raises(Invalid) as refused:
        tell(birth(), birth(**faulty), by=clerk, at=at)
    assert (field, code, 2) in {(error.field, error.code, error.row) for error in refused.value.errors}
    with acting(REGISTRY):
        assert not Resident.objects.exists()


def test_more_than_a_thousand_are_too_many(clerk, at):
    with pytest.raises(TooLarge):
        tell(*[{}] * 1001, by=clerk, at=at)


def test_a_prefecture_cannot_notify(at):
    from tests.conftest import TOKYO, client_of

    with pytest.raises((Forbidden, Invalid)):
        tell(birth(), by=client_of(TOKYO, "juki.notify", kind="PREFECTURE"), at=at)


def test_each_change_has_an_audit_entry_and_an_event(clerk, at, known, rows):
    tell(change("M02", known, address="東京都千代田区霞が関1-1-1"), by=clerk, at=at)
    with acting(SYSTEM):
        assert rows("kernel_outboxevent") == 2
        assert rows("kernel_auditentry WHERE action = 'juki.notification_applied'") == 2
