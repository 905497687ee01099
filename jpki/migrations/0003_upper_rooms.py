"""The rooms above read what names nobody; whose certificate it is, they ask a service."""

from django.db import migrations

from jlis.kernel.isolation.operations import Grant

UPPER = ("jlis_mynacard", "jlis_bcl", "jlis_konbini")
READ = (
    "jpki_authority",
    "jpki_generation",
    "jpki_profile",
    "jpki_responder",
    "jpki_crlpartition",
    "jpki_certificatestatus",
    "jpki_crlseries",
    "jpki_crlpublication",
    "jpki_ocspanswer",
)


class Migration(migrations.Migration):
    """Grants."""

    dependencies = [("jpki", "0002_isolation"), ("kernel", "0004_upper_rooms")]
    operations = [Grant(table, dict.fromkeys(UPPER, "SELECT")) for table in READ]
