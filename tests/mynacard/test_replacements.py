"""After a 一斉再発行 the new certificate waits for its card and is written at the counter (P1, P2)."""

import pytest

from jlis.kernel.actors import Actor
from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, NotFound
from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jlis.kernel.outbox import delivery
from jpki.domain.kinds import Kind
from jpki.engine.certificates import subject_key_of
from jpki.models import Certificate
from jpki.services import issuing
from jpki.services.issuing import Order
from mynacard.services import replacing
from tests.jpki.test_rollover import next_generation
from tests.mynacard import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(resident, clerk, at):
    return cast.live(resident, by=clerk, at=at)


@pytest.fixture
def replaced(card, resident, clerk: Actor, at) -> int:
    """The signature certificate was issued anew by the next generation, nobody having come; returns its row."""
    next_generation("sign", at, profile="")
    with acting(JPKI):
        former = Certificate.objects.get(resident=resident, kind=Kind.SIGN_CARD)
    order = Order(resident.pk, Kind.SIGN_CARD, subject_key_of(bytes(former.to_be_signed)), replaces=True)
    issued = issuing.issue_many(orders=[order], by=clerk, at=at, purpose="", processes=1)
    assert not issued.refusals
    delivery.deliver_all()
    return issued.certificates[0]


def test_it_waits_until_it_is_written_on_the_chip_once(card, replaced, chips, clerk, at):
    assert replacing.count_waiting(card=card.pk, by=clerk) == 1
    assert replacing.write_waiting(card=card.pk, by=clerk, at=at) == 1
    with acting(JPKI):
        new = Certificate.objects.get(pk=replaced)
    octets = chips().read_certificate(card_number=card.card_number, kind="SIGN_CARD")
    assert bytes(new.to_be_signed) in octets
    assert replacing.count_waiting(card=card.pk, by=clerk) == 0
    with pytest.raises(Conflict, match="待っている"):
        replacing.write_waiting(card=card.pk, by=clerk, at=at)
    with acting(SYSTEM):
        assert AuditEntry.objects.filter(action="mynacard.certificates_written").count() == 1


def test_when_the_terminal_fails_it_waits_on(card, replaced, chips, clerk, at):
    chips.fails_at = "write_SIGN_CARD"
    with pytest.raises(Conflict, match="書き込めません"):
        replacing.write_waiting(card=card.pk, by=clerk, at=at)
    chips.fails_at = ""
    assert replacing.count_waiting(card=card.pk, by=clerk) == 1


def test_one_that_was_issued_at_the_counter_meanwhile_leaves_nothing_to_write(card, replaced, clerk, at):
    cast.anew(card, Kind.SIGN_CARD, by=clerk, at=at)
    assert replacing.count_waiting(card=card.pk, by=clerk) == 0


def test_the_next_town_finds_no_such_card(card, replaced, outsider, at):
    with pytest.raises(NotFound):
        replacing.write_waiting(card=card.pk, by=outsider, at=at)
