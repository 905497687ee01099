"""The cast and the stage: reference data, keys, and a few people with duties."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase

from bcl.selectors import town_keys
from jlis.kernel.actors import Actor, ActorKind
from jlis.kernel.isolation import scope as isolation
from jlis.kernel.organisations.selectors.bodies import ROLES
from jlis.kernel.people.permissions import duties, registered
from jlis.kernel.time import Moment
from jlis.kernel.vault import keys, sealing

CHIYODA, SHINJUKU, TSURUMI, YOKOHAMA = "131016", "131041", "141011", "141003"
TOKYO, KANAGAWA = "130001", "140007"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """After the migrations: reference data and keys, as an operator would make them."""
    keys.make_missing(Path(settings.JLIS_KEYS_DIR))
    with django_db_blocker.unblock():
        call_command("load_reference", verbosity=0)
        sealing.make_data_key(at=Moment.of(date(2026, 4, 1)).instant)


# What a transactional test must leave in place: all that was loaded before the first test.
KEPT = (
    "django_migrations", "django_content_type", "auth_permission", "kernel_prefecture", "kernel_municipality",
    "kernel_municipalitysuccession", "kernel_organisation", "kernel_town", "kernel_postcode", "kernel_referenceset",
    "kernel_datakey", "juki_affair", "jpki_verificationprice",
)  # fmt: skip


# By the size of their files: whose rows a policy hides from the owner is found as well.
WRITTEN = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
      AND NOT relname = ANY (%s)
"""


@pytest.fixture(autouse=True, scope="session")
def _keep_reference_data():
    """Django empties every table after a transactional test; ours keep the masters, and pass over what is empty."""

    def empty(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(WRITTEN, [list(KEPT)])
            names = sorted(row[0] for row in cursor.fetchall())
            if names:
                cursor.execute(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
        yield


@pytest.fixture(autouse=True)
def _no_scope_left_over():
    yield
    isolation.enter(None)


@pytest.fixture(autouse=True)
def _no_key_left_over():
    """A key that a test made is rolled back with it; what the process remembers of it must go as well."""
    yield
    sealing.forget_keys()
    town_keys.forget_keys()


@pytest.fixture(autouse=True)
def _plain_static_files(settings):
    """The files' names of a release are known only after `collectstatic`."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


@pytest.fixture
def quick_passwords(settings):
    """Passwords that are quick to check; not for tests whose servers, with settings of their own, check them."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def at() -> Moment:
    """The day on which most tests stand."""
    return Moment.of(date(2026, 11, 21))


def actor(organisation: str, *duty_codes: str, kind: str = "MUNICIPALITY", number: int = 1) -> Actor:
    """Somebody of an organisation holding duties; acts under the role of the organisation's kind."""
    held = frozenset(duty_codes)
    known = duties()
    permissions = frozenset().union(*(known[code].permissions for code in held))
    role = next((known[code].role for code in held if known[code].role), "") or ROLES[kind]
    return Actor(
        ActorKind.STAFF,
        f"00000000-0000-4000-8000-{int(organisation.encode().hex(), 16) % 10**9:09}{number:03}",
        f"{organisation} の職員{number}",
        organisation,
        isolation.Scope(role, organisation),
        held,
        permissions,
    )


def client_of(organisation: str, *permissions: str, kind: str = "MUNICIPALITY") -> Actor:
    """A machine client of an organisation."""
    unknown = set(permissions) - registered().keys()
    assert not unknown, unknown
    scope = isolation.Scope(ROLES[kind], organisation)
    return Actor(
        ActorKind.CLIENT,
        f"client-{organisation}",
        organisation,
        organisation,
        scope,
        frozenset(),
        frozenset(permissions),
    )


@pytest.fixture
def clerk() -> Actor:
    """A supervisor at the counter of Chiyoda: a clerk who may also load, draw codes and settle."""
    return actor(CHIYODA, "SUPERVISOR")


@pytest.fixture
def outsider() -> Actor:
    """The same, of the next town."""
    return actor(SHINJUKU, "SUPERVISOR")


@pytest.fixture
def ward_clerk() -> Actor:
    """A clerk of a designated city's ward, in another prefecture."""
    return actor(TSURUMI, "SUPERVISOR", kind="WARD")


@pytest.fixture
def registry_operator() -> Actor:
    """An officer of J-LIS who allots codes."""
    return actor("JLIS-JUKI", "REGISTRY_OPERATOR", kind="JLIS")


@pytest.fixture
def rows():
    """Count rows with a statement under the present role: `rows("juki_resident")`."""

    def count(table: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            return cursor.fetchone()[0]

    return count
