"""Many at once, over real connections: the cap exact, one card a person, one hand-over a card."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from jlis.kernel.errors import Conflict, Refused
from jlis.kernel.isolation.scope import MYNACARD, SYSTEM, acting
from jlis.kernel.outbox.models import OutboxEvent
from juki.models import Resident
from mynacard.models import Application, Card, ExpressApplication, ExpressDay
from mynacard.services import applications, express, handing_over, notices
from mynacard.services.express import Claim
from tests.juki import factories
from tests.mynacard import cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ASKED, CAP, AT_ONCE = 200, 50, 20


def at_once(acts, workers=AT_ONCE):
    def run(act):
        try:
            return act()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(run, acts))


def test_two_hundred_express_applications_against_a_cap_of_fifty(clerk, at):
    factories.with_codes(clerk, at, size=ASKED)
    taken = factories.tell(*[factories.grown() for _ in range(ASKED)], by=clerk, at=at)
    with acting(clerk.scope):
        codes = [one.resident_code for one in taken]
        people = list(Resident.objects.filter(resident_code__in=codes).values_list("pk", flat=True))
    with acting(MYNACARD):
        ExpressDay.objects.create(day=at.day, cap=CAP)
    wish = cast.wish(at)

    def asking(resident):
        claim = Claim("T10", at.day, fee_yen=0)
        return lambda: express.apply(
            resident=resident, claim=claim, wish=wish, shown=cast.LICENCE, chosen=cast.PINS, by=clerk, at=at
        )

    answers = at_once([asking(resident) for resident in people])

    placed = [answer for answer in answers if isinstance(answer, ExpressApplication)]
    assert len(people) == ASKED
    assert len(placed) == CAP
    assert {answer.code for answer in answers if isinstance(answer, Refused)} == {"day_full"}
    assert sorted(answer.place for answer in placed) == list(range(1, CAP + 1))
    with acting(MYNACARD):
        assert ExpressDay.objects.get().taken == CAP
        assert ExpressApplication.objects.count() == Application.objects.count() == CAP


def test_two_applications_of_one_person_are_one(resident, clerk, at):
    answers = at_once([lambda: applications.apply(resident=resident.pk, wish=cast.wish(at), by=clerk, at=at)] * 4)

    assert sum(isinstance(answer, Conflict) for answer in answers) == 3
    with acting(MYNACARD):
        assert Application.objects.count() == 1


def test_two_hand_overs_of_one_card_are_one(resident, clerk, at):
    card = cast.ready(resident, by=clerk, at=at)

    answers = at_once(
        [lambda: handing_over.hand_over(card=card.pk, shown=cast.LICENCE, chosen=cast.PINS, by=clerk, at=at)] * 3
    )

    assert sum(isinstance(answer, Card) for answer in answers) == 1
    assert set(cast.certificates(card).values()) == {"VALID"}
    with acting(SYSTEM):
        assert OutboxEvent.objects.filter(kind="mynacard.card_handed_over").count() == 1
        assert OutboxEvent.objects.filter(kind="jpki.certificate_issued").count() == 2


def test_two_notice_runs_at_once_send_once(resident, clerk, at):
    cast.live(resident, by=clerk, at=at)
    on = type(at)(at.instant, date(2035, 11, 17))

    answers = at_once([lambda: notices.run(by=cast.operator(), at=on)] * 3)

    assert [answer["sent"] for answer in answers] == [1, 1, 1]
    with acting(SYSTEM):
        assert OutboxEvent.objects.filter(kind="mynacard.expiry_notices_sent").count() == 1
