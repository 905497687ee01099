"""Consents name a person and a party at once: jpki's own role alone reads them, its services judge for whom."""

from django.db import migrations

from jlis.kernel.isolation.operations import Grant, Policy, Protect


class Migration(migrations.Migration):
    """Grants and policies."""

    dependencies = [("jpki", "0014_consents"), ("kernel", "0006_audit_tallies")]
    operations = [
        Protect(
            "jpki_consent",
            {"jlis_jpki": Policy("SELECT, INSERT, UPDATE (asked_on, ended_at, ended_by, withdrawal)")},
        ),
        Grant(
            "jpki_consentreminder",
            {"jlis_jpki": "SELECT, INSERT"},
            sequences=("jpki_consentreminder_id_seq",),
        ),
    ]
