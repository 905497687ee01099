"""One PIN entry: the card proved at the new town's counter, the move-in, and the card that goes on by itself."""

import pytest

from jlis.kernel.errors import Conflict, Forbidden
from jlis.kernel.outbox import delivery
from jpki.domain.kinds import Kind
from jpki.services.identification import NotIdentified
from juki import card_proofs
from juki.services import special_move_ins
from mynacard.services import cards
from tests.conftest import SHINJUKU, actor
from tests.juki.factories import with_codes
from tests.juki.towns import SHINJUKU_ADDRESS, arrives, held, later, leaves
from tests.mynacard import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(resident, clerk, outsider, at):
    with_codes(outsider, at)
    return cast.live(resident, by=clerk, at=at)


def proved(card, by, at, pin=cast.PINS.authentication):
    return card_proofs.prove(card_number=card.card_number, pin=pin, by=by, at=at, purpose="JUKI-COUNTER")


def test_one_pin_entry_serves_move_in_continued_use_and_certificate(card, resident, clerk, outsider, at):
    day = later(at, 3)
    held(leaves(resident, by=clerk, at=at), by=clerk, at=at)
    delivery.deliver_all()
    proof = proved(card, outsider, day)
    assert (proof.resident, proof.is_live) == (resident.pk, True)
    sitting = special_move_ins.open_sitting(proof=proof, moved_on=day.day, with_family=False, by=outsider, at=day)
    special_move_ins.complete(sitting=sitting.pk, address=SHINJUKU_ADDRESS, codes=[], by=outsider, at=day)
    delivery.deliver_all()

    moved = cast.again(card)
    assert (moved.state, moved.office, moved.clock, moved.clock_due_on) == ("LIVE", SHINJUKU, "", None)
    cast.anew(card, Kind.SIGN_CARD, by=outsider, at=day)
    assert set(cast.certificates(card).values()) == {"VALID"}


def test_an_ordinary_move_in_leaves_the_card_waiting(card, resident, clerk, outsider, at):
    leaves(resident, by=clerk, at=at)
    arrives(resident, by=outsider, at=at)
    delivery.deliver_all()
    assert cast.again(card).clock == "CONTINUE"


def test_a_wrong_pin_proves_nothing(card, outsider, at):
    with pytest.raises(Conflict, match="暗証番号"):
        proved(card, outsider, at, pin="0000")


def test_a_suspended_card_is_not_good_for_it(card, clerk, outsider, at):
    cards.make_move(card=card.pk, verb="suspend", by=clerk, at=at)
    with pytest.raises(NotIdentified):
        proved(card, outsider, at)


def test_another_duty_reads_no_card(card, at):
    with pytest.raises(Forbidden):
        proved(card, actor(SHINJUKU, "STAFF_ADMINISTRATOR"), at)


def test_no_card_on_the_reader(card, outsider, at):
    with pytest.raises(Conflict, match="読み取れません"):
        card_proofs.prove(card_number="26M0000000000999", pin="1234", by=outsider, at=at, purpose="JUKI-COUNTER")
