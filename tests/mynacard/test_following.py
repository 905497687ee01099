"""What the register's events do to cards: deaths end them, moves start their clocks and carry them along."""

from datetime import date, timedelta

import pytest

from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.outbox import delivery
from jlis.kernel.time import Moment
from mynacard.models import Application
from mynacard.services import clockwork
from tests.mynacard import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(resident, clerk, at):
    return cast.live(resident, by=clerk, at=at)


def told(resident, reason, on, *, by, at, **items):
    cast.change(resident, reason, on, by=by, at=at, **items)
    delivery.deliver_all()


@pytest.mark.parametrize(("reason", "cause"), [("D03", "DEATH"), ("D06", "REMOVED"), ("D09", "REMOVED")])
def test_death_and_removal_end_the_card_at_once(card, resident, clerk, at, reason, cause):
    told(resident, reason, at.day, by=clerk, at=at)

    assert (cast.again(card).state, cast.again(card).cause) == ("VOID", cause)
    assert set(cast.certificates(card).values()) == {"REVOKED"}


@pytest.mark.parametrize("reason", ["M05", "M08"])
def test_a_changed_number_or_code_ends_the_card(card, resident, clerk, at, reason):
    told(resident, reason, at.day, by=clerk, at=at)

    assert cast.again(card).cause == "NUMBER_CHANGED"
    assert set(cast.certificates(card).values()) == {"REVOKED"}


@pytest.mark.parametrize(
    ("reason", "items"), [("M01", {"address": "東京都千代田区一番町1番地"}), ("M02", {"name": "高崎　太郎"})]
)
def test_a_correction_leaves_the_card(card, resident, clerk, at, reason, items):
    told(resident, reason, at.day, by=clerk, at=at, **items)

    assert (cast.again(card).state, cast.again(card).clock) == ("LIVE", "")


def test_the_card_in_the_safe_ends_with_its_holder(resident, clerk, at):
    card = cast.stored(resident, by=clerk, at=at)

    told(resident, "D03", at.day, by=clerk, at=at)

    assert cast.again(card).cause == "DEATH"
    with acting(MYNACARD):
        assert Application.objects.get().state == "CANCELLED"


def test_a_move_out_starts_the_thirty_days(card, resident, clerk, at):
    intended = at.day + timedelta(days=5)

    told(resident, "D01", intended, by=clerk, at=at)

    assert (cast.again(card).clock, cast.again(card).clock_due_on) == ("MOVE_IN", intended + timedelta(days=30))
    assert cast.again(card).state == "LIVE"


def test_a_move_in_in_time_carries_the_card_and_starts_the_ninety_days(card, resident, clerk, outsider, at):
    told(resident, "D01", at.day, by=clerk, at=at)
    later = at.later(days=10)
    cast.moves_to(resident, at.day + timedelta(days=3), by=outsider, at=later)
    delivery.deliver_all()

    moved = cast.again(card)
    assert (moved.office, moved.clock) == ("131041", "CONTINUE")
    assert moved.clock_due_on == later.day + timedelta(days=90)


def test_a_move_in_told_too_late_ends_the_card(card, resident, clerk, outsider, at):
    told(resident, "D01", at.day, by=clerk, at=at)
    later = at.later(days=20)
    cast.moves_to(resident, at.day + timedelta(days=3), by=outsider, at=later)
    delivery.deliver_all()

    assert (cast.again(card).state, cast.again(card).cause) == ("VOID", "NO_MOVE_IN")
    assert cast.again(card).office == "131041"


def test_who_moves_on_before_continuing(card, resident, clerk, outsider, at):
    told(resident, "D01", at.day, by=clerk, at=at)
    cast.moves_to(resident, at.day, by=outsider, at=at.later(days=1))
    cast.change(resident, "D01", at.day + timedelta(days=9), by=outsider, at=at.later(days=2))
    delivery.deliver_all()

    card = cast.again(card)
    assert (card.state, card.clock, card.clock_due_on) == ("LIVE", "LEAVE_AGAIN", at.day + timedelta(days=9))
    clockwork.run(by=cast.operator(), at=at.later(days=10))
    assert cast.again(card).cause == "MOVED_AGAIN"


def test_who_leaves_the_country_loses_the_card_on_the_day(card, resident, clerk, at):
    intended = at.day + timedelta(days=7)
    told(resident, "D02", intended, by=clerk, at=at)
    assert cast.again(card).clock == "LEAVE_COUNTRY"

    clockwork.run(by=cast.operator(), at=at.later(days=6))
    assert cast.again(card).state == "LIVE"
    clockwork.run(by=cast.operator(), at=at.later(days=7))

    assert cast.again(card).cause == "LEFT_COUNTRY"


def test_many_events_of_one_person_in_one_batch(card, resident, clerk, outsider, at):
    cast.change(resident, "D01", at.day, by=clerk, at=at)
    cast.moves_to(resident, at.day, by=outsider, at=at)
    cast.change(resident, "D03", at.day, by=outsider, at=at)
    delivery.deliver_all()

    card = cast.again(card)
    assert (card.state, card.cause, card.office, card.clock) == ("VOID", "DEATH", "131041", "")


class TestTheClocksOfADay:
    def run(self, at: Moment) -> dict[str, int]:
        return clockwork.run(by=cast.operator(), at=at)

    def test_on_the_last_day_a_card_lives_and_the_day_after_it_does_not(self, card, resident, clerk, at):
        told(resident, "D01", at.day, by=clerk, at=at)

        assert self.run(at.later(days=30))["void_no_move_in"] == 0
        assert self.run(at.later(days=31))["void_no_move_in"] == 1
        assert cast.again(card).cause == "NO_MOVE_IN"
        assert cast.again(card).void_on == at.day + timedelta(days=31)
        assert set(cast.certificates(card).values()) == {"REVOKED"}

    def test_ninety_days_without_continued_use(self, card, resident, clerk, outsider, at):
        told(resident, "D01", at.day, by=clerk, at=at)
        cast.moves_to(resident, at.day, by=outsider, at=at)
        delivery.deliver_all()

        assert self.run(at.later(days=90))["void_not_continued"] == 0
        assert self.run(at.later(days=91))["void_not_continued"] == 1

    def test_a_card_expires_with_its_last_day(self, card, at):
        last = date(2036, 2, 17)

        assert self.run(Moment(at.instant, last))["expire"] == 0
        assert self.run(Moment(at.instant, last + timedelta(days=1)))["expire"] == 1
        assert cast.again(card).cause == "EXPIRED"

    def test_a_second_run_tells_what_the_first_did_and_does_nothing(self, card, resident, clerk, at):
        told(resident, "D01", at.day, by=clerk, at=at)
        first = self.run(at.later(days=31))

        again = self.run(at.later(days=31))

        assert first == again
        assert len(cast.events("card_voided")) == 1
