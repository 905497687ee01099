"""Media of extracts, seen by the body that asked alone."""

from django.db import migrations, models

from jlis.kernel.isolation.operations import Policy, Protect

OWN = "organisation = current_setting('jlis.org', true)"


class Migration(migrations.Migration):
    """Table, grants and policies."""

    dependencies = [
        ("juki", "0011_supplementary_isolation"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExtractMedium",
            fields=[
                ("job", models.UUIDField(primary_key=True, serialize=False, verbose_name="ジョブ")),
                ("organisation", models.CharField(max_length=20, verbose_name="団体・機関コード")),
                ("number", models.CharField(max_length=32, unique=True, verbose_name="媒体番号")),
                ("sealed", models.BinaryField(verbose_name="合言葉（封印）")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("size", models.BigIntegerField(verbose_name="大きさ")),
                ("rows", models.BigIntegerField(verbose_name="件数")),
                ("made_at", models.DateTimeField(verbose_name="作成日時")),
                ("opened_at", models.DateTimeField(null=True, verbose_name="合言葉の最後の表示日時")),
                ("opened_by", models.CharField(blank=True, max_length=160, verbose_name="合言葉を表示した者")),
                ("opened", models.PositiveIntegerField(default=0, verbose_name="合言葉の表示回数")),
            ],
            options={
                "verbose_name": "一括抽出の媒体",
                "verbose_name_plural": "一括抽出の媒体",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("opened", 0), ("opened_at__isnull", True)),
                            models.Q(
                                ("opened__gt", 0),
                                ("opened_at__isnull", False),
                                models.Q(("opened_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="medium_opened_by_somebody",
                    )
                ],
            },
        ),
        Protect(
            "juki_extractmedium",
            {
                "jlis_prefectural": Policy("SELECT, INSERT, UPDATE", OWN),
                "jlis_system": Policy("SELECT, UPDATE (sealed)"),
            },
        ),
    ]
