"""Roles and database, made once by whoever may create roles; safe to run again.

Plain psycopg without Django, since nothing else can connect before it has run. For a real server:

    DATABASE_ADMIN_URL=… DATABASE_OWNER_URL=… DATABASE_URL=… python -m jlis.kernel.isolation.bootstrap

Without DATABASE_ADMIN_URL the owner does it, if it may create roles; if everything is there already,
it needs to create none. Works on PostgreSQL 15 and later.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

ROLES = (
    "jlis_door",
    "jlis_municipal",
    "jlis_city",
    "jlis_prefectural",
    "jlis_national",
    "jlis_operator",
    "jlis_auditor",
    "jlis_registry",
    "jlis_numbers",
    "jlis_system",
    "jlis_jpki",
    "jlis_mynacard",
    "jlis_bcl",
    "jlis_konbini",
    "jlis_lgwan",
    "jlis_public",
)
ROLES_SQL = Path(__file__).with_name("roles.sql")


class BootstrapRefused(Exception):
    """Roles or database are not as they must be and cannot be made so; the message says what to run."""


@dataclass(frozen=True)
class Login:
    """Who connects to which database, read from a connection's address."""

    user: str
    password: str
    database: str

    @classmethod
    def of(cls, url: str) -> "Login":
        parts = conninfo_to_dict(url)
        return cls(str(parts.get("user", "")), str(parts.get("password", "")), str(parts.get("dbname", "")))


def prepare(*, app_url: str, owner_url: str, admin_url: str = "") -> None:
    """Make the roles, both logins and the database, and check that the application's login can pass by nothing.

    `admin_url` is a superuser or a role that may create roles and databases; without it the owner acts.
    Raises BootstrapRefused with the SQL that somebody mightier has to run.
    """
    app, owner = Login.of(app_url), Login.of(owner_url)
    if not all((app.user, app.database, owner.user)) or owner.database != app.database:
        raise BootstrapRefused(
            "DATABASE_URL と DATABASE_OWNER_URL には、ユーザーと同じデータベースの名前が必要です。\n"
            "DATABASE_URL and DATABASE_OWNER_URL must name a user each, and the same database."
        )
    if app.user == owner.user:
        raise BootstrapRefused(
            "DATABASE_URL と DATABASE_OWNER_URL には別のユーザーが必要です。所有者は行単位の制限を外せるためです。\n"
            "DATABASE_URL and DATABASE_OWNER_URL must name two users: an owner can lift the row-level security."
        )
    with _connect(admin_url, owner_url, app.database) as cluster:
        _make_roles(cluster, app, owner)
        _make_database(cluster, app, owner)
    with _inside(admin_url or owner_url, app.database) as database:
        _close_public_schema(database)
        _check(database, app, owner)


def _connect(admin_url: str, owner_url: str, database: str) -> Connection:
    """A connection of the mightiest login to a database that exists already."""
    if admin_url:
        return psycopg.connect(admin_url, autocommit=True)
    try:
        return psycopg.connect(make_conninfo(owner_url, dbname=database), autocommit=True)
    except psycopg.OperationalError as problem:
        if "does not exist" not in str(problem):
            raise
        return psycopg.connect(make_conninfo(owner_url, dbname="postgres"), autocommit=True)


def _inside(url: str, database: str) -> Connection:
    return psycopg.connect(make_conninfo(url, dbname=database), autocommit=True)


def _make_roles(cluster: Connection, app: Login, owner: Login) -> None:
    mine = _mine(cluster)
    present = {name for (name,) in cluster.execute("SELECT rolname FROM pg_roles")}
    missing = [name for name in (*ROLES, owner.user, app.user) if name not in present]
    ungranted = [] if missing else _ungranted(cluster, app, owner)
    if not missing and not ungranted:
        return
    if not (mine["super"] or mine["createrole"]):
        raise BootstrapRefused(_what_to_run(str(mine["name"]), missing, app, owner, _grant_options(cluster)))
    # The owner inherits, or PostgreSQL 15 would not let it use its own database's schema.
    _make_login(cluster, owner, present, "LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB")
    _make_login(cluster, app, present, "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT")
    cluster.execute(ROLES_SQL.read_bytes())
    for login in (owner, app):
        _let_assume(cluster, login)
    if mine["super"] or mine["name"] == owner.user:
        return
    # A database can be given only to a role that the giver may itself assume.
    cluster.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(owner.user)))


def _make_login(cluster: Connection, login: Login, present: set[str], attributes: str) -> None:
    if login.user in present:
        return
    statement = sql.SQL("CREATE ROLE {} " + attributes).format(sql.Identifier(login.user))
    if login.password:
        # Sent already digested: a server that logs its statements shall not log a password.
        digest = cluster.pgconn.encrypt_password(login.password.encode(), login.user.encode(), b"scram-sha-256")
        statement += sql.SQL(" PASSWORD {}").format(sql.Literal(digest.decode()))
    cluster.execute(statement)


def _let_assume(cluster: Connection, login: Login) -> None:
    """Let the login assume each role, and have nothing of theirs while it has not.

    Without inheritance a connection that forgot its scope may do nothing at all.
    """
    grant = "GRANT {} TO {}" + _grant_options(cluster)
    for role in ROLES:
        cluster.execute(sql.SQL(grant).format(sql.Identifier(role), sql.Identifier(login.user)))


