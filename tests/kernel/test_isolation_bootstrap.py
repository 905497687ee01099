"""Roles, logins and database: made once, checked always, and told in plain words when they cannot be made."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from jlis.kernel.embedded.home import Home
from jlis.kernel.embedded.postgres import Postgres
from jlis.kernel.isolation import bootstrap
from jlis.kernel.isolation.bootstrap import ROLES, ROLES_SQL, BootstrapRefused, prepare
from tests.kernel.embedded_homes import take_down

LOGINS = ("jlis_app", "jlis_owner", "helper")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A cluster of its own: roles belong to a whole cluster."""
    folder = tmp_path_factory.mktemp("cluster")
    started = Postgres(Home.chosen(str(folder)))
    with started.home.locked():
        started.start(fast=True)
    yield started
    take_down(folder)


@pytest.fixture
def bare(server: Postgres) -> Postgres:
    """The cluster without anything of ours."""
    with psycopg.connect(server.superuser_url, autocommit=True) as cluster:
        cluster.execute("DROP DATABASE IF EXISTS jlis WITH (FORCE)")
        for role in (*LOGINS, *ROLES):
            cluster.execute(f"DROP ROLE IF EXISTS {role}")
    return server


def app_url(server: Postgres) -> str:
    return server.url("jlis_app", "app's secret", "jlis")


def owner_url(server: Postgres) -> str:
    return server.url("jlis_owner", "owner's: @/secret", "jlis")


def as_superuser(server: Postgres, *statements: str) -> None:
    with psycopg.connect(server.superuser_url, autocommit=True) as cluster:
        for statement in statements:
            cluster.execute(statement)


def everything(server: Postgres) -> None:
    prepare(app_url=app_url(server), owner_url=owner_url(server), admin_url=server.superuser_url)


def by_the_owner(server: Postgres) -> None:
    prepare(app_url=app_url(server), owner_url=owner_url(server))


def test_the_list_and_the_statement_name_the_same_roles():
    assert set(re.findall(r"'(jlis_\w+)'", ROLES_SQL.read_text())) == set(ROLES)


def test_the_application_may_do_nothing_until_it_assumes_a_role(bare):
    everything(bare)
    with psycopg.connect(owner_url(bare), autocommit=True) as owner:
        owner.execute("CREATE TABLE person (name text)")
        owner.execute("GRANT SELECT ON person TO jlis_municipal")
    with psycopg.connect(app_url(bare), autocommit=True) as app:
        with pytest.raises(InsufficientPrivilege):
            app.execute("SELECT * FROM person")
        with pytest.raises(InsufficientPrivilege):
            app.execute("CREATE TABLE mine (name text)")
        with pytest.raises(InsufficientPrivilege):
            app.execute("SET ROLE jlis_owner")
        app.execute("SET ROLE jlis_municipal")
        assert app.execute("SELECT * FROM person").fetchall() == []


@pytest.mark.parametrize("role", ROLES)
def test_application_and_owner_may_assume_each_role_and_the_role_is_no_mightier(bare, role):
    everything(bare)
    for url in (app_url(bare), owner_url(bare)):
        with psycopg.connect(url, autocommit=True) as login:
            login.execute(f"SET ROLE {role}")
            found = login.execute(
                "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreaterole FROM pg_roles"
                " WHERE rolname = current_user"
            ).fetchone()
            assert found == (role, False, False, False, False)


def test_the_owner_is_no_superuser_and_may_make_a_database_for_tests(bare):
    everything(bare)
    with psycopg.connect(owner_url(bare), autocommit=True) as owner:
        found = owner.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert found == (False, False, False, True)


def test_it_may_be_run_again_by_both(bare):
    everything(bare)
    everything(bare)
    by_the_owner(bare)


def test_an_owner_that_may_create_roles_needs_no_administrator(bare):
    as_superuser(bare, "CREATE ROLE jlis_owner LOGIN CREATEDB CREATEROLE PASSWORD 'owner''s: @/secret'")
    by_the_owner(bare)
    with psycopg.connect(owner_url(bare), autocommit=True) as owner:
        owner.execute("SET ROLE jlis_registry")


def test_an_administrator_need_not_be_superuser(bare):
    as_superuser(bare, "CREATE ROLE helper LOGIN CREATEDB CREATEROLE PASSWORD 'h'")
    prepare(app_url=app_url(bare), owner_url=owner_url(bare), admin_url=bare.url("helper", "h", "postgres"))
    by_the_owner(bare)


def test_an_owner_that_may_not_create_roles_is_told_what_to_run_and_that_is_enough(bare):
    as_superuser(bare, "CREATE ROLE jlis_owner LOGIN CREATEDB PASSWORD 'owner''s: @/secret'")
    with pytest.raises(BootstrapRefused) as refusal:
        by_the_owner(bare)
    text = str(refusal.value)
    assert "ロールを作成できません" in text
    assert "may not create roles" in text
    for line in text.splitlines():
        told = line.strip()
        if told.startswith("\\i "):
            as_superuser(bare, Path(told[3:]).read_text())
        elif told.endswith(";"):
            as_superuser(bare, told.replace("'…'", "'app''s secret'"))
    by_the_owner(bare)


@pytest.mark.parametrize(
    ("weakness", "named"),
    [
        ("ALTER ROLE jlis_app SUPERUSER", "SUPERUSER"),
        ("ALTER ROLE jlis_app BYPASSRLS", "BYPASSRLS"),
        ("GRANT jlis_owner TO jlis_app", "MEMBER OF jlis_owner"),
        ("GRANT jlis_door TO jlis_app WITH INHERIT TRUE", "INHERIT"),
        ("ALTER ROLE jlis_owner BYPASSRLS", "jlis_owner"),
    ],
)
def test_a_login_that_passes_by_the_isolation_is_refused(bare, weakness, named):
    everything(bare)
    as_superuser(bare, weakness)
    with pytest.raises(BootstrapRefused, match=named):
        by_the_owner(bare)


def test_application_and_owner_may_not_be_one(bare):
    with pytest.raises(BootstrapRefused, match="two users"):
        prepare(app_url=owner_url(bare), owner_url=owner_url(bare), admin_url=bare.superuser_url)


@pytest.mark.parametrize(
    ("app", "owner"),
    [("postgresql://h/jlis", "postgresql://o@h/jlis"), ("postgresql://a@h/one", "postgresql://o@h/two"), ("", "")],
)
def test_addresses_that_do_not_name_user_and_database_are_refused(app, owner):
    with pytest.raises(BootstrapRefused, match="the same database"):
        prepare(app_url=app, owner_url=owner)


def test_a_public_schema_that_everybody_may_write_to_is_closed(bare):
    everything(bare)
    with psycopg.connect(bare.url("postgres", bare.home.secret("postgres_superuser"), "jlis"), autocommit=True) as root:
        root.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
    everything(bare)
    with psycopg.connect(app_url(bare), autocommit=True) as app, pytest.raises(InsufficientPrivilege):
        app.execute("CREATE TABLE mine (name text)")


def test_addresses_may_stand_in_files(bare, tmp_path, capsys):
    environ = {}
    for name, url in (("", app_url(bare)), ("OWNER_", owner_url(bare)), ("ADMIN_", bare.superuser_url)):
        (tmp_path / f"{name}url").write_text(url + "\n")
        environ[f"DATABASE_{name}URL_FILE"] = str(tmp_path / f"{name}url")
    assert bootstrap.main(environ) == 0
    assert bootstrap.main({}) == 2
    assert "DATABASE_OWNER_URL" in capsys.readouterr().err
