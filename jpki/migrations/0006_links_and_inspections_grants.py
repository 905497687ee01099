"""Who may touch the link certificates, which are for everybody, and the inspections, which are the centre's own."""

from django.db import migrations

from jlis.kernel.isolation.operations import EVERY_ROLE, Grant

CLOSED = {"jlis_door", "jlis_registry", "jlis_numbers", "jlis_jpki", "jlis_system"}
READERS = {role: "SELECT" for role in EVERY_ROLE if role not in CLOSED}


class Migration(migrations.Migration):
    """Grants."""

    dependencies = [("jpki", "0005_links_and_inspections"), ("kernel", "0004_upper_rooms")]
    operations = [
        Grant("jpki_linkcertificate", READERS | {"jlis_jpki": "SELECT, INSERT"}),
        Grant(
            "jpki_inspection",
            {"jlis_jpki": "SELECT, INSERT, UPDATE", "jlis_operator": "SELECT", "jlis_auditor": "SELECT"},
        ),
    ]
