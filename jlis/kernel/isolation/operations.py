"""Migration operations that say who may touch a table, and which of its rows.

A migration reads as a list: `Grant` for tables that hold no person, `Protect` for those that do.
Policies are equalities on the tenant columns so that an index, and partition pruning, serve them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.migrations.operations import RunSQL

# `jlis.org` holds a 6-digit organisation code whose first two digits are the prefecture. Both settings are read
# with missing_ok: an empty scope must see zero rows, not fail.
_ORG = "current_setting('jlis.org', true)"
_PREFECTURE = f"nullif(left({_ORG}, 2), '')::smallint"

OFFICE_ROWS = f"prefecture = {_PREFECTURE} AND office = {_ORG}"
CITY_ROWS = f"prefecture = {_PREFECTURE} AND municipality = {_ORG}"
PREFECTURE_ROWS = f"prefecture = {_PREFECTURE}"
DECLARED_AFFAIR = "coalesce(current_setting('jlis.purpose', true), '') <> ''"
EVERY_ROW = "true"
OWN_ORGANISATION = f"organisation_id = {_ORG}"


@dataclass(frozen=True)
class Policy:
    """What one role may do with a table (`SELECT, INSERT`), and on which rows."""

    privileges: str
    rows: str = EVERY_ROW


def tenant_policies(
    *, staff: str, prefecture: str = "SELECT", national: str = "SELECT", **system: str
) -> dict[str, Policy]:
    """Policies for a table with the tenant columns: own office, own city, own prefecture, declared affair.

    `staff` is what municipal roles may do; keyword names such as `jlis_registry="SELECT, INSERT"` add roles that
    see every row. An empty string leaves a role out.
    """
    policies = {
        "jlis_municipal": Policy(staff, OFFICE_ROWS),
        "jlis_city": Policy(staff, CITY_ROWS),
        "jlis_prefectural": Policy(prefecture, PREFECTURE_ROWS),
        "jlis_national": Policy(national, DECLARED_AFFAIR),
    }
    policies.update({role: Policy(privileges) for role, privileges in system.items()})
    return {role: policy for role, policy in policies.items() if policy.privileges}


def Grant(table: str, privileges: Mapping[str, str], *, sequences: tuple[str, ...] = ()) -> RunSQL:  # noqa: N802
    """Grant on a table that holds no person: `{"jlis_door": "SELECT, INSERT"}`; `*` stands for every role."""
    statements = [f"REVOKE ALL ON {table} FROM PUBLIC"]
    for role, rights in privileges.items():
        grantee = ", ".join(EVERY_ROLE) if role == "*" else role
        statements.append(f"GRANT {rights} ON {table} TO {grantee}")
        statements += [f"GRANT USAGE ON SEQUENCE {sequence} TO {grantee}" for sequence in sequences]
    return RunSQL(";\n".join(statements), RunSQL.noop)


def Protect(  # noqa: N802
    table: str, policies: Mapping[str, Policy], *, sequences: tuple[str, ...] = (), owner_sees: bool = False
) -> RunSQL:
    """Put a table that holds a person under row-level security, for its owner too.

    `owner_sees` lets the owner keep its rows: for tables of other packages, whose migrations move data.
    """
    statements = [
        f"REVOKE ALL ON {table} FROM PUBLIC",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    ]
    for role, policy in policies.items():
        statements.append(f"GRANT {policy.privileges} ON {table} TO {role}")
        statements += [f"GRANT USAGE ON SEQUENCE {sequence} TO {role}" for sequence in sequences]
        statements.append(_create_policy(table, role, policy))
    if owner_sees:
        statements.append(f"CREATE POLICY owner_all ON {table} FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)")
    return RunSQL(";\n".join(statements), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


def Admit(table: str, policies: Mapping[str, Policy]) -> RunSQL:  # noqa: N802
    """Let further roles, those of a room above, at a table that is under row-level security already.

    On a new database the table's own migration may have admitted them; what stands is left and said once more.
    """
    statements = []
    for role, policy in policies.items():
        statements.append(f"GRANT {policy.privileges} ON {table} TO {role}")
        statements += [f"DROP POLICY IF EXISTS {role}_{command} ON {table}" for command in _COMMANDS]
        statements.append(_create_policy(table, role, policy))
    return RunSQL(";\n".join(statements), RunSQL.noop)


_COMMANDS = ("select", "insert", "update", "delete")


def _create_policy(table: str, role: str, policy: Policy) -> str:
    commands = {privilege.strip().split("(")[0].strip().upper() for privilege in policy.privileges.split(",")}
    return ";\n".join(
        f"CREATE POLICY {role}_{command.lower()} ON {table} FOR {command} TO {role} {_clauses(command, policy.rows)}"
        for command in ("SELECT", "INSERT", "UPDATE", "DELETE")
        if command in commands
    )


def _clauses(command: str, rows: str) -> str:
    if command == "INSERT":
        return f"WITH CHECK ({rows})"
    if command == "UPDATE":
        return f"USING ({rows}) WITH CHECK ({rows})"
    return f"USING ({rows})"


EVERY_ROLE = (
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
