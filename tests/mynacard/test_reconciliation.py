"""Cards, certificates, entries and events agree; what was tampered with is found."""

import pytest
from django.db import connection

from jlis.kernel.isolation.scope import JPKI, MYNACARD, acting
from jlis.kernel.outbox import delivery
from jlis.kernel.reconcile import run
from mynacard.models import Card, CardCertificate, ExpressDay
from mynacard.services import cards, taking_over
from mynacard.services.taking_over import HeldCard
from tests.mynacard import cast

pytestmark = pytest.mark.django_db


def disagreements() -> set[str]:
    return {finding.name for finding in run() if not finding.agrees}


def test_after_a_full_life_everything_agrees(resident, clerk, outsider, at):
    held = cast.live(resident, by=clerk, at=at)
    other, third = cast.resident_of(clerk, at), cast.resident_of(clerk, at)
    taking_over.take_over(
        cards=[HeldCard(other.pk, at.day, at.day.replace(year=2034))], by=cast.operator(), at=at, purpose="JUKI-CARD"
    )
    cards.make_move(card=held.pk, verb="suspend", by=clerk, at=at)
    cards.make_move(card=held.pk, verb="void_lost", by=clerk, at=at)
    cast.live(resident, by=clerk, at=at)
    cast.stored(third, by=clerk, at=at)
    for dead in (other, third):
        cast.change(dead, "D03", at.day, by=clerk, at=at)
    cast.change(resident, "D01", at.day, by=clerk, at=at)
    cast.moves_to(resident, at.day, by=outsider, at=at)
    delivery.deliver_all()

    assert disagreements() == set()


def test_a_card_nobody_handed_over_is_found(resident, clerk, at):
    card = cast.live(resident, by=clerk, at=at)
    with acting(MYNACARD), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mynacard_card (card_number, resident_id, state, cause, issued_on, expires_on, face_version,"
            " has_pins, clock, made_at, handed_over_at, void_at, void_on, prefecture, municipality, office)"
            " SELECT 'FORGED0000000000', resident_id, 'VOID', 'LOST', issued_on, expires_on, 1, true, '', made_at,"
            " now(), now(), issued_on, prefecture, municipality, office FROM mynacard_card WHERE id = %s",
            [card.pk],
        )

    assert disagreements() == {
        "mynacard.handed_over_audited", "mynacard.handed_over_told", "mynacard.void_audited", "mynacard.void_told",
    }  # fmt: skip


def test_a_certificate_that_outlives_its_card_is_found(resident, clerk, at):
    card = cast.live(resident, by=clerk, at=at)
    with acting(MYNACARD):
        Card.objects.filter(pk=card.pk).update(state="VOID", cause="LOST", void_at=at.instant, void_on=at.day)

    assert "mynacard.certificates_of_void" in disagreements()


def test_a_certificate_on_a_card_in_the_safe_is_found(resident, clerk, at):
    card = cast.live(resident, by=clerk, at=at)
    waiting = cast.ready(cast.resident_of(clerk, at), by=clerk, at=at)
    from jpki.domain.kinds import Kind
    from tests.jpki import cast as jpki_cast

    issued = jpki_cast.issued_to(cast.resident_of(clerk, at), Kind.AUTH_CARD, by=clerk, at=at)
    with acting(MYNACARD):
        CardCertificate.objects.create(certificate_id=issued.pk, card=waiting, kind="AUTH_CARD")

    assert card.state == "LIVE"
    assert disagreements() == {"mynacard.certificates_too_early"}


def test_a_place_without_an_application_is_found(founded, at):
    with acting(MYNACARD):
        ExpressDay.objects.create(day=at.day, cap=10, taken=1)

    assert disagreements() == {"mynacard.express_places"}


def test_jpki_may_read_nothing_of_this_room():
    from django.db.utils import ProgrammingError

    with pytest.raises(ProgrammingError, match="permission denied"), acting(JPKI):
        Card.objects.count()
