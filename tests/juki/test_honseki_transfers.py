"""転籍 (法19条3項): the old 本籍地 tells, the new one takes over; in between the old one keeps the 附票."""

from datetime import date

import pytest
from django.test import Client

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, Scope, acting
from juki.models import SupplementaryRecord
from juki.services import honseki_transfers, town_messages
from tests.conftest import CHIYODA, SHINJUKU, TSURUMI, actor
from tests.jpki.people import account, sign_in
from tests.juki.factories import change, tell, with_codes
from tests.juki.protection import applied, copies
from tests.juki.test_supplementary import ABROAD, moves, notice, told
from tests.juki.towns import living, messages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
NEW = {"receiver": TSURUMI, "honseki": "神奈川県横浜市鶴見区鶴見中央三丁目20番", "koseki_head": "髙﨑　太郎",
       "moved_on": date(2026, 11, 10)}  # fmt: skip


@pytest.fixture
def resident(clerk, outsider, at):
    """A national of Chiyoda whose 本籍地 is Shinjuku, with one change of address there."""
    with_codes(clerk, at)
    found = living(clerk, at)
    told(notice(found), by=outsider, at=at)
    told(notice(found, "S03", "s-2", "2026-11-05", address="東京都千代田区一番町1番"), by=outsider, at=at)
    return found


def send(resident, by, at, **changes):
    return honseki_transfers.send(resident=resident.pk, **NEW | changes, by=by, at=at).message


def line(resident) -> list[tuple[int, str, str, str]]:
    with acting(REGISTRY):
        rows = SupplementaryRecord.objects.filter(resident=resident.pk).order_by("version")
        return [(row.version, row.office, row.reason, row.state) for row in rows]


def test_the_new_honseki_takes_over_and_the_old_ones_record_ends(resident, outsider, ward_clerk, at):
    message = send(resident, outsider, at)
    assert line(resident)[-1] == (2, SHINJUKU, "S03", "CURRENT")
    body = town_messages.open_message(message=message.pk, by=ward_clerk, at=at).body
    assert [each["address_since"] for each in body["addresses"]] == ["2026-11-01", "2026-11-05"]
    assert (body["koseki_head"], body["transferred_on"]) == ("髙﨑　太郎", "2026-11-10")
    assert honseki_transfers.take_over(message=message.pk, by=ward_clerk, at=at).state == "SETTLED"
    assert line(resident)[2:] == [(3, SHINJUKU, "S08", "REMOVED"), (4, TSURUMI, "S02", "CURRENT")]
    with acting(ward_clerk.scope):
        kept = SupplementaryRecord.objects.get()
        assert (kept.address, kept.valid_from) == ("東京都千代田区一番町1番", date(2026, 11, 10))
    with pytest.raises(Conflict):
        honseki_transfers.take_over(message=message.pk, by=ward_clerk, at=at)
    with acting(SYSTEM):
        assert AuditEntry.objects.filter(action="juki.supplementary_notified", subject=resident.pk).count() == 4


def test_the_next_notice_goes_to_the_new_honseki(resident, clerk, outsider, ward_clerk, at):
    honseki_transfers.take_over(message=send(resident, outsider, at).pk, by=ward_clerk, at=at)
    tell(change("M01", resident.resident_code, address="東京都千代田区二番町2番"), by=clerk, at=at)
    # The entry itself, which had waited for Shinjuku's 附票, and the change after the 転籍.
    assert {message.receiver: message.sequence for message in messages(clerk, kind="SUPPLEMENTARY_NOTICE")} == {
        SHINJUKU: 1, TSURUMI: 1,
    }  # fmt: skip


def test_somebody_abroad_is_answered_for_without_a_gap(resident, clerk, outsider, ward_clerk, at):
    tell(change("D02", resident.resident_code, changed_on="2026-11-08"), by=clerk, at=at)
    told(notice(resident, "S04", "s-3", "2026-11-08", address=ABROAD), by=outsider, at=at)
    honseki_transfers.take_over(message=send(resident, outsider, at).pk, by=ward_clerk, at=at)
    assert moves() == [("SUPPLEMENTARY", SHINJUKU), ("SUPPLEMENTARY", TSURUMI)]
    with acting(ward_clerk.scope):
        assert SupplementaryRecord.objects.get().abroad_since == date(2026, 11, 8)


def test_a_change_after_the_transfer_and_before_the_take_over_is_not_lost(resident, outsider, ward_clerk, at):
    message = send(resident, outsider, at)
    told(notice(resident, "S03", "s-3", "2026-11-15", address="東京都千代田区三番町3番"), by=outsider, at=at)
    honseki_transfers.take_over(message=message.pk, by=ward_clerk, at=at)
    with acting(ward_clerk.scope):
        kept = SupplementaryRecord.objects.get()
        assert (kept.address, kept.valid_from) == ("東京都千代田区三番町3番", date(2026, 11, 15))


