"""What the chain holds in numbers. A body reads its own; the centres and the auditors read all."""

from django.db import migrations, models

from jlis.kernel.isolation.operations import Policy, Protect

OWN = Policy("SELECT", "organisation = current_setting('jlis.org', true)")


class Migration(migrations.Migration):
    """Table, grants and policies."""

    dependencies = [
        ("kernel", "0005_lgwan_room"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="日付")),
                ("organisation", models.CharField(blank=True, max_length=20, verbose_name="団体・機関コード")),
                ("action", models.CharField(max_length=64, verbose_name="操作")),
                ("purpose", models.CharField(blank=True, max_length=64, verbose_name="利用目的")),
                ("kind", models.CharField(blank=True, max_length=64, verbose_name="方法・事由")),
                ("calls", models.BigIntegerField(verbose_name="件数")),
                ("subjects", models.BigIntegerField(verbose_name="延べ人数")),
            ],
            options={
                "verbose_name": "監査記録の集計",
                "verbose_name_plural": "監査記録の集計",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "organisation", "action", "purpose", "kind"), name="audit_tally_once"
                    )
                ],
            },
        ),
        Protect(
            "kernel_audittally",
            {
                "jlis_system": Policy("SELECT, INSERT, UPDATE"),
                "jlis_operator": Policy("SELECT"),
                "jlis_auditor": Policy("SELECT"),
                "jlis_municipal": OWN,
                "jlis_city": OWN,
                "jlis_prefectural": OWN,
                "jlis_national": OWN,
            },
        ),
    ]
