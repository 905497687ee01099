"""附票の除票 (J17): disposed of by the same two people as 除票, and by the database's own leave."""

from django.db import migrations, models

_DISPOSED = """EXISTS (
    SELECT FROM juki_disposal d
    WHERE d.resident = {table}.resident AND d.office = {table}.office AND d.data_class = '{data_class}'
      AND d.outcome = 'DISPOSED' AND {table}.version <= d.version
)"""
# Each class of records is let go by a decision about its own class alone.
LET_GO = f"""
DROP POLICY jlis_registry_disposal ON juki_identityrecord;
CREATE POLICY jlis_registry_disposal ON juki_identityrecord FOR DELETE TO jlis_registry
    USING ({_DISPOSED.format(table="juki_identityrecord", data_class="REMOVED_RECORD")});
GRANT DELETE ON juki_supplementaryrecord TO jlis_registry;
CREATE POLICY jlis_registry_disposal ON juki_supplementaryrecord FOR DELETE TO jlis_registry
    USING ({_DISPOSED.format(table="juki_supplementaryrecord", data_class="REMOVED_SUPPLEMENTARY")});
"""
KEEP = """
DROP POLICY jlis_registry_disposal ON juki_supplementaryrecord;
REVOKE DELETE ON juki_supplementaryrecord FROM jlis_registry
"""


class Migration(migrations.Migration):
    """Constraint, grants and policies."""

    dependencies = [("juki", "0021_honseki_notices")]

    operations = [
        migrations.RemoveConstraint(
            model_name="disposal",
            name="disposal_asked_once",
        ),
        migrations.AlterField(
            model_name="disposal",
            name="data_class",
            field=models.CharField(
                choices=[
                    ("REMOVED_RECORD", "除票"),
                    ("REMOVED_SUPPLEMENTARY", "戸籍の附票の除票"),
                    ("IDENTITY_RECORD", "本人確認情報"),
                ],
                max_length=24,
                verbose_name="区分",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome", "REFUSED"), _negated=True),
                fields=("data_class", "resident", "office", "version"),
                name="disposal_asked_once",
            ),
        ),
        migrations.RunSQL(LET_GO, KEEP),
    ]
