"""Who may touch the room's tables: staff read their own town's sealed rows; writes are the room's own role.

Who takes part is known to everybody. The towns' keys are the room's alone: a town's row read past a service is noise.
"""

from django.db import migrations

from jlis.kernel.isolation.operations import EVERY_ROLE, Grant, Policy, Protect, tenant_policies

READERS = dict.fromkeys((role for role in EVERY_ROLE if role not in {"jlis_door", "jlis_bcl"}), "SELECT")
ROOM = "SELECT, INSERT, UPDATE, DELETE"


class Migration(migrations.Migration):
    """Grants and policies."""

    dependencies = [("bcl", "0001_initial"), ("juki", "0005_upper_rooms"), ("kernel", "0004_upper_rooms")]
    operations = [
        Grant("bcl_participation", READERS | {"jlis_bcl": "SELECT, INSERT, UPDATE"}),
        Grant("bcl_signatory", READERS | {"jlis_bcl": "SELECT, INSERT"}),
        Protect("bcl_townkey", {"jlis_bcl": Policy("SELECT, INSERT, UPDATE (is_active, sealed)")}),
        Protect("bcl_copyentry", tenant_policies(staff="SELECT", prefecture="", national="", jlis_bcl=ROOM)),
        Protect("bcl_difference", tenant_policies(staff="SELECT", prefecture="", national="", jlis_bcl=ROOM)),
        Protect(
            "bcl_copystream",
            tenant_policies(staff="SELECT", prefecture="", national="", jlis_bcl="SELECT, INSERT, UPDATE")
            | {"jlis_operator": Policy("SELECT")},
        ),
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE bcl_signatory_id_seq, bcl_townkey_id_seq, bcl_copyentry_id_seq,"
            " bcl_difference_id_seq TO jlis_bcl",
            migrations.RunSQL.noop,
        ),
    ]
