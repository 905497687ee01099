"""J11: who may learn that somebody is covered, and who may read why."""

import pytest
from django.db import IntegrityError, connection, transaction

from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.isolation.scope import BCL, KONBINI, MYNACARD, REGISTRY, Scope, acting
from juki.models import AddressUnlock, ProtectedResident, Resident
from juki.selectors import protections
from tests.conftest import CHIYODA, KANAGAWA, SHINJUKU, TOKYO
from tests.juki.factories import grown, tell, with_codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def resident(clerk, at):
    """A resident of Chiyoda who is covered."""
    with_codes(clerk, at)
    tell(grown(), by=clerk, at=at)
    with acting(REGISTRY):
        found = Resident.objects.get()
        ProtectedResident.objects.create(resident=found.pk, since=at.instant)
    return found.pk


def seen_as(scope: Scope) -> int:
    with acting(scope), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM juki_protectedresident")
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope("jlis_municipal", CHIYODA), 1),
        (Scope("jlis_municipal", SHINJUKU), 0),
        (Scope("jlis_prefectural", TOKYO), 1),
        (Scope("jlis_prefectural", KANAGAWA), 0),
        (Scope("jlis_national", "ORGAN", "B1-77"), 1),
        (Scope("jlis_national", "ORGAN"), 0),
        (BCL, 1),
        (KONBINI, 1),
        (MYNACARD, 1),
    ],
)
def test_whoever_sees_the_row_of_the_register_sees_that_it_is_covered(resident, scope, seen):
    assert seen_as(scope) == seen


def test_the_answer_does_not_depend_on_what_the_asking_role_sees(resident, outsider, at):
    with acting(outsider.scope):
        assert protections.covered([resident, uuid7(at.instant)]) == {resident}
    with acting(Scope("jlis_public")):
        assert protections.covered([resident]) == {resident}


@pytest.mark.parametrize("table", ["juki_protectionmeasure", "juki_protectionmember", "juki_addressunlock"])
@pytest.mark.parametrize("role", ["jlis_prefectural", "jlis_national", "jlis_mynacard", "jlis_operator"])
def test_the_measure_itself_is_closed_to_all_but_its_towns(table, role):
    with pytest.raises(Exception, match="permission denied"), acting(Scope(role, TOKYO, "B1-77")):  # noqa: SIM117
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")


def test_nobody_allows_their_own_look(at):
    with acting(REGISTRY), pytest.raises(IntegrityError, match="unlock_allowed_by_another"), transaction.atomic():
        AddressUnlock.objects.create(
            id=uuid7(at.instant), prefecture=13, municipality=CHIYODA, office=CHIYODA, resident=uuid7(at.instant),
            purpose="JUKI-COUNTER", reason="転送", asked_by="a", asked_label="甲", asked_at=at.instant,
            approved_by="a", approved_label="甲", approved_at=at.instant, open_until=at.instant,
        )  # fmt: skip
