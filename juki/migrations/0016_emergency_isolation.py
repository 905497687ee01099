"""A case is seen by who reports it and by whom it was sent to; a report by the ministry once it has reached it."""

from django.db import migrations

from jlis.kernel.isolation.operations import Policy, Protect

ORGANISATIONS = ("jlis_municipal", "jlis_city", "jlis_prefectural", "jlis_national", "jlis_operator")
_ORG = "current_setting('jlis.org', true)"
_PARTY = f"coalesce({_ORG}, '') <> '' AND {_ORG} IN (reporter, relay, told, ministry)"
# The case's own policy holds inside the subquery as well.
_OF_CASE = "case_id IN (SELECT id FROM juki_emergencycase)"
_REACHED = f"ministry = {_ORG}"


def seen_by(rows: str, *, national: str = "", **system: str) -> dict[str, Policy]:
    """The bodies read by their rows; further roles as named, on every row."""
    bodies = {role: Policy("SELECT", rows) for role in ORGANISATIONS}
    if national:
        bodies["jlis_national"] = Policy("SELECT", national)
    return bodies | {role: Policy(privileges) for role, privileges in system.items()}


class Migration(migrations.Migration):
    """Grants and policies."""

    dependencies = [("juki", "0015_emergencies"), ("kernel", "0006_audit_tallies")]
    operations = [
        Protect(
            "juki_emergencycase",
            seen_by(_PARTY, jlis_registry="SELECT, INSERT, UPDATE"),
        ),
        Protect(
            "juki_emergencyreport",
            seen_by(
                _OF_CASE,
                national=_REACHED,
                jlis_registry="SELECT, INSERT, UPDATE (ministry, forwarded_at, forwarded_by)",
            ),
            sequences=("juki_emergencyreport_id_seq",),
        ),
        Protect(
            "juki_emergencystep",
            seen_by(_OF_CASE, jlis_registry="SELECT, INSERT"),
            sequences=("juki_emergencystep_id_seq",),
        ),
        Protect(
            "juki_emergencyreminder",
            seen_by(_OF_CASE, jlis_registry="SELECT, INSERT"),
            sequences=("juki_emergencyreminder_id_seq",),
        ),
    ]
