"""What a change tells the 本籍地 that nobody knows; 転籍 between towns; who decides, not named where the law does not."""

from django.db import migrations, models

from jlis.kernel.isolation.operations import Protect, tenant_policies


class Migration(migrations.Migration):
    """Tables, grants and policies."""

    dependencies = [("juki", "0020_code_provisions")]

    operations = [
        migrations.CreateModel(
            name="UnaddressedNotice",
            fields=[
                ("prefecture", models.SmallIntegerField(verbose_name="都道府県番号")),
                ("municipality", models.CharField(max_length=6, verbose_name="市町村コード")),
                ("office", models.CharField(max_length=6, verbose_name="市区町村コード")),
                ("notification", models.UUIDField(primary_key=True, serialize=False, verbose_name="異動の通知")),
                ("resident", models.UUIDField(verbose_name="住民")),
                ("reason", models.CharField(max_length=3, verbose_name="異動事由")),
                ("changed_on", models.DateField(verbose_name="異動年月日")),
                ("noted_at", models.DateTimeField(verbose_name="記録日時")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("OPEN", "本籍地の確認待ち"), ("SENT", "通知済み"), ("NOT_NEEDED", "通知しない")],
                        max_length=10,
                        verbose_name="結果",
                    ),
                ),
                ("message", models.UUIDField(null=True, verbose_name="送った通知")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="処理日時")),
                ("settled_by", models.CharField(blank=True, max_length=160, verbose_name="処理者")),
                ("note", models.CharField(blank=True, max_length=400, verbose_name="通知しない理由")),
            ],
            options={
                "verbose_name": "本籍地の分からない附票への通知",
                "verbose_name_plural": "本籍地の分からない附票への通知",
            },
        ),
        migrations.RemoveConstraint(
            model_name="protectionmeasure",
            name="protection_decided_has_its_term",
        ),
        migrations.AlterField(
            model_name="protectionforwarding",
            name="sent_from",
            field=models.CharField(blank=True, max_length=6, verbose_name="転送元"),
        ),
        migrations.AlterField(
            model_name="townmessage",
            name="kind",
            field=models.CharField(
                choices=[
                    ("MOVE_IN_NOTICE", "転入通知"),
                    ("MOVE_OUT_INFORMATION", "転出証明書情報の請求"),
                    ("WIDE_AREA", "広域交付の請求"),
                    ("SUPPLEMENTARY_NOTICE", "附票への記載事項通知"),
                    ("KOSEKI_NOTICE", "戸籍の届出による通知"),
                    ("SUPPLEMENTARY_TRANSFER", "転籍による附票の通知"),
                ],
                max_length=24,
                verbose_name="種別",
            ),
        ),
        migrations.AddConstraint(
            model_name="protectionmeasure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "DECIDED"), _negated=True),
                    models.Q(
                        ("decided_on__isnull", False),
                        ("term_ends_on__isnull", False),
                        models.Q(
                            models.Q(("deciding_office", ""), _negated=True),
                            ("place__in", ["FORMER_ADDRESS", "FORMER_HONSEKI"]),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="protection_decided_has_its_term",
            ),
        ),
        migrations.AddIndex(
            model_name="unaddressednotice",
            index=models.Index(fields=["office", "outcome", "changed_on"], name="unaddressed_of_office"),
        ),
        migrations.AddConstraint(
            model_name="unaddressednotice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("message__isnull", True), ("outcome", "OPEN"), ("settled_at__isnull", True)),
                    models.Q(("message__isnull", False), ("outcome", "SENT"), ("settled_at__isnull", False)),
                    models.Q(
                        ("message__isnull", True),
                        ("outcome", "NOT_NEEDED"),
                        ("settled_at__isnull", False),
                        models.Q(("note", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="unaddressed_settled_as_said",
            ),
        ),
        Protect(
            "juki_unaddressednotice",
            tenant_policies(staff="SELECT", prefecture="", national="", jlis_registry="SELECT, INSERT, UPDATE"),
        ),
    ]
