"""Who sees which circuit, filing and service: by the database, whatever the code forgets."""

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from jlis.kernel.isolation.scope import LGWAN, Scope, acting
from lgwan.domain.asp import State
from tests.conftest import CHIYODA, SHINJUKU, TOKYO
from tests.lgwan import cast
from tests.lgwan.test_loading import MAIN, load

pytestmark = pytest.mark.django_db
OF_KEEPER = ("lgwan_filing", "lgwan_filingpaper", "lgwan_step", "lgwan_servicecontact", "lgwan_service")
TOWN, NEXT_TOWN = Scope("jlis_municipal", CHIYODA), Scope("jlis_municipal", SHINJUKU)
CENTRE = Scope("jlis_operator", "JLIS-LGWAN")


def count(scope: Scope, table: str) -> int:
    with acting(scope), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (TOWN, 1), (NEXT_TOWN, 0), (Scope("jlis_municipal", ""), 0), (Scope("jlis_city", "141003"), 1),
        (Scope("jlis_prefectural", TOKYO), 2), (Scope("jlis_prefectural", "140007"), 1), (CENTRE, 3), (LGWAN, 3),
    ],
)  # fmt: skip
def test_circuits_by_role(at, scope, seen):
    load(MAIN, MAIN.replace(CHIYODA, TOKYO), MAIN.replace(CHIYODA, "141003"), at=at)
    assert count(scope, "lgwan_circuit") == seen


@pytest.mark.parametrize("table", OF_KEEPER)
def test_an_application_under_way_is_its_keepers_and_the_centres(at, table):
    cast.applied(at, by=cast.officer(), provider=None)
    seen = [count(scope, table) > 0 for scope in (TOWN, CENTRE, NEXT_TOWN, Scope("jlis_prefectural", TOKYO))]
    assert seen == [True, True, False, False]


def test_in_the_catalogue_the_service_is_seen_by_all_and_its_contact_and_filing_are_not(at):
    cast.in_state(State.PUBLISHED, at, by=cast.officer(), provider=None)
    national = Scope("jlis_national", "MHLW")
    assert [count(scope, "lgwan_service") for scope in (TOWN, NEXT_TOWN, national)] == [1, 1, 1]
    for table in ("lgwan_servicecontact", "lgwan_filing", "lgwan_step"):
        assert count(NEXT_TOWN, table) == 0


@pytest.mark.parametrize("table", [*OF_KEEPER, "lgwan_circuit", "lgwan_question"])
@pytest.mark.parametrize("role", ["jlis_public", "jlis_auditor", "jlis_door", "jlis_konbini", "jlis_mynacard"])
def test_roles_that_have_no_business_here(role, table):
    with pytest.raises(ProgrammingError, match="permission denied"):
        count(Scope(role, CHIYODA), table)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE lgwan_service SET state = 'PUBLISHED'",
        "INSERT INTO lgwan_step (verb) VALUES ('approve')",
        "UPDATE lgwan_filing SET decided_by = 'me'",
        "DELETE FROM lgwan_circuit",
    ],
)
@pytest.mark.parametrize("scope", [TOWN, CENTRE])
def test_nobody_writes_but_the_rooms_own_role(scope, statement):
    with pytest.raises(ProgrammingError, match="permission denied"), acting(scope), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE lgwan_step SET note = ''",
        "DELETE FROM lgwan_filing",
        "UPDATE lgwan_question SET text = ''",
        "UPDATE lgwan_surveycount SET bodies = 1",
        "UPDATE lgwan_circuit SET body_id = '131016'",
        "DELETE FROM lgwan_circuit",
        "SELECT count(*) FROM juki_identityrecord",
    ],
)
def test_the_rooms_own_role_rewrites_no_step_and_sees_no_resident(statement):
    with pytest.raises(ProgrammingError, match="permission denied"), acting(LGWAN), connection.cursor() as cursor:
        cursor.execute(statement)
