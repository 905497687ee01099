"""The 附票 is its 本籍地's; whoever answers for those abroad reads it under a declared affair."""

from django.db import migrations

from jlis.kernel.isolation.operations import Protect, tenant_policies


class Migration(migrations.Migration):
    """Grants and policies."""

    dependencies = [("juki", "0010_supplementary")]
    operations = [
        Protect(
            "juki_supplementaryrecord",
            tenant_policies(
                staff="SELECT",
                jlis_registry="SELECT, INSERT, UPDATE (valid_to, superseded_at)",
                jlis_jpki="SELECT",
                jlis_mynacard="SELECT",
            ),
            sequences=("juki_supplementaryrecord_id_seq",),
        ),
        Protect(
            "juki_supplementarynotice",
            tenant_policies(staff="SELECT", prefecture="SELECT", national="", jlis_registry="SELECT, INSERT"),
        ),
    ]
