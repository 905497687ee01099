"""What counters confirmed before certificates carried it is noted with those in force: by hand-over or by sitting."""

from dataclasses import replace
from importlib import import_module

import pytest
from django.db import connection

from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jpki.domain.fees import Ground
from jpki.domain.kinds import Kind
from jpki.models import Certificate
from mynacard.domain.sittings import Plan, Proof, offered
from mynacard.services import handing_over, sittings
from tests.mynacard import cast

pytestmark = pytest.mark.django_db
migration = import_module("mynacard.migrations.0010_exemptions_of_certificates")
HANDED, SAT = "WARD_UNDERSTANDS", "WARD_BY_DOCTOR"


def noted() -> list[list[str]]:
    with acting(JPKI):
        found = Certificate.objects.filter(kind=Kind.SIGN_CARD).order_by("pk")
        return [row.exemptions for row in found]


def brought_up() -> None:
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(migration.OPEN)
        cursor.execute("UPDATE jpki_certificate SET exemptions = '[]'")
        for statement in (migration.FROM_SITTINGS, migration.FROM_HAND_OVERS, migration.CLOSE):
            cursor.execute(statement)


def test_those_in_force_get_the_reasons_of_the_act_that_issued_them(resident, clerk, at):
    other = cast.resident_of(clerk, at)
    cast.live(other, by=clerk, at=at)
    card = cast.ready(resident, by=clerk, at=at)
    shown = replace(cast.WITH_GUARDIAN, exemptions=frozenset({HANDED}))
    handing_over.hand_over(card=card.pk, shown=shown, chosen=cast.PINS, by=clerk, at=at)
    assert noted() == [[], [HANDED]]
    brought_up()
    assert noted() == [[], [HANDED]]

    borne = sittings.see(card=card.pk, by=clerk, at=at).borne
    deed = next(each for each in offered(borne[Kind.SIGN_CARD].standing) if each.issues)
    wanted = Plan(
        {Kind.SIGN_CARD: deed}, Proof.CARD, ground=Ground.LOST, under_guardianship=True, exemptions=frozenset({SAT})
    )
    sittings.hold(card=card.pk, wanted=wanted, by=clerk, at=at)
    brought_up()
    assert noted() == [[], [], [SAT]], "of the one that has ended nothing is needed"
