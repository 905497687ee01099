"""Who may touch the telephones: as the certificates that they bear. Their steps are the room's own role's alone."""

from django.db import migrations

from jlis.kernel.isolation.operations import Policy, Protect, tenant_policies

_FOLLOWED = "UPDATE (state, cause, suspended_at, ended_at, prefecture, municipality, office)"


class Migration(migrations.Migration):
    """Grants and policies."""

    dependencies = [("jpki", "0021_mobile_devices"), ("jpki", "0002_isolation"), ("kernel", "0002_isolation")]
    operations = [
        Protect(
            "jpki_mobiledevice",
            tenant_policies(
                staff="SELECT",
                prefecture="",
                national="",
                jlis_operator="SELECT",
                jlis_jpki=f"SELECT, INSERT, {_FOLLOWED}",
            ),
            sequences=("jpki_mobiledevice_id_seq",),
        ),
        Protect(
            "jpki_devicestep",
            {"jlis_jpki": Policy("SELECT, INSERT")},
            sequences=("jpki_devicestep_id_seq",),
        ),
    ]
