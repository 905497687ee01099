"""附票への記載事項通知 goes out by itself (法19条1項): once, to the 本籍地, and to nobody where that is not known."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unprocessable
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, Scope, acting
from juki.domain.town_messages import Kind
from juki.models import IdentityRecord, Resident, TownMessage, UnaddressedNotice
from juki.services import honseki_notices, town_messages
from tests.conftest import CHIYODA, SHINJUKU, TOKYO, TSURUMI, actor
from tests.jpki.people import account, sign_in
from tests.juki.factories import change, grown, tell, with_codes
from tests.juki.test_retelling import stay
from tests.juki.test_supplementary import notice, told
from tests.juki.towns import SHINJUKU_ADDRESS, arrives, leaves, living

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
MOVED = "東京都千代田区一番町1番"


@pytest.fixture
def resident(clerk, outsider, ward_clerk, at) -> Resident:
    """A national of Chiyoda; the 本籍地 is a ward of Yokohama."""
    for town in (clerk, outsider):
        with_codes(town, at)
    return entered(clerk, ward_clerk, at)


def entered(clerk, honseki, at, key="s-1") -> Resident:
    """Somebody whose entry was told to the 本籍地 on paper, before it entered them in its 附票."""
    found = living(clerk, at)
    with acting(clerk.scope):
        (row,) = honseki_notices.waiting(by=clerk).filter(resident=found.pk)
    honseki_notices.drop(notification=row.pk, note="書面で通知済み", by=clerk, at=at)
    told(notice(found, key=key), by=honseki, at=at)
    return found


def sent(kind=Kind.SUPPLEMENTARY_NOTICE) -> list[TownMessage]:
    with acting(REGISTRY):
        return list(TownMessage.objects.filter(kind=kind).order_by("sequence"))


def said(message, by, at):
    return town_messages.open_message(message=message.pk, by=by, at=at).body


def waiting(by):
    with acting(by.scope):
        return list(honseki_notices.waiting(by=by))


def test_a_move_within_tells_the_honseki_by_itself(resident, clerk, ward_clerk, at):
    tell(change("M01", resident.resident_code, address=MOVED), by=clerk, at=at)
    (message,) = sent()
    assert (message.sender, message.receiver, message.resident) == (CHIYODA, TSURUMI, resident.pk)
    assert said(message, ward_clerk, at) == {
        "resident_code": resident.resident_code, "name": "髙﨑　太郎", "birth_date": "1980-02-17", "address": MOVED,
        "address_since": "2026-11-20", "reason": "転居", "changed_on": "2026-11-20",
    }  # fmt: skip
    note = "附票の氏名と異なります"
    town_messages.make_move(message=message.pk, verb="disagree", note=note, by=ward_clerk, at=at)
    assert town_messages.open_message(message=message.pk, by=clerk, at=at).steps[-1].note == note


def test_the_town_of_the_move_in_tells_it_and_the_move_out_does_not(resident, clerk, outsider, ward_clerk, at):
    leaves(resident, by=clerk, at=at)
    assert sent() == []
    arrives(resident, by=outsider, at=at)
    (message,) = sent()
    assert (message.sender, said(message, ward_clerk, at)["address"]) == (SHINJUKU, SHINJUKU_ADDRESS)
    assert len(sent(Kind.MOVE_IN_NOTICE)) == 1


def test_who_leaves_japan_is_told_without_an_address(resident, clerk, ward_clerk, at):
    tell(change("D02", resident.resident_code), by=clerk, at=at)
    body = said(sent()[0], ward_clerk, at)
    assert (body["reason"], body["changed_on"]) == ("国外転出", "2026-11-20")
    assert "address" not in body


def test_a_new_code_is_told_with_the_one_before(resident, clerk, ward_clerk, at):
    tell(change("M08", resident.resident_code), by=clerk, at=at)
    body = said(sent()[0], ward_clerk, at)
    assert body["former_resident_code"] == resident.resident_code != body["resident_code"]
    assert "address_since" not in body


@pytest.mark.parametrize(("reason", "items"), [
    ("D03", {}), ("M14", {"former_surname": "山田"}), ("M20", {"name_kana": "タカサキ　ジロウ"}),
    ("M03", {"name": "髙﨑　次郎"}),
])  # fmt: skip
def test_what_the_koseki_tells_or_the_supplementary_does_not_say_is_not_told(resident, clerk, at, reason, items):
    tell(change(reason, resident.resident_code, **items), by=clerk, at=at)
    assert sent() == waiting(clerk) == []


def test_a_notification_that_is_sent_again_tells_nothing_again(resident, clerk, at):
    moved = change("M01", resident.resident_code, address=MOVED)
    tell(moved, by=clerk, at=at)
    (again,) = tell(moved, by=clerk, at=at)
    assert again.replayed
    assert len(sent()) == 1


def test_where_the_town_itself_is_the_honseki_nothing_is_sent(clerk, at):
    with_codes(clerk, at)
    own = living(clerk, at)
    told(notice(own), by=clerk, at=at)
    tell(change("M01", own.resident_code, address=MOVED), by=clerk, at=at)
    assert sent() == waiting(clerk) == []
    with acting(REGISTRY):
        assert UnaddressedNotice.objects.get().note.startswith("本籍地はこの市区町村")


def test_many_of_a_call_are_told_each_once(resident, clerk, ward_clerk, at):
    second = entered(clerk, ward_clerk, at, "s-9")
    people = (resident, second)
    tell(*(change("M01", each.resident_code, address=MOVED) for each in people), by=clerk, at=at)
    assert {message.resident for message in sent()} == {resident.pk, second.pk}
    assert [message.sequence for message in sent()] == [1, 2]


def test_a_foreigner_has_no_supplementary(clerk, at):
    with_codes(clerk, at)
    tell(grown(reason="R02", resident_class="FOREIGN", name="SMITH JOHN"), by=clerk, at=at)
    assert sent() == waiting(clerk) == []


def test_a_stay_that_is_told_late_is_told_to_the_honseki_too(resident, clerk, outsider, ward_clerk, at):
    tell(change("D01", resident.resident_code, changed_on="2026-11-02"), by=clerk, at=at)
    back = grown(reason="R01", changed_on="2026-11-08", resident_code=resident.resident_code, address="帰った町")
    tell(back, by=clerk, at=at)
    stay(resident, outsider, at)
    told_of = {(message.sender, said(message, ward_clerk, at)["address"]) for message in sent()}
    assert told_of == {(CHIYODA, "帰った町"), (SHINJUKU, "隣の町")}


def test_without_a_known_honseki_it_waits_on_the_towns_list_and_is_sent_by_the_clerk(clerk, outsider, ward_clerk, at):
    with_codes(clerk, at)
    unknown = living(clerk, at)
    (row,) = waiting(clerk)
    assert (row.resident, row.reason, waiting(outsider)) == (unknown.pk, "R06", [])
    told_by = {"notification": row.pk, "honseki": "神奈川県横浜市鶴見区鶴見中央三丁目20番", "koseki_head": "髙﨑　太郎"}
    for wrong in ({"receiver": "999999"}, {"receiver": CHIYODA}, {"receiver": TSURUMI, "honseki": " "}):
        with pytest.raises(Invalid):
            honseki_notices.send(**told_by | wrong, by=clerk, at=at)
    posted = honseki_notices.send(**told_by, receiver=TSURUMI, by=clerk, at=at)
    body = said(posted.message, ward_clerk, at)
    assert (body["koseki_head"], body["reason"]) == ("髙﨑　太郎", "職権記載")
    assert waiting(clerk) == []
    with pytest.raises(Conflict):
        honseki_notices.drop(notification=row.pk, note="二度目", by=clerk, at=at)
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="juki.unaddressed_notice_settled")
        assert (entry.subject, entry.detail["outcome"]) == (unknown.pk, "SENT")


def test_one_that_is_not_needed_goes_with_its_reason(clerk, at):
    with_codes(clerk, at)
    living(clerk, at)
    (row,) = waiting(clerk)
    with pytest.raises(Invalid):
        honseki_notices.drop(notification=row.pk, note=" ", by=clerk, at=at)
    honseki_notices.drop(notification=row.pk, note="本籍不明のため", by=clerk, at=at)
    assert waiting(clerk) == sent() == []


def test_the_next_town_and_another_duty_settle_nothing(clerk, outsider, at):
    with_codes(clerk, at)
    living(clerk, at)
    (row,) = waiting(clerk)
    told_by = {"notification": row.pk, "receiver": TSURUMI, "honseki": "横浜市", "koseki_head": "髙﨑"}
    for stranger, refusal in ((outsider, NotFound), (actor(CHIYODA, "STAFF_ADMINISTRATOR"), Forbidden)):
        with pytest.raises(refusal):
            honseki_notices.send(**told_by, by=stranger, at=at)
        with pytest.raises(refusal):
            honseki_notices.drop(notification=row.pk, note="不要", by=stranger, at=at)
    for scope in (Scope("jlis_municipal", SHINJUKU), Scope("jlis_municipal", "")):
        with acting(scope):
            assert UnaddressedNotice.objects.count() == 0
    with acting(Scope("jlis_city", CHIYODA)):
        assert UnaddressedNotice.objects.count() == 1
    assert TOKYO


def test_what_was_put_right_before_the_clerk_came_to_it_is_not_sent(clerk, at):
    with_codes(clerk, at)
    unknown = living(clerk, at)
    (row,) = waiting(clerk)
    with acting(REGISTRY):
        IdentityRecord.objects.filter(resident=unknown.pk).update(superseded_at=at.instant)
    with pytest.raises(Conflict) as refusal:
        honseki_notices.send(
            notification=row.pk, receiver=TSURUMI, honseki="横浜市", koseki_head="髙﨑", by=clerk, at=at
        )
    assert refusal.value.code == "overtaken"


def test_the_list_on_the_screen(clerk, at):
    with_codes(clerk, at)
    living(clerk, at)
    account("chiyoda", CHIYODA, "COUNTER_CLERK", at=at)
    screen = sign_in(Client(), "chiyoda")
    page = screen.get("/juki/honseki-notices/").content.decode()
    assert "髙﨑　太郎" in page
    (row,) = waiting(clerk)
    form = {"receiver": TSURUMI, "honseki": "横浜市鶴見区鶴見中央三丁目20番", "koseki_head": "髙﨑　太郎"}
    address = f"/juki/honseki-notices/{row.pk}/"
    assert "宛先の市区町村コードがありません" in screen.post(address, form | {"receiver": "99"}).content.decode()
    assert "通知を送りました" in screen.post(address, form, follow=True).content.decode()
    assert "ありません" in screen.get("/juki/honseki-notices/").content.decode()
    account("shinjuku", SHINJUKU, "COUNTER_CLERK", at=at)
    assert sign_in(Client(), "shinjuku").post(address, form).status_code == 404
    account("other", CHIYODA, "STAFF_ADMINISTRATOR", at=at)
    assert sign_in(Client(), "other").get("/juki/honseki-notices/").status_code == 403


class TestWhatWaitedGoesOutByItself:
    """When a 本籍地 enters the person: once, in order, whatever is told again or at the same time."""

    @pytest.fixture
    def person(self, clerk, outsider, at):
        """A national of Chiyoda whom no 附票 keeps, with two changes that wait."""
        for town in (clerk, outsider):
            with_codes(town, at)
        found = living(clerk, at)
        tell(change("M01", found.resident_code, address=MOVED), by=clerk, at=at)
        assert [row.reason for row in waiting(clerk)] == ["R06", "M01"]
        return found

    def outcomes(self):
        with acting(REGISTRY):
            return [(row.outcome, row.message) for row in UnaddressedNotice.objects.order_by("noted_at", "reason")]

    def test_every_change_in_its_order_and_nobody_has_to_send_it(self, person, clerk, ward_clerk, at):
        told(notice(person), by=ward_clerk, at=at)
        messages = sent()
        assert [said(each, ward_clerk, at)["reason"] for each in messages] == ["職権記載", "転居"]
        assert {(each.sender, each.receiver, each.sent_by) for each in messages} == {(CHIYODA, TSURUMI, "自動通知")}
        assert waiting(clerk) == []
        assert {outcome for outcome, _ in self.outcomes()} == {"SENT"}
        assert {message for _, message in self.outcomes()} == {each.pk for each in messages}
        with acting(SYSTEM):
            settled = AuditEntry.objects.filter(action="juki.unaddressed_notice_settled", subject=person.pk)
            assert {entry.detail["outcome"] for entry in settled} == {"SENT"}

    def test_once_though_the_entry_is_told_again_and_the_honseki_changes(self, person, clerk, outsider, ward_clerk, at):
        for _ in range(2):
            told(notice(person), by=ward_clerk, at=at)
        told(notice(person, "S08", "s-2", "2026-11-20"), by=ward_clerk, at=at)
        told(notice(person, "S02", "t-1", "2026-11-20"), by=outsider, at=at)
        assert len(sent()) == 2

    def test_what_the_clerk_sent_or_dropped_before_does_not_go_again(self, person, clerk, ward_clerk, at):
        first, second = waiting(clerk)
        told_by = {"receiver": TSURUMI, "honseki": "横浜市鶴見区", "koseki_head": "髙﨑　太郎"}
        honseki_notices.send(notification=first.pk, **told_by, by=clerk, at=at)
        honseki_notices.drop(notification=second.pk, note="書面で通知済み", by=clerk, at=at)
        told(notice(person), by=ward_clerk, at=at)
        assert len(sent()) == 1

    def test_only_of_the_person_who_was_entered(self, person, clerk, ward_clerk, at):
        other = living(clerk, at)
        told(notice(person), by=ward_clerk, at=at)
        assert [row.resident for row in waiting(clerk)] == [other.pk]

    def test_what_was_put_right_meanwhile_is_not_told(self, person, clerk, ward_clerk, at):
        with acting(REGISTRY):
            IdentityRecord.objects.filter(resident=person.pk, version=1).update(superseded_at=at.instant)
        told(notice(person), by=ward_clerk, at=at)
        assert sent() == waiting(clerk) == []
        with acting(REGISTRY):
            notes = set(UnaddressedNotice.objects.values_list("outcome", "note"))
        assert notes == {("NOT_NEEDED", "後の異動で訂正され、通知する事項がない")}

    def test_an_entry_that_is_refused_sends_nothing(self, person, clerk, ward_clerk, at):
        with pytest.raises(Unprocessable):
            told(notice(person), notice(person, "S06", "s-2", "2026-10-01"), by=ward_clerk, at=at)
        assert sent() == []
        assert len(waiting(clerk)) == 2

    def test_entered_and_removed_in_one_call_leaves_it_to_the_clerk(self, person, clerk, ward_clerk, at):
        told(notice(person), notice(person, "S08", "s-2", "2026-11-20"), by=ward_clerk, at=at)
        assert sent() == []
        assert len(waiting(clerk)) == 2

    def test_a_change_from_then_on_goes_at_once(self, person, clerk, ward_clerk, at):
        told(notice(person), by=ward_clerk, at=at)
        tell(change("M01", person.resident_code, address="別の町1番"), by=clerk, at=at)
        assert said(sent()[-1], ward_clerk, at)["address"] == "別の町1番"
        assert waiting(clerk) == []

    def test_it_is_no_act_of_a_clerk_who_may_not_tell_a_supplementary(self, person, at):
        with pytest.raises(Forbidden), acting(REGISTRY):
            honseki_notices.send_waiting(residents=[person.pk], by=actor(CHIYODA, "STAFF_ADMINISTRATOR"), at=at)


@pytest.mark.django_db(transaction=True)
def test_a_change_and_the_entry_at_the_same_time_leave_nothing_waiting(clerk, ward_clerk, at):
    """Whichever commits first: the change waits and is sent by the entry, or it knows the 本籍地."""
    with_codes(clerk, at)
    person = living(clerk, at)
    barrier = Barrier(2)

    def at_once(act):
        barrier.wait(10)
        try:
            act()
        finally:
            connection.close()

    acts = (
        lambda: tell(change("M01", person.resident_code, address=MOVED), by=clerk, at=at),
        lambda: told(notice(person), by=ward_clerk, at=at),
    )
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(at_once, act) for act in acts]:
            done.result(30)
    assert waiting(clerk) == []
    assert sorted(said(each, ward_clerk, at)["reason"] for each in sent()) == ["職権記載", "転居"]
