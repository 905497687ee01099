"""転入届の特例 (法24条の2): the card, the former town's information, and who must come the ordinary way."""

from datetime import timedelta

import pytest

from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, Scope, acting
from jlis.kernel.outbox.models import OutboxEvent
from juki.card_proofs import CardProof
from juki.domain.special_move_ins import Bar
from juki.models import IdentityRecord, MoveOutInformation, Resident, SpecialMoveIn
from juki.services import move_outs, special_move_ins, town_messages
from juki.services.move_outs import Filed
from juki.services.special_move_ins import SpecialMoveInRefused
from tests.conftest import CHIYODA, SHINJUKU, actor
from tests.juki.factories import change, tell, with_codes
from tests.juki.towns import HEAD, SHINJUKU_ADDRESS, arrives, held, later, leaves, living, messages

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lots(clerk, outsider, at):
    for town in (clerk, outsider):
        with_codes(town, at)


@pytest.fixture
def mover(clerk, at) -> Resident:
    """Somebody of Chiyoda with a card."""
    return living(clerk, at)


def proof(resident: Resident, at, is_live: bool = True) -> CardProof:
    return CardProof(resident.pk, "7", is_live, at.instant)


def opened(resident, by, at, moved_on=None, with_family=False, is_live=True) -> SpecialMoveIn:
    return special_move_ins.open_sitting(
        proof=proof(resident, at, is_live), moved_on=moved_on or at.day, with_family=with_family, by=by, at=at
    )


def refused(resident, by, at, **how) -> Bar:
    with pytest.raises(SpecialMoveInRefused) as caught:
        opened(resident, by, at, **how)
    assert caught.value.verdict.article in caught.value.message
    return caught.value.verdict.bar


def test_what_is_held_is_answered_at_once_and_the_person_moves_in(mover, clerk, outsider, at):
    held(leaves(mover, by=clerk, at=at), by=clerk, at=at)
    sitting = opened(mover, outsider, at)
    seen = special_move_ins.look(sitting=sitting.pk, by=outsider, at=at)
    (person,) = seen.persons
    assert person["honseki"] == HEAD["honseki"]
    assert person["pension_number"] == "1234567890"
    assert (person["name"], person["resident_code"]) == ("髙﨑　太郎", mover.resident_code)
    assert seen.former_address.startswith("東京都千代田区")

    (taken,) = special_move_ins.complete(sitting=sitting.pk, address=SHINJUKU_ADDRESS, codes=[], by=outsider, at=at)

    assert taken.status == "APPLIED"
    with acting(outsider.scope):
        record = IdentityRecord.objects.get(resident=mover.pk, valid_to__isnull=True)
        assert (record.address, record.name_kana, record.sex) == (SHINJUKU_ADDRESS, "タカサキ　タロウ", "M")
        assert SpecialMoveIn.objects.get().state == "COMPLETED"
    kinds = {(message.kind, message.sender, message.state) for message in messages(clerk)}
    assert kinds == {
        ("MOVE_OUT_INFORMATION", SHINJUKU, "CLOSED"), ("MOVE_IN_NOTICE", SHINJUKU, "SENT")
    }  # fmt: skip
    with acting(SYSTEM):
        event = OutboxEvent.objects.get(kind="juki.special_move_in_completed")
    assert (event.subject, event.payload["card"]) == (mover.pk, "7")


def test_honseki_and_household_are_in_no_table_of_the_register(mover, clerk, outsider, at):
    held(leaves(mover, by=clerk, at=at), by=clerk, at=at)
    opened(mover, outsider, at)
    with acting(clerk.scope):
        sealed = bytes(MoveOutInformation.objects.get().sealed)
    assert "九段".encode() not in sealed
    with acting(outsider.scope):
        assert MoveOutInformation.objects.count() == 0
    with pytest.raises(Exception, match="permission denied"), acting(REGISTRY):
        MoveOutInformation.objects.count()


def test_a_family_comes_with_the_card_of_its_head_in_one_go(clerk, outsider, at):
    head, child = living(clerk, at), living(clerk, at, name="髙﨑　小太郎")
    held(leaves(head, by=clerk, at=at), leaves(child, by=clerk, at=at), by=clerk, at=at)
    sitting = opened(head, outsider, at, with_family=True)
    persons = special_move_ins.look(sitting=sitting.pk, by=outsider, at=at).persons
    assert [person["name"] for person in persons] == ["髙﨑　太郎", "髙﨑　小太郎"]
    codes = [person["resident_code"] for person in persons]
    taken = special_move_ins.complete(sitting=sitting.pk, address=SHINJUKU_ADDRESS, codes=codes, by=outsider, at=at)
    assert [one.status for one in taken] == ["APPLIED", "APPLIED"]
    assert len(messages(clerk, kind="MOVE_IN_NOTICE")) == 2


