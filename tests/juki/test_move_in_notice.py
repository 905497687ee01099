"""転入通知 (法9条1項) comes by itself, confirms the move-out, and is read by the two towns alone."""

import pytest
from django.db import DatabaseError, connection

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unprocessable
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, Scope, acting
from juki.domain.town_messages import Kind
from juki.models import MoveOut, TownMessage, TownMessageBody, TownMessageStep
from juki.services import move_outs, posting, town_messages
from juki.services.posting import Letter
from tests.conftest import CHIYODA, SHINJUKU, TOKYO, TSURUMI, actor
from tests.juki.factories import change, grown, tell, with_codes
from tests.juki.towns import SHINJUKU_ADDRESS, arrives, held, later, leaves, living, messages, move_out_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def mover(clerk, outsider, at):
    """Somebody of Chiyoda who has told of leaving for Shinjuku."""
    for town in (clerk, outsider):
        with_codes(town, at)
    found = living(clerk, at)
    leaves(found, by=clerk, at=at)
    return found


@pytest.fixture
def notice(mover, clerk, outsider, at) -> TownMessage:
    arrives(mover, by=outsider, at=at)
    (found,) = messages(clerk)
    return found


def test_a_move_in_tells_the_former_town_by_itself(notice, mover, clerk, outsider, at):
    assert (notice.kind, notice.sender, notice.receiver) == (Kind.MOVE_IN_NOTICE, SHINJUKU, CHIYODA)
    assert (notice.state, notice.resident, notice.sequence) == ("SENT", mover.pk, 1)
    opened = town_messages.open_message(message=notice.pk, by=clerk, at=at)
    assert opened.body["address"] == SHINJUKU_ADDRESS
    assert opened.body["resident_code"] == mover.resident_code
    assert opened.message.state == "RECEIVED"
    assert [step.verb for step in opened.steps] == ["send", "receive"]
    assert town_messages.open_message(message=notice.pk, by=outsider, at=at).body == opened.body


def test_the_move_out_is_confirmed_and_its_destination_put_right(mover, clerk, outsider, at):
    held(move_out_of(mover.pk, clerk), by=clerk, at=at, destination="東京都新宿区西新宿一丁目1番1号")
    arrives(mover, by=outsider, at=at)
    found = move_out_of(mover.pk, clerk)
    assert (found.state, found.arrived_office, found.arrived_on) == ("CONFIRMED", SHINJUKU, at.day)
    assert (found.destination, found.destination_corrected) == (SHINJUKU_ADDRESS, True)


def test_a_destination_told_as_it_came_true_is_not_corrected(mover, clerk, outsider, at):
    held(move_out_of(mover.pk, clerk), by=clerk, at=at, destination=SHINJUKU_ADDRESS.replace("2", "２"))
    arrives(mover, by=outsider, at=at)
    assert not move_out_of(mover.pk, clerk).destination_corrected


def test_who_stays_or_comes_from_abroad_or_returns_sends_nothing(clerk, outsider, at):
    for town in (clerk, outsider):
        with_codes(town, at)
    home, abroad = living(clerk, at), living(clerk, at)
    leaves(home, by=clerk, at=at)
    tell(change("D02", abroad.resident_code), by=clerk, at=at)
    tell(grown(reason="R02", resident_code=abroad.resident_code, changed_on=at.day.isoformat()), by=outsider, at=at)
    arrives(home, by=clerk, at=at, address="東京都千代田区一番町1番")
    assert messages(clerk) == []
    assert move_out_of(home.pk, clerk).state == "CONFIRMED"


def test_a_cancelled_move_out_is_awaited_no_more(mover, clerk, at):
    tell(grown(reason="R09", resident_code=mover.resident_code, changed_on=at.day.isoformat()), by=clerk, at=at)
    assert move_out_of(mover.pk, clerk).state == "CANCELLED"


def test_a_move_in_held_as_a_discrepancy_tells_nobody_before_it_is_applied(clerk, outsider, at):
    for town in (clerk, outsider):
        with_codes(town, at)
    found = living(clerk, at)
    tell(grown(reason="R01", resident_code=found.resident_code, changed_on=at.day.isoformat(),
               address=SHINJUKU_ADDRESS), by=outsider, at=at)  # fmt: skip
    assert messages(clerk) == []
    tell(change("D01", found.resident_code), by=clerk, at=at)
    (told,) = messages(clerk)
    assert told.sender == SHINJUKU
    assert move_out_of(found.pk, clerk).state == "CONFIRMED"


def test_what_does_not_come_is_listed_after_the_days_that_the_town_has_set(mover, clerk, outsider, at):
    def listed(day, by=clerk):
        with acting(by.scope):
            return [row.resident for row in move_outs.missing(by=by, at=later(at, day))]

    assert listed(30) == []
    assert listed(31) == [mover.pk]
    assert listed(31, outsider) == []
    settings = {"days_until_missing": 10, "wide_area_opens": "09:00", "wide_area_closes": "16:00"}
    town_messages.set_desk(office=CHIYODA, values=settings, by=clerk, at=at)
    assert listed(11) == [mover.pk]


