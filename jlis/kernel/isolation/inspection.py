"""Looking at one's own roles: whether the login and the assumed role could pass by row-level security."""

from dataclasses import dataclass

from django.db import connection

_ROLES = """
    SELECT r.rolname, r.rolsuper, r.rolbypassrls,
           EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid AND c.relnamespace = 'public'::regnamespace)
    FROM pg_roles r WHERE r.rolname IN (session_user, current_user)
"""


@dataclass(frozen=True)
class Standing:
    """The roles at work, and what is wrong with them (nothing, in service)."""

    session_user: str
    current_user: str
    faults: list[str]


def inspect() -> Standing:
    """The session's and the current role, inside the running transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user, current_user")
        session, current = cursor.fetchone()
        cursor.execute(_ROLES)
        faults = [
            f"{role} {word}"
            for role, is_super, bypasses, owns in cursor.fetchall()
            for word, found in (("is superuser", is_super), ("bypasses row security", bypasses), ("owns tables", owns))
            if found
        ]
    return Standing(session, current, faults)
