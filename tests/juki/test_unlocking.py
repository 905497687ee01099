"""J11: who sees a covered person's address at the counter: a duty, or somebody whom a second person allowed."""

from datetime import timedelta

import pytest

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, acting
from jlis.kernel.time import Moment
from juki.models import AddressUnlock
from juki.services import disclosures, unlocking
from tests.conftest import CHIYODA, SHINJUKU, actor
from tests.juki.protection import SECRET, applied, chief, officer, registered

pytestmark = pytest.mark.django_db
PURPOSE = "JUKI-COUNTER"


@pytest.fixture
def covered(clerk, at):
    resident = registered(clerk, at)
    applied(resident, at)
    return resident


def counter(office=CHIYODA, number=8):
    return actor(office, "COUNTER_CLERK", number=number)


def ask(covered, at, by=None, reason="本人が窓口で転居届"):
    by = by or counter()
    with acting(by.scope):
        return unlocking.ask(resident=covered.pk, reason=reason, purpose=PURPOSE, by=by, at=at)


def decide(unlock, at, by=None, allow=True):
    by = by or chief()
    with acting(by.scope):
        return unlocking.decide(unlock=unlock.pk, allow=allow, by=by, at=at)


def addresses(covered, at, by=None):
    by = by or counter()
    with acting(by.scope):
        return [row.address for row in unlocking.show_addresses(resident=covered.pk, purpose=PURPOSE, by=by, at=at)]


def later(at, minutes):
    return Moment(at.instant + timedelta(minutes=minutes), at.day)


def test_two_people_open_it_for_one_of_them_and_a_quarter_of_an_hour(covered, at):
    with pytest.raises(Forbidden) as shut:
        addresses(covered, at)
    assert shut.value.code == "protected"
    unlock = ask(covered, at)
    with pytest.raises(Forbidden):
        addresses(covered, at)
    decide(unlock, at)
    assert addresses(covered, later(at, 14)) == [SECRET]
    with pytest.raises(Forbidden):
        addresses(covered, later(at, 15))
    with pytest.raises(Forbidden):
        addresses(covered, at, by=counter(number=9))


def test_nobody_allows_their_own_wish(covered, at):
    both = chief()
    unlock = ask(covered, at, by=both)
    with pytest.raises(Forbidden) as own:
        decide(unlock, at, by=both)
    assert own.value.code == "own_request"


def test_what_was_sent_back_opens_nothing_and_is_decided_once(covered, at):
    unlock = ask(covered, at)
    decide(unlock, at, allow=False)
    with pytest.raises(Forbidden):
        addresses(covered, at)
    with pytest.raises(Conflict):
        decide(unlock, at)


def test_the_officer_needs_no_second_person_and_is_written_down_all_the_same(covered, at):
    assert addresses(covered, at, by=officer()) == [SECRET]
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="juki.protected_address_seen")
    assert (entry.subject, entry.purpose, entry.actor_label) == (covered.pk, PURPOSE, officer().label)


def test_a_reason_is_asked_for(covered, at):
    with pytest.raises(Invalid):
        ask(covered, at, reason="　")
    with acting(REGISTRY):
        assert not AddressUnlock.objects.exists()


def test_the_next_town_and_the_wrong_duty_reach_nothing(covered, at):
    with pytest.raises(NotFound):
        ask(covered, at, by=counter(SHINJUKU))
    unlock = ask(covered, at)
    with pytest.raises(NotFound):
        decide(unlock, at, by=chief(SHINJUKU))
    with pytest.raises(Forbidden):
        decide(unlock, at, by=counter(number=9))
    with pytest.raises(NotFound):
        addresses(covered, at, by=officer(SHINJUKU))


def test_somebody_not_covered_needs_no_unlock(clerk, at):
    with pytest.raises(NotFound):
        ask(registered(clerk, at), at)


def test_who_has_looked_is_told_only_to_whom_the_address_may_be_shown(covered, at):
    by = counter()
    with acting(by.scope), pytest.raises(Forbidden):
        disclosures.disclose(resident=covered.pk, by=by, at=at)
    decide(ask(covered, at), at)
    with acting(by.scope):
        record, _ = disclosures.disclose(resident=covered.pk, by=by, at=at)
    assert record.address == ""
