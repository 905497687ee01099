"""Messages are seen by their two towns alone; what they say, by nobody else even as it is sealed."""

from django.db import migrations

from jlis.kernel.isolation.operations import Grant, Policy, Protect, tenant_policies

_ORG = "current_setting('jlis.org', true)"
_OFFICES = f"sender = {_ORG} OR receiver = {_ORG}"
_CITIES = f"sender_municipality = {_ORG} OR receiver_municipality = {_ORG}"
_TENANT_MOVES = tenant_policies(
    staff="SELECT", prefecture="SELECT", national="", jlis_registry="SELECT, INSERT, UPDATE"
)
_OWN = tenant_policies(staff="SELECT", prefecture="", national="", jlis_registry="SELECT, INSERT, UPDATE")


def two_towns(**system: str) -> dict[str, Policy]:
    """The two towns may read; further roles as named, on every row."""
    towns = {"jlis_municipal": Policy("SELECT", _OFFICES), "jlis_city": Policy("SELECT", _CITIES)}
    return towns | {role: Policy(privileges) for role, privileges in system.items()}


class Migration(migrations.Migration):
    """Grants and policies."""

    dependencies = [("juki", "0008_town_messages")]
    operations = [
        Protect(
            "juki_townmessage",
            two_towns(jlis_registry="SELECT, INSERT, UPDATE (state, received_at, answered_at)"),
        ),
        # The network puts contents in and never takes one out; the kernel's own role seals them anew.
        Protect("juki_townmessagebody", two_towns(jlis_registry="INSERT", jlis_system="SELECT, UPDATE (sealed)")),
        Protect(
            "juki_townmessagestep",
            two_towns(jlis_registry="SELECT, INSERT"),
            sequences=("juki_townmessagestep_id_seq",),
        ),
        Grant("juki_towndesk", {"*": "SELECT", "jlis_registry": "INSERT, UPDATE"}),
        Protect("juki_moveout", _TENANT_MOVES, sequences=("juki_moveout_id_seq",)),
        Protect(
            "juki_moveoutinformation",
            tenant_policies(
                staff="SELECT",
                prefecture="",
                national="",
                jlis_registry="INSERT",
                jlis_system="SELECT, UPDATE (sealed)",
            ),
        ),
        Protect("juki_specialmovein", _OWN),
    ]