def test_alone_the_holder_moves_alone(clerk, outsider, at):
    head, child = living(clerk, at), living(clerk, at, name="髙﨑　小太郎")
    held(leaves(head, by=clerk, at=at), leaves(child, by=clerk, at=at), by=clerk, at=at)
    sitting = opened(head, outsider, at)
    assert len(special_move_ins.look(sitting=sitting.pk, by=outsider, at=at).persons) == 1


def test_a_family_without_the_heads_card_is_refused_by_the_former_town(clerk, outsider, at):
    wife, child = living(clerk, at), living(clerk, at)
    held(leaves(wife, by=clerk, at=at), leaves(child, by=clerk, at=at), by=clerk, at=at, head=False)
    sitting = opened(wife, outsider, at, with_family=True)
    seen = special_move_ins.look(sitting=sitting.pk, by=outsider, at=at)
    assert seen.persons == []
    assert seen.refusal.bar is Bar.FAMILY_WITHOUT_HEAD
    with pytest.raises(Conflict):
        special_move_ins.complete(sitting=sitting.pk, address=SHINJUKU_ADDRESS, codes=[], by=outsider, at=at)
    assert len(special_move_ins.look(sitting=opened(wife, outsider, at).pk, by=outsider, at=at).persons) == 1


def test_a_request_waits_until_the_former_town_holds_something(mover, clerk, outsider, at):
    left = leaves(mover, by=clerk, at=at)
    sitting = opened(mover, outsider, at)
    with pytest.raises(Conflict, match="まだ"):
        special_move_ins.complete(sitting=sitting.pk, address=SHINJUKU_ADDRESS, codes=[], by=outsider, at=at)
    filed = [Filed(left.pk, HEAD, True)]
    assert move_outs.hold_information(filed=filed, destination="新宿区", by=clerk, at=at) == 1
    assert len(special_move_ins.look(sitting=sitting.pk, by=outsider, at=at).persons) == 1


def test_who_is_barred_and_why(mover, clerk, outsider, at):
    assert refused(mover, outsider, at) is Bar.NO_MOVE_OUT
    leaves(mover, by=clerk, at=at)
    assert refused(mover, outsider, at, is_live=False) is Bar.NO_CARD
    assert refused(mover, outsider, later(at, 31), moved_on=at.day) is Bar.TOO_LATE_AFTER_INTENDED
    assert refused(mover, outsider, later(at, 15), moved_on=at.day) is Bar.TOO_LATE_AFTER_MOVE
    arrives(mover, by=outsider, at=at)
    assert refused(mover, outsider, at) is Bar.RECORDED_ELSEWHERE
    assert messages(clerk, kind="MOVE_OUT_INFORMATION") == []


def test_a_move_out_that_was_not_told_for_the_card_needs_the_paper(mover, clerk, outsider, at):
    held(leaves(mover, by=clerk, at=at), by=clerk, at=at, with_card=False)
    sitting = opened(mover, outsider, at)
    assert special_move_ins.look(sitting=sitting.pk, by=outsider, at=at).refusal.bar is Bar.NOT_BY_CARD


def test_the_last_days_are_in_time(mover, clerk, outsider, at):
    held(leaves(mover, by=clerk, at=at), by=clerk, at=at)
    last = later(at, 30)
    opened(mover, outsider, last, moved_on=last.day - timedelta(days=14))


def test_the_proof_lapses_and_a_sitting_is_ended_once(mover, clerk, outsider, at):
    held(leaves(mover, by=clerk, at=at), by=clerk, at=at)
    sitting = opened(mover, outsider, at)
    assert opened(mover, outsider, at).pk == sitting.pk, "a card that is read twice opens one sitting"
    with pytest.raises(Conflict, match="カードを読み取って"):
        special_move_ins.complete(
            sitting=sitting.pk, address=SHINJUKU_ADDRESS, codes=[], by=outsider, at=at.later(minutes=31)
        )
    special_move_ins.end(sitting=sitting.pk, note="", by=outsider, at=at)
    with pytest.raises(Conflict):
        special_move_ins.end(sitting=sitting.pk, note="", by=outsider, at=at)
    assert messages(clerk, kind="MOVE_OUT_INFORMATION")[0].state == "CLOSED"


