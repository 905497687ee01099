"""Who may touch the relying parties. Every write is jpki's own role, assumed by its services after the policy.

A party sees itself, a platform also the providers under it, the centre all. A step, once made, is rewritten by nobody; only
its keeper is set, once, when a platform gets its code. The chain's tallies of this room's acts are what bills are made
of.
"""

from django.db import migrations

from jlis.kernel.isolation.operations import Admit, Grant, Policy, Protect

OWN_KEEPER = "keeper = current_setting('jlis.org', true)"
OWN_OR_SELF = f"({OWN_KEEPER} OR organisation_id = current_setting('jlis.org', true))"
# A provider reads what its platform keeps about it. The table is small, and the inner rows are under their own policy.
OF_OWN_OR_SELF = """(keeper = current_setting('jlis.org', true) OR party_id IN
    (SELECT id FROM jpki_relyingparty WHERE organisation_id = current_setting('jlis.org', true)))"""
BODIES = ("jlis_municipal", "jlis_city", "jlis_prefectural", "jlis_national", "jlis_public")


def of_keeper(table: str, privileges: str, rows: str = OF_OWN_OR_SELF) -> migrations.RunSQL:
    policies = dict.fromkeys(BODIES, Policy("SELECT", rows))
    policies |= {"jlis_operator": Policy("SELECT"), "jlis_jpki": Policy(privileges)}
    return Protect(table, policies, sequences=(f"{table}_id_seq",))


class Migration(migrations.Migration):
    """Grants and policies."""

    dependencies = [("jpki", "0008_relying_parties"), ("jpki", "0002_isolation"), ("kernel", "0006_audit_tallies")]
    operations = [
        of_keeper("jpki_relyingparty", "SELECT, INSERT, UPDATE", OWN_OR_SELF),
        of_keeper("jpki_partyentitlement", "SELECT, INSERT, UPDATE (valid_to, keeper)"),
        of_keeper("jpki_partypaper", "SELECT, INSERT, UPDATE (keeper)"),
        of_keeper("jpki_partystep", "SELECT, INSERT, UPDATE (keeper)"),
        Grant(
            "jpki_verificationprice",
            {"*": "SELECT", "jlis_operator": "INSERT", "jlis_jpki": "INSERT"},
            sequences=("jpki_verificationprice_id_seq",),
        ),
        Admit("kernel_audittally", {"jlis_jpki": Policy("SELECT", "action LIKE 'jpki.%'")}),
    ]
