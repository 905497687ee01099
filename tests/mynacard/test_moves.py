"""What is done to a card at the counter: hold, lift, loss, return, continued use."""

import pytest

from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import MYNACARD, SYSTEM, acting
from jlis.kernel.outbox import delivery
from jpki.domain.fees import Ground
from jpki.domain.kinds import Kind
from mynacard.domain.lifecycle import MOVES
from mynacard.models import CardHistory
from mynacard.selectors import cards as selectors
from mynacard.services import cards, counter
from tests.conftest import actor
from tests.mynacard import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(resident, clerk, at):
    return cast.live(resident, by=clerk, at=at)


def make(card, verb, by, at, note="見本"):
    return cards.make_move(card=card.pk, verb=verb, note=note, by=by, at=at)


def test_a_hold_holds_both_certificates(card, clerk, at):
    held = make(card, "suspend", clerk, at)

    assert held.state == "SUSPENDED"
    assert set(cast.certificates(card).values()) == {"SUSPENDED"}
    assert len(cast.events("card_suspended")) == 1
    assert not selectors.standing(held, at).usable


def test_the_lift_needs_new_certificates(card, clerk, at):
    make(card, "suspend", clerk, at)
    lifted = make(card, "resume", clerk, at)

    cast.anew(card, Kind.SIGN_CARD, Kind.AUTH_CARD, by=clerk, at=at, ground=Ground.AFTER_HOLD)

    assert (lifted.state, lifted.suspended_at) == ("LIVE", None)
    assert set(cast.certificates(card).values()) == {"VALID"}
    assert len(cast.events("card_resumed")) == 1


@pytest.mark.parametrize(
    ("verb", "cause"),
    [
        ("void_lost", "LOST"), ("void_damaged", "DAMAGED"), ("give_back", "RETURNED"), ("void_ordered", "ORDERED"),
        ("void_ex_officio", "EX_OFFICIO"),
    ],
)  # fmt: skip
def test_every_end_ends_the_certificates_and_is_told(card, clerk, at, verb, cause):
    make(card, "suspend", clerk, at)

    ended = make(card, verb, clerk, at)

    assert (ended.state, ended.cause, ended.void_on) == ("VOID", cause, at.day)
    assert set(cast.certificates(card).values()) == {"REVOKED"}
    assert [event.payload["cause"] for event in cast.events("card_voided")] == [cause]
    with pytest.raises(Conflict):
        make(card, "resume", clerk, at)


def test_a_lost_cards_keys_count_as_compromised(card, clerk, at):
    from jpki.models import CertificateStatus

    make(card, "void_lost", clerk, at)

    with acting(MYNACARD):
        assert set(CertificateStatus.objects.values_list("cause", "reason")) == {("KEY_COMPROMISE", 1)}


def test_without_its_pins_a_card_signs_no_more(card, clerk, at):
    make(card, "drop_pins", clerk, at)

    assert not cast.again(card).has_pins
    assert cast.certificates(card) == {Kind.SIGN_CARD: "REVOKED", Kind.AUTH_CARD: "VALID"}


@pytest.mark.parametrize("verb", ["void_ex_officio", "void_ordered"])
def test_what_is_done_by_authority_has_its_reason(card, clerk, at, verb):
    with pytest.raises(Invalid):
        make(card, verb, clerk, at, note=" ")

    assert cast.again(card).state == "LIVE"


def test_only_the_pages_moves_are_made_from_it(card, clerk, at):
    for verb in MOVES:
        if not MOVES[verb].at_the_counter:
            with pytest.raises(ValueError, match="not made from"):
                make(card, verb, clerk, at)


def test_neither_the_next_town_nor_who_may_not(card, outsider, at):
    with pytest.raises(NotFound):
        make(card, "suspend", outsider, at)
    with pytest.raises(Forbidden):
        make(card, "suspend", actor("131016", "STAFF_ADMINISTRATOR"), at)
    assert cast.again(card).state == "LIVE"


def test_continued_use_stops_the_clock_and_the_face_is_of_today(card, resident, clerk, outsider, at):
    with pytest.raises(Conflict):
        make(card, "continue_use", clerk, at)
    cast.change(resident, "D01", at.day, by=clerk, at=at)
    cast.moves_to(resident, at.day, by=outsider, at=at)
    delivery.deliver_all()
    assert cast.again(card).clock == "CONTINUE"

    continued = make(card, "continue_use", outsider, at)

    assert (continued.clock, continued.clock_due_on, continued.office) == ("", None, "131041")
    assert continued.face_version == 3
    with pytest.raises(NotFound):
        make(card, "suspend", clerk, at)


def test_the_page_tells_history_and_hand_over_and_is_written_down(card, resident, clerk, outsider, at):
    make(card, "suspend", clerk, at)

    seen = counter.see(card=card.pk, by=clerk, at=at, purpose=counter.PURPOSE)

    assert [row.verb for row in seen.history] == [
        "suspend", "hand_over", "set_up", "arrive", "ship",
    ]  # fmt: skip
    assert seen.record.name == "髙﨑　太郎"
    assert seen.hand_over is not None
    with acting(SYSTEM):
        from jlis.kernel.audit.models import AuditEntry

        assert AuditEntry.objects.filter(action="mynacard.card_seen", subject=resident.pk).count() == 1
    with pytest.raises(NotFound):
        counter.see(card=card.pk, by=outsider, at=at, purpose=counter.PURPOSE)
    with acting(MYNACARD):
        assert CardHistory.objects.filter(card=card).count() == 5
