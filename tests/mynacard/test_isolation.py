"""Who sees which card: by the database, whatever the code forgets."""

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from jlis.kernel.isolation.scope import KONBINI, MYNACARD, Scope, acting
from mynacard.models import Card
from tests.mynacard import cast

pytestmark = pytest.mark.django_db
OWN_ALONE = (
    "mynacard_applicationphoto", "mynacard_pinrequest", "mynacard_issuedform", "mynacard_cardhistory",
    "mynacard_handover", "mynacard_personalisationfile",
)  # fmt: skip
OF_OFFICE = (
    "mynacard_application", "mynacard_card", "mynacard_shipment", "mynacard_arrivaldiscrepancy",
    "mynacard_expressapplication", "mynacard_expirynotice",
)  # fmt: skip


def count(scope: Scope, table: str = "mynacard_card") -> int:
    with acting(scope), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope("jlis_municipal", "131016"), 1),
        (Scope("jlis_municipal", "131041"), 0),
        (Scope("jlis_municipal", ""), 0),
        (Scope("jlis_city", "141003"), 0),
        (Scope("jlis_operator", "JLIS-CARD"), 1),
        (KONBINI, 1),
        (MYNACARD, 1),
    ],
)
def test_rows_by_role(resident, clerk, at, scope, seen):
    cast.live(resident, by=clerk, at=at)

    assert count(scope) == seen


@pytest.mark.parametrize("table", OF_OFFICE)
@pytest.mark.parametrize(
    "role", ["jlis_public", "jlis_prefectural", "jlis_national", "jlis_auditor", "jlis_door", "jlis_jpki", "jlis_bcl"]
)
def test_roles_that_have_no_business_with_cards(role, table):
    with pytest.raises(ProgrammingError, match="permission denied"):
        count(Scope(role, "131016", "B1-77"), table)


@pytest.mark.parametrize("table", OWN_ALONE)
@pytest.mark.parametrize("role", ["jlis_municipal", "jlis_city", "jlis_operator", "jlis_konbini"])
def test_photos_pins_and_histories_are_the_rooms_own(role, table):
    with pytest.raises(ProgrammingError, match="permission denied"):
        count(Scope(role, "131016"), table)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE mynacard_card SET state = 'LIVE'",
        "DELETE FROM mynacard_card",
        "UPDATE mynacard_expressday SET cap = 99",
        "INSERT INTO mynacard_cardcertificate (certificate_id, card_id, kind) VALUES (1, 1, 'AUTH_CARD')",
        "UPDATE mynacard_application SET state = 'ACCEPTED'",
        "SELECT nextval('mynacard_card_seq')",
    ],
)
@pytest.mark.parametrize("scope", [Scope("jlis_municipal", "131016"), Scope("jlis_operator", "JLIS-CARD"), KONBINI])
def test_nobody_writes_but_the_rooms_own_role(scope, statement):
    with pytest.raises(ProgrammingError, match="permission denied"), acting(scope), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE mynacard_card SET card_number = 'X'",
        "UPDATE mynacard_card SET resident_id = NULL",
        "DELETE FROM mynacard_card",
        "UPDATE mynacard_cardhistory SET note = ''",
        "UPDATE mynacard_expressday SET cap = 99",
        "UPDATE mynacard_handover SET documents = '[]'",
    ],
)
def test_what_was_decided_is_never_rewritten(statement):
    with pytest.raises(ProgrammingError, match="permission denied"), acting(MYNACARD), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_forgotten_filter_shows_the_next_town_nothing(resident, clerk, outsider, at):
    cast.live(resident, by=clerk, at=at)

    with acting(outsider.scope):
        assert not Card.objects.exists()
