"""C3: what the database itself keeps apart, whatever the application forgets."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from jlis.kernel.isolation.scope import Scope, acting, current, scope
from juki.models import IdentityRecord, Resident
from tests.conftest import CHIYODA, SHINJUKU, TOKYO, TSURUMI, YOKOHAMA
from tests.juki.factories import grown, tell, with_codes

pytestmark = pytest.mark.django_db

OURS = ("kernel", "juki", "jpki", "mynacard", "bcl", "lgwan", "konbini")
# Tables of other packages that hold an account's data; their models cannot carry our declaration.
OTHERS_WITH_PERSONS = {
    "axes_accessattempt", "axes_accessfailurelog", "axes_accesslog", "otp_totp_totpdevice",
    "oauth2_provider_accesstoken", "oauth2_provider_refreshtoken", "oauth2_provider_idtoken", "oauth2_provider_grant",
    "oauth2_provider_devicegrant",
}  # fmt: skip


def our_models():
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model.__name__)
def test_every_field_is_declared_personal_or_plain(model):
    fields = {field.name for field in model._meta.concrete_fields if field.name != "pk"}
    declared = model.PERSONAL | model.PLAIN
    assert declared >= fields, f"undeclared: {sorted(fields - declared - {'id'})}"
    assert not model.PERSONAL & model.PLAIN


def test_every_table_that_holds_a_person_is_under_row_level_security():
    wanted = {model._meta.db_table for model in our_models() if model.PERSONAL} | OTHERS_WITH_PERSONS
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relrowsecurity AND relforcerowsecurity"
        )
        kept = {row[0] for row in cursor.fetchall()}
    assert wanted - kept == set()


def test_a_table_with_a_persons_columns_is_never_open():
    """Whatever the models say: a column that is named like a person's item stands under a policy."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity
              AND a.attname IN ('resident_code', 'name_kana', 'birth_date', 'sex', 'address', 'former_surname',
                                'to_be_signed', 'family_name', 'sealed', 'username')
            """
        )
        assert [row[0] for row in cursor.fetchall()] == []


def test_no_role_passes_by_the_policies_or_owns_anything():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'jlis%' AND rolname <> 'jlis_owner'"
            " AND (rolsuper OR rolbypassrls OR rolcreaterole"
            " OR EXISTS (SELECT 1 FROM pg_class WHERE relowner = pg_roles.oid))"
        )
        assert cursor.fetchall() == []


def test_the_login_role_may_do_nothing_by_itself():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM information_schema.role_table_grants WHERE grantee = 'jlis_app'")
        assert cursor.fetchone()[0] == 0


@pytest.fixture
def two_towns(clerk, outsider, ward_clerk, at):
    for person in (clerk, outsider, ward_clerk):
        with_codes(person, at)
    tell(grown(name="甲　太郎"), by=clerk, at=at)
    tell(grown(name="乙　次郎"), by=outsider, at=at)
    tell(grown(name="丙　三郎"), by=ward_clerk, at=at)


@pytest.mark.parametrize(
    ("role", "org", "seen"),
    [
        ("jlis_municipal", CHIYODA, {"甲　太郎"}),
        ("jlis_municipal", SHINJUKU, {"乙　次郎"}),
        ("jlis_municipal", TSURUMI, {"丙　三郎"}),
        ("jlis_city", YOKOHAMA, {"丙　三郎"}),
        ("jlis_prefectural", TOKYO, {"甲　太郎", "乙　次郎"}),
        ("jlis_municipal", "", set()),
        ("jlis_prefectural", "", set()),
        ("jlis_national", "NENKIN", set()),
    ],
)
def test_a_forgotten_filter_returns_only_the_rows_of_ones_own(two_towns, role, org, seen):
    with acting(Scope(role, org)):
        assert set(IdentityRecord.objects.values_list("name", flat=True)) == seen


def test_a_national_organ_sees_rows_only_within_a_declared_affair(two_towns):
    with acting(Scope("jlis_national", "NENKIN", "B1-77")):
        assert IdentityRecord.objects.count() == 3


@pytest.mark.parametrize("role", ["jlis_door", "jlis_public", "jlis_auditor", "jlis_operator", "jlis_numbers"])
def test_other_roles_reach_no_resident_at_all(two_towns, role):
    with pytest.raises(DatabaseError), acting(Scope(role, CHIYODA)):
        Resident.objects.count()


def test_staff_cannot_write_into_the_register_around_the_services(two_towns):
    with pytest.raises(DatabaseError), acting(Scope("jlis_municipal", CHIYODA)):
        Resident.objects.update(state="REMOVED")


def test_no_role_can_rewrite_a_version(two_towns):
    with pytest.raises(DatabaseError), acting(Scope("jlis_registry")):
        IdentityRecord.objects.update(name="書き換え")


def test_a_partition_itself_refuses_everybody(two_towns):
    with pytest.raises(DatabaseError), acting(Scope("jlis_municipal", CHIYODA)), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM juki_identityrecord_p13")


def test_the_scope_ends_with_its_block_even_after_an_error(two_towns):
    def role():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_setting('jlis.org', true)")
            return cursor.fetchone()

    before = role()
    with scope(Scope("jlis_municipal", CHIYODA)):
        assert role() == ("jlis_municipal", CHIYODA)
        with pytest.raises(DatabaseError), transaction.atomic(), scope(Scope("jlis_door")):
            Resident.objects.count()
        assert role() == ("jlis_municipal", CHIYODA)
    assert role()[0] == before[0]
    assert current() is None


def test_the_planner_looks_at_one_prefecture_only(two_towns):
    with acting(Scope("jlis_municipal", CHIYODA)), connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, COSTS OFF) SELECT * FROM juki_identityrecord WHERE kana_key LIKE 'タカ%'")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "juki_identityrecord_p13" in plan
    assert "juki_identityrecord_p14" not in plan.replace("never executed", "")


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_ended_is_not_usable():
    connection.ensure_connection()
    assert connection.is_usable()
    mine = connection.connection.info.backend_pid
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])
        assert not connection.is_usable()
    finally:
        other.close()
        connection.close()
