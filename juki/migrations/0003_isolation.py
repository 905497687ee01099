"""Who may touch the register, and which of its rows."""

from django.db import migrations

from jlis.kernel.isolation.operations import Grant, Policy, Protect, tenant_policies

CLOSE_ONLY = "SELECT, INSERT, UPDATE (valid_to, superseded_at)"
REGISTRY_ONLY = {"jlis_registry": Policy("SELECT, INSERT, UPDATE")}
PARTITIONS = [f"juki_identityrecord_p{number:02}" for number in range(1, 48)]


class Migration(migrations.Migration):
    """Grants and policies."""

    dependencies = [("juki", "0002_identity_records"), ("kernel", "0002_isolation")]
    operations = [
        Protect(
            "juki_resident",
            tenant_policies(staff="SELECT", jlis_registry="SELECT, INSERT, UPDATE", jlis_jpki="SELECT"),
        ),
        Protect(
            "juki_identityrecord",
            tenant_policies(staff="SELECT", jlis_registry=CLOSE_ONLY, jlis_jpki="SELECT"),
        ),
        # Reached through their parent alone: nobody has a grant or a policy on a partition itself.
        *(Protect(partition, {}) for partition in PARTITIONS),
        Grant("juki_codelot", {"jlis_registry": "SELECT, INSERT, UPDATE", "jlis_operator": "SELECT"}),
        Protect("juki_residentcode", REGISTRY_ONLY),
        Protect("juki_individualnumber", {"jlis_numbers": Policy("SELECT, INSERT, UPDATE (valid_to, sealed)")}),
        Protect(
            "juki_notification",
            tenant_policies(staff="SELECT", prefecture="SELECT", national="", jlis_registry="SELECT, INSERT, UPDATE"),
        ),
        Protect("juki_sendersequence", REGISTRY_ONLY),
        Protect(
            "juki_discrepancy",
            tenant_policies(staff="SELECT", prefecture="SELECT", national="", jlis_registry="SELECT, INSERT, UPDATE"),
        ),
        Grant("juki_affair", {"*": "SELECT", "jlis_operator": "INSERT, UPDATE"}),
        Grant("juki_affairentitlement", {"*": "SELECT", "jlis_operator": "INSERT, UPDATE"}),
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE juki_identityrecord_id_seq TO jlis_registry;"
            "GRANT USAGE ON SEQUENCE juki_individual_number_seq TO jlis_numbers;",
            migrations.RunSQL.noop,
        ),
    ]
