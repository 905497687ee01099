"""The serial numbers' sequences, and who may touch the room's tables.

Staff and clients read; every write is jpki's own role, assumed by its services after the policy's judgement. The public
face reads what names nobody and keeps OCSP answers. Only ``jpki_certificate`` holds a person.
"""

from django.db import migrations

from jlis.kernel.isolation.operations import EVERY_ROLE, Grant, Protect, tenant_policies

READERS = {
    role: "SELECT"
    for role in EVERY_ROLE
    if role not in {"jlis_door", "jlis_registry", "jlis_numbers", "jlis_jpki", "jlis_system"}
}


def grant(table: str, own: str, **others: str) -> migrations.RunSQL:
    return Grant(table, READERS | {"jlis_jpki": own} | others)


class Migration(migrations.Migration):
    """Sequences, grants and policies."""

    dependencies = [("jpki", "0001_initial"), ("juki", "0003_isolation"), ("kernel", "0002_isolation")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE jpki_serial_sign AS bigint; CREATE SEQUENCE jpki_serial_auth AS bigint;"
            "GRANT USAGE ON SEQUENCE jpki_serial_sign, jpki_serial_auth TO jlis_jpki;",
            "DROP SEQUENCE jpki_serial_sign; DROP SEQUENCE jpki_serial_auth;",
        ),
        grant("jpki_authority", "SELECT, INSERT"),
        grant("jpki_generation", "SELECT, INSERT"),
        grant("jpki_profile", "SELECT, INSERT"),
        grant("jpki_responder", "SELECT, INSERT"),
        Grant("jpki_ceremony", {"jlis_jpki": "SELECT, INSERT", "jlis_operator": "SELECT", "jlis_auditor": "SELECT"}),
        grant("jpki_crlpartition", "SELECT, INSERT"),
        grant("jpki_certificatestatus", "SELECT, INSERT, UPDATE"),
        grant("jpki_crlseries", "SELECT, INSERT, UPDATE"),
        grant("jpki_crlpublication", "SELECT, INSERT, DELETE"),
        Grant("jpki_crlchange", {"jlis_jpki": "SELECT, INSERT, DELETE"}),
        grant("jpki_ocspanswer", "SELECT, INSERT, UPDATE", jlis_public="SELECT, INSERT, UPDATE"),
        Grant("jpki_holding", {"jlis_jpki": "SELECT, INSERT, DELETE"}),
        Protect(
            "jpki_certificate",
            tenant_policies(
                staff="SELECT",
                prefecture="",
                national="",
                jlis_operator="SELECT",
                jlis_jpki="SELECT, INSERT, UPDATE (prefecture, municipality, office)",
            ),
        ),
    ]
