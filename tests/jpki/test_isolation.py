"""Who sees which certificate: by the database, whatever the code forgets."""

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from jlis.kernel.isolation.scope import PUBLIC, Scope, acting
from jpki.models import Certificate
from tests.jpki import cast

PLAIN_TABLES = (
    "jpki_authority", "jpki_generation", "jpki_profile", "jpki_responder", "jpki_crlpartition",
    "jpki_certificatestatus", "jpki_crlseries", "jpki_crlpublication", "jpki_crlpiece",
    "jpki_ocspanswer",
)  # fmt: skip


def count(scope: Scope, table: str = "jpki_certificate") -> int:
    with acting(scope), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope("jlis_municipal", "131016"), 2),
        (Scope("jlis_municipal", "131041"), 0),
        (Scope("jlis_municipal", ""), 0),
        (Scope("jlis_municipal", "141011"), 0),
        (Scope("jlis_city", "141003"), 0),
        (Scope("jlis_city", "131016"), 2),
        (Scope("jlis_operator", "JLIS-JPKI"), 2),
        (Scope("jlis_jpki"), 2),
    ],
)
def test_rows_by_role(signature, authentication, scope, seen):
    assert count(scope) == seen


@pytest.mark.parametrize(
    "role", ["jlis_public", "jlis_prefectural", "jlis_national", "jlis_auditor", "jlis_door", "jlis_system"]
)
def test_roles_that_have_no_business_with_certificates(signature, role):
    with pytest.raises(ProgrammingError, match="permission denied"):
        count(Scope(role, "131016", "B1-77"))


@pytest.mark.parametrize("table", PLAIN_TABLES)
def test_the_public_face_reads_what_names_nobody(signature, table):
    assert count(PUBLIC, table) >= 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE jpki_certificatestatus SET state = 'VALID'",
        "INSERT INTO jpki_crlchange (generation_id, partition_id, changed_at) VALUES (1, 1, now())",
        "DELETE FROM jpki_ocspanswer",
        "DELETE FROM jpki_holding",
        "UPDATE jpki_certificate SET office = '131016'",
        "UPDATE jpki_crlpublication SET head = ''",
        "DELETE FROM jpki_crlpiece",
        "SELECT nextval('jpki_serial_sign')",
    ],
)
@pytest.mark.parametrize("scope", [PUBLIC, Scope("jlis_municipal", "131016"), Scope("jlis_operator", "JLIS-JPKI")])
def test_nobody_writes_but_the_rooms_own_role(signature, scope, statement):
    with pytest.raises(ProgrammingError, match="permission denied"), acting(scope), connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_was_decided_is_never_rewritten(signature):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        acting(Scope("jlis_jpki")),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE jpki_certificate SET to_be_signed = ''")


def test_a_forgotten_filter_shows_the_next_town_nothing(signature, outsider):
    with acting(outsider.scope):
        assert not Certificate.objects.exists()


def test_no_personal_item_stands_outside_the_certificate(signature, authentication):
    for table in PLAIN_TABLES:
        with acting(Scope("jlis_jpki")), connection.cursor() as cursor:
            cursor.execute(f"SELECT string_agg(t::text, '') FROM {table} t")
            text = cursor.fetchone()[0] or ""
        assert "太郎" not in text
        assert "霞が関" not in text
        assert "霞が関".encode().hex() not in text
    assert "霞が関".encode() in cast.der_of(signature)