def _grant_options(cluster: Connection) -> str:
    return " WITH INHERIT FALSE, SET TRUE" if cluster.info.server_version >= 160000 else ""


def _make_database(cluster: Connection, app: Login, owner: Login) -> None:
    if cluster.execute("SELECT 1 FROM pg_database WHERE datname = %s", [app.database]).fetchone():
        return
    # Code points in their own order, the same on every machine: an index must not hang on a system's locale.
    if cluster.info.server_version >= 170000:
        locale = "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
    else:
        locale = "LOCALE 'C'"
    cluster.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' " + locale).format(
            sql.Identifier(app.database), sql.Identifier(owner.user)
        )
    )
    cluster.execute(sql.SQL("ALTER DATABASE {} SET timezone TO 'UTC'").format(sql.Identifier(app.database)))


def _close_public_schema(database: Connection) -> None:
    """Only the owner makes tables; before PostgreSQL 15, or after an upgrade from there, everybody might."""
    open_to_all = "SELECT has_schema_privilege('public', 'public', 'CREATE')"
    if _value(database, open_to_all):
        database.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")


def _check(database: Connection, app: Login, owner: Login) -> None:
    """Refuse an application login that could pass by the row-level security."""
    row = database.execute(
        """
        SELECT role.rolsuper,
               role.rolbypassrls,
               EXISTS (SELECT 1 FROM unnest(%s::text[]) AS kind WHERE pg_has_role(role.oid, kind, 'USAGE')),
               pg_has_role(role.oid, owner.oid, 'MEMBER'),
               has_schema_privilege(role.oid, 'public', 'CREATE')
          FROM pg_roles AS role, pg_roles AS owner
         WHERE role.rolname = %s AND owner.rolname = %s
        """,
        [list(ROLES), app.user, owner.user],
    ).fetchone()
    assert row is not None, "both logins were found or made above"
    words = ("SUPERUSER", "BYPASSRLS", "INHERIT", f"MEMBER OF {owner.user}", "CREATE ON SCHEMA public")
    faults = [word for word, at_fault in zip(words, row, strict=True) if at_fault]
    if _value(database, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", owner.user):
        faults.append(f"{owner.user} SUPERUSER/BYPASSRLS")
    if faults:
        raise BootstrapRefused(
            f"{app.user} は行単位の制限を免れます（{', '.join(faults)}）。権限を外してください。\n"
            f"{app.user} could pass by the row-level security ({', '.join(faults)}): take that away from it."
        )


def _ungranted(cluster: Connection, app: Login, owner: Login) -> list[str]:
    rows = cluster.execute(
        "SELECT name FROM unnest(%s::text[]) AS name"
        " WHERE NOT pg_has_role(%s, name, 'MEMBER') OR NOT pg_has_role(%s, name, 'MEMBER')",
        [list(ROLES), app.user, owner.user],
    )
    return [name for (name,) in rows]


def _mine(cluster: Connection) -> dict[str, object]:
    row = cluster.execute(
        "SELECT rolname, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert row is not None, "a connected role is in pg_roles"
    return dict(zip(("name", "super", "createrole"), row, strict=True))


def _value(database: Connection, query: str, *parameters: str) -> object:
    row = database.execute(query, parameters).fetchone()
    return row[0] if row else None


def _what_to_run(name: str, missing: list[str], app: Login, owner: Login, options: str) -> str:
    logins = [
        f"CREATE ROLE {login.user} {attributes} PASSWORD '…';"
        for login, attributes in ((owner, "LOGIN CREATEDB"), (app, "LOGIN NOINHERIT"))
        if login.user in missing
    ]
    statements = [
        *logins,
        f"\\i {ROLES_SQL}",
        f"GRANT {', '.join(ROLES)} TO {owner.user}, {app.user}{options};",
    ]
    return (
        f"{name} はロールを作成できません。データベース管理者が次の SQL を実行してください（psql）。\n"
        f"{name} may not create roles. Let the database's administrator run this in psql:\n\n    "
        + "\n    ".join(statements)
        + "\n\n管理者の接続を DATABASE_ADMIN_URL で渡すこともできます。\n"
        "Or pass an administrator's connection as DATABASE_ADMIN_URL."
    )


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Prepare the server that the environment names."""
    app, owner, admin = (_given(environ, f"DATABASE_{name}URL") for name in ("", "OWNER_", "ADMIN_"))
    if not app or not owner:
        print("DATABASE_URL と DATABASE_OWNER_URL を指定してください。 / Name both of them.", file=sys.stderr)
        return 2
    try:
        prepare(app_url=app, owner_url=owner, admin_url=admin)
    except (BootstrapRefused, psycopg.OperationalError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _given(environ: Mapping[str, str], name: str) -> str:
    """A variable's value, or the content of the file that its `_FILE` sister names."""
    place = environ.get(f"{name}_FILE")
    return environ.get(name) or (Path(place).read_text(encoding="utf-8").strip() if place else "")


if __name__ == "__main__":
    sys.exit(main())
