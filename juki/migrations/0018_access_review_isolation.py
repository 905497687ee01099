"""Auditors and the committee see every finding; a body what it was asked about, from when it was asked."""

from django.db import migrations

from jlis.kernel.isolation.operations import Grant, Policy, Protect

ORGANISATIONS = ("jlis_municipal", "jlis_city", "jlis_prefectural", "jlis_national", "jlis_operator")
_TOLD = "is_told AND organisation = current_setting('jlis.org', true)"
# The case's own policy holds inside the subquery as well.
_ASKED = "id IN (SELECT finding_id FROM juki_accesscase)"
_OF_CASE = "case_id IN (SELECT id FROM juki_accesscase)"


def asked_bodies(rows: str, registry: str) -> dict[str, Policy]:
    """The bodies by their rows, the auditors and the registry on every row."""
    bodies = {role: Policy("SELECT", rows) for role in ORGANISATIONS}
    return bodies | {"jlis_auditor": Policy("SELECT"), "jlis_registry": Policy(registry)}


class Migration(migrations.Migration):
    """Grants and policies."""

    dependencies = [("juki", "0017_access_reviews")]
    operations = [
        Grant("juki_accessreview", {"jlis_auditor": "SELECT", "jlis_registry": "SELECT, INSERT, UPDATE"}),
        Protect("juki_accesscase", asked_bodies(_TOLD, "SELECT, INSERT, UPDATE (state, is_told, since, due_on)")),
        Protect("juki_accessfinding", asked_bodies(_ASKED, "SELECT, INSERT, UPDATE (count, entries)")),
        Protect(
            "juki_accesscasestep",
            asked_bodies(_OF_CASE, "SELECT, INSERT"),
            sequences=("juki_accesscasestep_id_seq",),
        ),
    ]
