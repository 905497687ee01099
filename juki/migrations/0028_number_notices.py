"""That towns are to be told numbers; without a number."""

from django.db import migrations, models

from jlis.kernel.isolation.operations import Protect, tenant_policies


class Migration(migrations.Migration):
    """Table, sequence, grants and policies."""

    dependencies = [
        ("juki", "0026_notices"),
    ]

    operations = [
        migrations.CreateModel(
            name="NumberNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("prefecture", models.SmallIntegerField(verbose_name="都道府県番号")),
                ("municipality", models.CharField(max_length=6, verbose_name="市町村コード")),
                ("office", models.CharField(max_length=6, verbose_name="市区町村コード")),
                ("resident", models.UUIDField(verbose_name="住民")),
                (
                    "kind",
                    models.CharField(
                        choices=[("NEW", "付番"), ("CHANGED", "変更"), ("MOVED_IN", "転入等")],
                        max_length=10,
                        verbose_name="種別",
                    ),
                ),
                ("given_on", models.DateField(verbose_name="年月日")),
                ("noted_at", models.DateTimeField(verbose_name="記録日時")),
                ("notification", models.UUIDField(null=True, verbose_name="異動の通知")),
                ("place", models.BigIntegerField(null=True, verbose_name="通知の順序")),
                ("told_at", models.DateTimeField(null=True, verbose_name="取得日時")),
            ],
            options={
                "verbose_name": "個人番号の通知",
                "verbose_name_plural": "個人番号の通知",
                "indexes": [
                    models.Index(fields=["municipality", "place", "id"], name="number_notice_of_town"),
                    models.Index(
                        condition=models.Q(("kind", "NEW"), _negated=True),
                        fields=["resident"],
                        name="number_notice_overtaking",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("notification__isnull", False)),
                        fields=("notification",),
                        name="number_notice_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("place__isnull", True), ("told_at__isnull", True)),
                            models.Q(("place__isnull", False), ("told_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="number_notice_told_in_place",
                    ),
                ],
            },
        ),
        migrations.RunSQL("CREATE SEQUENCE juki_number_notice_place_seq", "DROP SEQUENCE juki_number_notice_place_seq"),
        # The town's own fetch draws the place; nobody changes what is told.
        Protect(
            "juki_numbernotice",
            tenant_policies(
                staff="SELECT, UPDATE (place, told_at)", prefecture="", national="", jlis_registry="SELECT, INSERT"
            ),
        ),
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE juki_numbernotice_id_seq TO jlis_registry;"
            "GRANT USAGE ON SEQUENCE juki_number_notice_place_seq TO jlis_municipal, jlis_city;",
            migrations.RunSQL.noop,
        ),
    ]