def test_a_day_to_come_and_the_own_town_are_refused(mover, clerk, outsider, at):
    leaves(mover, by=clerk, at=at)
    with pytest.raises(Invalid):
        opened(mover, outsider, at, moved_on=later(at, 1).day)
    with pytest.raises(Conflict, match="取消し"):
        opened(mover, clerk, at)


def test_what_contradicts_takes_the_whole_family_back(clerk, outsider, at):
    head, child = living(clerk, at), living(clerk, at)
    held(leaves(head, by=clerk, at=at), leaves(child, by=clerk, at=at), by=clerk, at=at)
    sitting = opened(head, outsider, at, with_family=True)
    tell(change("R09", child.resident_code) | {"name": "髙﨑　小太郎", "name_kana": "タカサキ", "sex": "M",
         "address": "東京都千代田区一番町1", "birth_date": "1980-02-17", "resident_class": "JAPANESE"},
         by=clerk, at=at)  # fmt: skip
    persons = special_move_ins.look(sitting=sitting.pk, by=outsider, at=at).persons
    codes = [person["resident_code"] for person in persons]
    with pytest.raises(Conflict, match="反映できません"):
        special_move_ins.complete(sitting=sitting.pk, address=SHINJUKU_ADDRESS, codes=codes, by=outsider, at=at)
    with acting(REGISTRY):
        assert Resident.objects.get(pk=head.pk).state == "REMOVED"
        assert SpecialMoveIn.objects.get().state == "WAITING"


def test_the_next_town_and_another_duty_have_no_part_in_it(mover, clerk, outsider, ward_clerk, at):
    left = leaves(mover, by=clerk, at=at)
    with pytest.raises(NotFound):
        move_outs.hold_information(filed=[Filed(left.pk, HEAD, True)], destination="新宿区", by=outsider, at=at)
    held(left, by=clerk, at=at)
    sitting = opened(mover, outsider, at)
    for stranger in (clerk, ward_clerk):
        with pytest.raises(NotFound):
            special_move_ins.look(sitting=sitting.pk, by=stranger, at=at)
        with pytest.raises(NotFound):
            special_move_ins.end(sitting=sitting.pk, note="", by=stranger, at=at)
    administrator = actor(SHINJUKU, "STAFF_ADMINISTRATOR")
    for act in (
        lambda: opened(mover, administrator, at),
        lambda: special_move_ins.look(sitting=sitting.pk, by=administrator, at=at),
        lambda: move_outs.hold_information(filed=[], destination="", by=actor(CHIYODA, "AUDITOR"), at=at),
    ):
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(Exception, match="permission denied"), acting(Scope("jlis_prefectural", "130001")):
        SpecialMoveIn.objects.count()


def test_information_at_fault_is_refused_by_row_and_field(mover, clerk, at):
    left = leaves(mover, by=clerk, at=at)
    bad = HEAD | {"relation": "", "pension_class": "9", "pension_number": "12", "koseki_head": ""}
    with pytest.raises(Invalid) as caught:
        move_outs.hold_information(filed=[Filed(left.pk, bad, True)], destination=" ", by=clerk, at=at)
    assert {(error.row, error.field) for error in caught.value.errors} == {(None, "destination"), (1, "relation")}
    fixed = bad | {"relation": "世帯主"}
    with pytest.raises(Invalid) as caught:
        move_outs.hold_information(filed=[Filed(left.pk, fixed, True)], destination="新宿区", by=clerk, at=at)
    assert {error.field for error in caught.value.errors} == {"pension_class", "pension_number", "koseki_head"}


def test_the_former_towns_clerk_may_refuse_in_words(mover, clerk, outsider, at):
    leaves(mover, by=clerk, at=at)
    sitting = opened(mover, outsider, at)
    (request,) = messages(clerk)
    town_messages.make_move(message=request.pk, verb="refuse", note="届出を確かめています", by=clerk, at=at)
    seen = special_move_ins.look(sitting=sitting.pk, by=outsider, at=at)
    assert (seen.state, seen.refusal) == ("REFUSED", None)
