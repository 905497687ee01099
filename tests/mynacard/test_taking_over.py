"""Cards that people hold already: taken over in bulk, one entry, one event."""

from datetime import date

import pytest

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Forbidden
from jlis.kernel.isolation.scope import MYNACARD, SYSTEM, acting
from jpki.domain.kinds import Kind
from mynacard.domain.numbers import is_card_number
from mynacard.models import CardHistory
from mynacard.selectors import cards
from mynacard.services import taking_over
from mynacard.services.taking_over import HeldCard
from tests.jpki import cast as jpki_cast
from tests.mynacard import cast

pytestmark = pytest.mark.django_db
ISSUED, EXPIRES = date(2024, 4, 1), date(2034, 2, 17)


def take(*held: HeldCard, at) -> int:
    return taking_over.take_over(cards=held, by=cast.operator(), at=at, purpose="JUKI-CARD")


def test_cards_with_what_they_bear(resident, clerk, at):
    other = cast.resident_of(clerk, at)
    both = tuple(jpki_cast.issued_to(resident, kind, by=clerk, at=at).pk for kind in (Kind.SIGN_CARD, Kind.AUTH_CARD))

    count = take(HeldCard(resident.pk, ISSUED, EXPIRES, both), HeldCard(other.pk, ISSUED, EXPIRES), at=at)

    card = cast.card_of(resident)
    assert count == 2
    assert (card.state, card.office, card.issued_on, card.expires_on) == ("LIVE", "131016", ISSUED, EXPIRES)
    assert is_card_number(card.card_number)
    assert card.card_number.startswith("24T")
    assert cast.certificates(card) == {Kind.SIGN_CARD: "VALID", Kind.AUTH_CARD: "VALID"}
    with acting(MYNACARD):
        assert cards.card_of_certificate(both[1], at=at).usable
        assert CardHistory.objects.filter(verb="take_over").count() == 2
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="mynacard.cards_taken_over")
    assert (entry.subject_count, entry.subject) == (2, None)
    assert [event.subject_count for event in cast.events("cards_taken_over")] == [2]


def test_the_former_number_is_kept(resident, at):
    take(HeldCard(resident.pk, ISSUED, EXPIRES, card_number="24T0000000077000"), at=at)

    assert cast.card_of(resident).card_number == "24T0000000077000"


def test_who_holds_one_or_has_left_gets_none(resident, clerk, at):
    gone = cast.resident_of(clerk, at)
    cast.change(gone, "D01", at.day, by=clerk, at=at)
    take(HeldCard(resident.pk, ISSUED, EXPIRES), at=at)

    again = take(HeldCard(resident.pk, ISSUED, EXPIRES), HeldCard(gone.pk, ISSUED, EXPIRES), at=at)

    assert again == 0
    assert len(cast.events("cards_taken_over")) == 1


def test_a_counter_clerk_takes_nothing_over(resident, clerk, at):
    with pytest.raises(Forbidden):
        taking_over.take_over(cards=[HeldCard(resident.pk, ISSUED, EXPIRES)], by=clerk, at=at, purpose="JUKI-CARD")


def test_certificates_that_came_later(resident, clerk, at):
    take(HeldCard(resident.pk, ISSUED, EXPIRES), at=at)
    other = cast.resident_of(clerk, at)
    later = [
        (person.pk, jpki_cast.issued_to(person, Kind.AUTH_CARD, by=clerk, at=at).pk) for person in (resident, other)
    ]

    count = taking_over.add_certificates(borne=later, by=cast.operator(), at=at, purpose="JUKI-CARD")

    assert count == 1
    assert cast.certificates(cast.card_of(resident)) == {Kind.AUTH_CARD: "VALID"}
