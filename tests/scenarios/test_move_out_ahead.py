"""A 転出 told before its day, through every room: until then as present as anybody; then what the law ends, once."""

from datetime import date, timedelta

import pytest

from bcl import reconciliation
from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, NotFound
from jlis.kernel.isolation.scope import MYNACARD, SYSTEM, acting
from jlis.kernel.outbox import delivery
from jpki.domain.kinds import Kind
from jpki.services import departures
from juki.models import Resident
from mynacard.models import Application
from mynacard.services import clockwork, forms, handing_over, sittings
from tests.bcl import copies
from tests.jpki import cast as jpki_cast
from tests.juki import factories
from tests.mynacard import cast
from tests.mynacard.conftest import _quick_passwords, chips, founded, key_holders, memory_keys, resident

__all__ = ["_quick_passwords", "chips", "founded", "key_holders", "memory_keys", "resident"]
pytestmark = pytest.mark.django_db
DAYS = 7


@pytest.fixture
def card(resident, clerk, at):
    """Who is going to move: a live card with both certificates, and a row in the town's copy."""
    copies.take_part(clerk, at)
    card = cast.live(resident, by=clerk, at=at)
    copies.send(clerk, at, copies.row_of(resident, sequence=1))
    return card


def tells(resident, *, by, at, reason="D01", days=DAYS):
    cast.change(resident, reason, at.day + timedelta(days=days), by=by, at=at)
    assert not delivery.deliver_all().failed


def arrives(resident, *, by, at):
    cast.moves_to(resident, at.day, by=by, at=at)
    assert not delivery.deliver_all().failed


def the_night(at) -> None:
    """What runs at night, in the rooms' order."""
    departures.take_effect(by=jpki_cast.operator(), at=at)
    clockwork.run(by=cast.operator(), at=at)
    assert not delivery.deliver_all().failed


def ended() -> int:
    with acting(SYSTEM):
        return AuditEntry.objects.filter(action="jpki.certificate_revoked").count()


def states(card):
    held = cast.certificates(card)
    return held[Kind.SIGN_CARD], held[Kind.AUTH_CARD]


class TestTheCopy:
    @pytest.fixture(autouse=True)
    def _on(self, settings):
        self.settings = settings

    def agrees(self, at) -> bool:
        self.settings.JLIS_TODAY = at.day
        return all(finding.agrees for finding in reconciliation.copies_agree_with_the_register())

    def test_agrees_on_every_day_whenever_the_town_writes_the_removal(self, card, resident, clerk, at):
        tells(resident, by=clerk, at=at)
        on = (at.day + timedelta(days=DAYS)).isoformat()
        assert self.agrees(at)
        copies.send(clerk, at, copies.row_of(resident, sequence=2, moving_out_on=on))
        assert self.agrees(at.later(days=DAYS - 1))
        assert not self.agrees(at.later(days=DAYS)), "the town has not written it"
        copies.send(clerk, at, copies.row_of(resident, sequence=3, removed_on=on, removal="MOVED_OUT"))
        for days in (0, DAYS - 1, DAYS, DAYS + 1):
            assert self.agrees(at.later(days=days))


def test_until_the_eve_everything_is_done_as_for_anybody(card, resident, clerk, at):
    tells(resident, by=clerk, at=at)
    eve = at.later(days=DAYS - 1)
    the_night(eve)
    assert states(card) == ("VALID", "VALID")

    cast.anew(card, Kind.SIGN_CARD, by=clerk, at=eve)
    assert forms.issue(resident=resident.pk, by=clerk, at=eve)
    assert cast.accepted(resident, by=clerk, at=eve).state == "ACCEPTED"
    the_night(at.later(days=DAYS))
    assert states(card) == ("REVOKED", "VALID")


def test_on_the_day_the_signature_ends_once_and_the_counter_is_closed(card, resident, clerk, at):
    tells(resident, by=clerk, at=at)
    day = at.later(days=DAYS)
    with acting(MYNACARD):
        assert cast.again(card).clock_due_on == day.day + timedelta(days=30)
    for _ in range(2):
        the_night(day)

    assert (states(card), ended()) == (("REVOKED", "VALID"), 1)
    for refused in (
        lambda: cast.anew(card, Kind.SIGN_CARD, by=clerk, at=day),
        lambda: cast.applied(resident, by=clerk, at=day),
    ):
        with pytest.raises(Conflict):
            refused()
    with pytest.raises(NotFound):
        forms.issue(resident=resident.pk, by=clerk, at=day)


