"""What the counter confirmed before is noted with the certificates in force that were issued on it."""

from django.db import migrations

# A certificate in force that a sitting wrote down was issued in it; any other came with its card.
FROM_SITTINGS = """
    UPDATE jpki_certificate c SET exemptions = sitting.exemptions
    FROM mynacard_sittingdeed deed
    JOIN mynacard_certificatesitting sitting ON sitting.id = deed.sitting_id
    JOIN jpki_certificatestatus s ON s.id = deed.certificate_id
    WHERE c.status_id = deed.certificate_id AND s.state = 'VALID' AND c.kind = 'SIGN_CARD'
      AND sitting.exemptions <> '[]'
"""
FROM_HAND_OVERS = """
    UPDATE jpki_certificate c SET exemptions = h.exemptions
    FROM mynacard_cardcertificate w
    JOIN mynacard_handover h ON h.card_id = w.card_id
    JOIN jpki_certificatestatus s ON s.id = w.certificate_id
    WHERE c.status_id = w.certificate_id AND s.state = 'VALID' AND c.kind = 'SIGN_CARD' AND h.exemptions <> '[]'
      AND NOT EXISTS (SELECT FROM mynacard_sittingdeed deed WHERE deed.certificate_id = w.certificate_id)
"""

# The owner sees these while they are read, and no longer.
_TABLES = ("jpki_certificate", "mynacard_certificatesitting", "mynacard_sittingdeed", "mynacard_handover")
OPEN = ";\n".join(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in _TABLES)
CLOSE = ";\n".join(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in _TABLES)


class Migration(migrations.Migration):
    dependencies = [("mynacard", "0009_guardianship_at_hand_over"), ("jpki", "0031_exemptions")]

    operations = [
        migrations.RunSQL(f"{OPEN};\n{FROM_SITTINGS};\n{FROM_HAND_OVERS};\n{CLOSE}", migrations.RunSQL.noop),
    ]
