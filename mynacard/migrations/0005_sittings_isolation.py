"""Who may touch the sittings about certificates: the office that held them, and nobody else's staff."""

from django.db import migrations

from jlis.kernel.isolation.operations import Protect, tenant_policies


def of_office(table: str) -> migrations.RunSQL:
    policies = tenant_policies(staff="SELECT", prefecture="", national="", jlis_mynacard="SELECT, INSERT")
    return Protect(table, policies, sequences=(f"{table}_id_seq",))


class Migration(migrations.Migration):
    """The receipts' numbers, grants and policies."""

    dependencies = [("mynacard", "0004_sittings")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE mynacard_sitting_seq AS bigint;"
            "GRANT USAGE ON SEQUENCE mynacard_sitting_seq TO jlis_mynacard;",
            "DROP SEQUENCE mynacard_sitting_seq;",
        ),
        of_office("mynacard_certificatesitting"),
        of_office("mynacard_sittingdeed"),
    ]