def test_the_receiver_settles_it_once_and_the_sender_never(notice, clerk, outsider, at):
    with pytest.raises(Forbidden):
        town_messages.make_move(message=notice.pk, verb="settle", by=outsider, at=at)
    assert town_messages.make_move(message=notice.pk, verb="settle", by=clerk, at=at).state == "SETTLED"
    with pytest.raises(Conflict):
        town_messages.make_move(message=notice.pk, verb="settle", by=clerk, at=at)


def test_a_third_town_learns_nothing(notice, ward_clerk, at):
    assert messages(ward_clerk) == []
    with pytest.raises(NotFound):
        town_messages.open_message(message=notice.pk, by=ward_clerk, at=at)
    with pytest.raises(NotFound):
        town_messages.make_move(message=notice.pk, verb="settle", by=ward_clerk, at=at)
    with pytest.raises(Forbidden):
        town_messages.set_desk(office=CHIYODA, values={}, by=ward_clerk, at=at)


def test_a_duty_without_the_permission_is_refused(notice, at):
    administrator = actor(CHIYODA, "STAFF_ADMINISTRATOR")
    with pytest.raises(Forbidden):
        town_messages.open_message(message=notice.pk, by=administrator, at=at)
    with pytest.raises(Forbidden):
        town_messages.make_move(message=notice.pk, verb="settle", by=administrator, at=at)
    clerk_without = actor(CHIYODA, "COUNTER_CLERK")
    with pytest.raises(Forbidden):
        town_messages.set_desk(office=CHIYODA, values={}, by=clerk_without, at=at)


def test_hours_that_end_before_they_begin_are_refused(clerk, at):
    settings = {"days_until_missing": 10, "wide_area_opens": "17:00", "wide_area_closes": "09:00"}
    with pytest.raises(Invalid):
        town_messages.set_desk(office=CHIYODA, values=settings, by=clerk, at=at)


@pytest.mark.parametrize(("role", "org"), [
    ("jlis_prefectural", TOKYO), ("jlis_national", "MHLW"), ("jlis_operator", "JLIS"), ("jlis_registry", ""),
    ("jlis_jpki", ""), ("jlis_mynacard", ""), ("jlis_auditor", "JLIS"),
])  # fmt: skip
def test_the_content_is_read_by_no_other_role(notice, role, org):
    with pytest.raises(DatabaseError), acting(Scope(role, org, "JUKI-COUNTER")):
        TownMessageBody.objects.first()


def test_the_content_is_not_there_for_a_third_town(notice):
    with acting(Scope("jlis_municipal", TSURUMI)):
        assert TownMessageBody.objects.count() == TownMessageStep.objects.count() == 0


def test_the_content_is_sealed_and_bound_to_its_message(notice, clerk):
    with acting(clerk.scope):
        sealed = bytes(TownMessageBody.objects.get(message=notice).sealed)
    assert "西新宿".encode() not in sealed
    assert b"resident_code" not in sealed


def test_nothing_of_it_is_rewritten_or_taken_away(notice):
    for statement in (
        "UPDATE juki_townmessagestep SET verb = 'x'", "DELETE FROM juki_townmessage",
        "UPDATE juki_townmessage SET receiver = '141011'", "DELETE FROM juki_townmessagebody",
    ):  # fmt: skip
        with pytest.raises(DatabaseError), acting(REGISTRY), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_key_is_one_message_and_another_content_under_it_is_refused(outsider, at):
    letter = Letter(Kind.KOSEKI_NOTICE, SHINJUKU, CHIYODA, "k-1", {"what": "氏の変更"})
    with acting(REGISTRY):
        (first,) = posting.post([letter], by=outsider, at=at)
        (again,) = posting.post([letter], by=outsider, at=later(at, 1))
        (second,) = posting.post([Letter(letter.kind, SHINJUKU, CHIYODA, "k-2", letter.body)], by=outsider, at=at)
        assert (first.replayed, again.replayed) == (False, True)
        assert again.message.pk == first.message.pk
        assert (first.message.sequence, second.message.sequence) == (1, 2)
        assert TownMessageStep.objects.count() == 2
        with pytest.raises(Unprocessable):
            posting.post([Letter(letter.kind, SHINJUKU, CHIYODA, "k-1", {"what": "名の変更"})], by=outsider, at=at)


def test_every_look_and_move_is_in_the_chain(notice, clerk, at):
    town_messages.open_message(message=notice.pk, by=clerk, at=at)
    town_messages.make_move(message=notice.pk, verb="settle", by=clerk, at=at)
    with acting(SYSTEM):
        entries = AuditEntry.objects.filter(subject=notice.resident, action__startswith="juki.town_message")
        words = list(entries.order_by("at").values_list("action", flat=True))
    assert words == [
        "juki.town_message_sent", "juki.town_message_received", "juki.town_message_opened",
        "juki.town_message_settled",
    ]  # fmt: skip


def test_a_prefecture_hears_of_the_confirmed_move_out(notice):
    with acting(Scope("jlis_prefectural", TOKYO)):
        assert MoveOut.objects.get().state == "CONFIRMED"
