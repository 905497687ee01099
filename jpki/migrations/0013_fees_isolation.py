"""Who may touch charges and monthly reports: a town its own, J-LIS the charges and what was reported to it."""

from django.db import migrations

from jlis.kernel.isolation.operations import Policy, Protect, tenant_policies

SENT = "state IN ('CONFIRMED', 'BILLED', 'SETTLED')"
# What passes inside a town before it stands by its report is the town's alone; what J-LIS itself did is not.
TOLD = f"{SENT} OR verb = 'return'"


def of_office(table: str, own: str, operator: str, **others: str) -> migrations.RunSQL:
    policies = tenant_policies(staff="SELECT", prefecture="", national="", jlis_jpki=own, **others)
    return Protect(table, policies | {"jlis_operator": Policy("SELECT", operator)}, sequences=(f"{table}_id_seq",))


class Migration(migrations.Migration):
    """Grants and policies."""

    dependencies = [("jpki", "0012_fees"), ("kernel", "0004_upper_rooms")]
    operations = [
        of_office("jpki_certificatecharge", "SELECT, INSERT", "true", jlis_mynacard="SELECT"),
        of_office("jpki_feereport", "SELECT, INSERT, UPDATE", SENT),
        of_office("jpki_feereportstep", "SELECT, INSERT", TOLD),
    ]