def test_who_is_entered_elsewhere_before_the_day_has_left_by_that(card, resident, clerk, outsider, at):
    tells(resident, by=clerk, at=at)
    early = at.later(days=DAYS - 3)
    arrives(resident, by=outsider, at=early)
    assert (states(card), ended()) == (("REVOKED", "VALID"), 1)
    cast.anew(card, Kind.SIGN_CARD, by=outsider, at=early)
    the_night(at.later(days=DAYS))

    assert (states(card), ended()) == (("VALID", "VALID"), 1)
    assert sittings.see(card=card.pk, by=outsider, at=early).record.office == "131041"


def test_who_is_entered_elsewhere_long_after_loses_nothing_more(card, resident, clerk, outsider, at):
    tells(resident, by=clerk, at=at)
    the_night(at.later(days=DAYS))
    arrives(resident, by=outsider, at=at.later(days=DAYS + 3))

    assert (states(card), ended()) == (("REVOKED", "VALID"), 1)


@pytest.mark.parametrize("reason", ["D01", "D02"])
@pytest.mark.parametrize("told_in_time", [True, False])
def test_one_that_is_cancelled_ends_nothing(card, resident, clerk, at, reason, told_in_time):
    cast.applied(resident, by=clerk, at=at)
    tells(resident, by=clerk, at=at, reason=reason)
    entry = {key: value for key, value in factories.grown().items() if key not in ("key", "reason", "changed_on")}
    cast.change(resident, "R09", at.day, by=clerk, at=at, **entry)
    if told_in_time:
        delivery.deliver_all()
    # The register has it already, be the event still on its way.
    the_night(at.later(days=DAYS))
    the_night(at.later(days=DAYS + 40))

    assert (states(card), ended()) == (("VALID", "VALID"), 0)
    assert (cast.again(card).state, cast.again(card).clock) == ("LIVE", "")
    with acting(MYNACARD):
        assert Application.objects.get(state="RECEIVED").resident_id == resident.pk


@pytest.mark.parametrize(("reason", "clock"), [("D01", "MOVE_IN"), ("D02", "LEAVE_COUNTRY")])
def test_a_card_that_is_handed_over_on_the_eve_waits_as_the_others_do(founded, clerk, at, reason, clock):
    person = cast.resident_of(clerk, at)
    card = cast.ready(person, by=clerk, at=at)
    tells(person, by=clerk, at=at, reason=reason)
    eve = at.later(days=DAYS - 1)
    the_night(eve)
    assert cast.again(card).clock == ""

    handed = handing_over.hand_over(card=card.pk, shown=cast.LICENCE, chosen=cast.PINS, by=clerk, at=eve)
    assert handed.clock == clock
    the_night(at.later(days=DAYS))
    expected = {"MOVE_IN": ("LIVE", ("REVOKED", "VALID")), "LEAVE_COUNTRY": ("VOID", ("REVOKED", "REVOKED"))}
    assert (cast.again(card).state, states(card)) == expected[clock]


@pytest.mark.parametrize(("reason", "state"), [("D01", "READY"), ("D02", "VOID")])
def test_what_was_under_way_ends_with_the_day(founded, clerk, at, reason, state):
    person = cast.resident_of(clerk, at)
    card = cast.ready(person, by=clerk, at=at)
    tells(person, by=clerk, at=at, reason=reason)
    with acting(MYNACARD):
        assert Application.objects.get().state == "PRODUCING"
    the_night(at.later(days=DAYS))

    assert cast.again(card).state == state
    with acting(MYNACARD):
        assert Application.objects.get().state == "CANCELLED"
    with pytest.raises(Conflict):
        handing_over.hand_over(card=card.pk, shown=cast.LICENCE, chosen=cast.PINS, by=clerk, at=at.later(days=DAYS))


def test_what_was_under_way_ends_when_another_town_enters_the_applicant(founded, clerk, outsider, at):
    person = cast.resident_of(clerk, at)
    cast.applied(person, by=clerk, at=at)
    tells(person, by=clerk, at=at)
    arrives(person, by=outsider, at=at.later(days=2))

    with acting(MYNACARD):
        assert Application.objects.get().state == "CANCELLED"
    assert cast.applied(person, by=outsider, at=at.later(days=2)).office == "131041"


def test_nobody_is_removed_by_the_telling_alone(card, resident, clerk, at):
    tells(resident, by=clerk, at=at)
    with acting(clerk.scope):
        found = Resident.objects.get(pk=resident.pk)
    assert (found.is_present_on(at.day), found.is_present_on(date(2026, 11, 28))) == (True, False)