def test_one_is_on_its_way_at_a_time_and_one_sent_back_is_sent_anew(resident, outsider, ward_clerk, at):
    message = send(resident, outsider, at)
    with pytest.raises(Conflict):
        send(resident, outsider, at)
    town_messages.make_move(message=message.pk, verb="return", note="届出が届いていません", by=ward_clerk, at=at)
    assert line(resident)[-1][1:] == (SHINJUKU, "S03", "CURRENT")
    town_messages.make_move(message=message.pk, verb="close", by=outsider, at=at)
    again = send(resident, outsider, at)
    town_messages.make_move(message=again.pk, verb="withdraw", note="誤送信", by=outsider, at=at)
    with pytest.raises(Conflict):
        honseki_transfers.take_over(message=again.pk, by=ward_clerk, at=at)


def test_what_the_old_honseki_no_longer_keeps_is_not_taken_over(resident, outsider, ward_clerk, at):
    message = send(resident, outsider, at)
    told(notice(resident, "S06", "s-3", "2026-11-12"), by=outsider, at=at)
    with pytest.raises(Conflict) as refusal:
        honseki_transfers.take_over(message=message.pk, by=ward_clerk, at=at)
    assert refusal.value.code == "not_kept_by_sender"


@pytest.mark.parametrize(("changes", "field"), [
    ({"honseki": " "}, "honseki"), ({"moved_on": date(2026, 12, 1)}, "moved_on"), ({"receiver": "999999"}, "receiver"),
    ({"receiver": SHINJUKU}, "receiver"),
])  # fmt: skip
def test_what_is_at_fault_is_refused_by_field(resident, outsider, at, changes, field):
    with pytest.raises(Invalid) as caught:
        send(resident, outsider, at, **changes)
    assert [error.field for error in caught.value.errors] == [field]


def test_the_next_town_and_another_duty_neither_send_nor_take_over(resident, clerk, outsider, ward_clerk, at):
    for stranger, refusal in ((clerk, NotFound), (actor(SHINJUKU, "STAFF_ADMINISTRATOR"), Forbidden)):
        with pytest.raises(refusal):
            send(resident, stranger, at)
    message = send(resident, outsider, at)
    for stranger, refusal in (
        (clerk, NotFound),
        (outsider, Forbidden),
        (actor(TSURUMI, "PROTECTION_OFFICER"), Forbidden),
    ):
        with pytest.raises(refusal):
            honseki_transfers.take_over(message=message.pk, by=stranger, at=at)
    with acting(Scope("jlis_municipal", CHIYODA)):
        assert SupplementaryRecord.objects.count() == 0


def test_a_measure_follows_to_the_new_honseki(resident, clerk, outsider, ward_clerk, at):
    measure = applied(resident, at, honseki=SHINJUKU)
    honseki_transfers.take_over(message=send(resident, outsider, at).pk, by=ward_clerk, at=at)
    assert copies(measure) == {
        CHIYODA: ("RESIDENCE", "PROVISIONAL"), SHINJUKU: ("FORMER_HONSEKI", "PROVISIONAL"),
        TSURUMI: ("HONSEKI", "PROVISIONAL"),
    }  # fmt: skip


def test_both_clerks_do_it_on_the_screen(resident, at):
    account("shinjuku", SHINJUKU, "COUNTER_CLERK", at=at)
    account("tsurumi", TSURUMI, "COUNTER_CLERK", at=at)
    old, new = sign_in(Client(), "shinjuku"), sign_in(Client(), "tsurumi")
    form = {"receiver": TSURUMI, "honseki": NEW["honseki"], "koseki_head": "髙﨑　太郎", "moved_on_era": "R",
            "moved_on_year": "8", "moved_on_month": "11", "moved_on_day": "10"}  # fmt: skip
    page = f"/juki/supplementary/{resident.pk}/transfer/"
    assert "必須" in old.post(page, form | {"honseki": ""}).content.decode()
    sent = old.post(page, form)
    assert sent.status_code == 302
    assert "東京都千代田区一番町1番" in new.get(sent.url).content.decode()
    entered = new.post(f"{sent.url}enter-supplementary/", follow=True).content.decode()
    assert "附票に記載しました" in entered
    assert line(resident)[-1] == (4, TSURUMI, "S02", "CURRENT")
    assert old.post(f"{sent.url}enter-supplementary/").status_code == 403
