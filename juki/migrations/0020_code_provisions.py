"""住民票コード sealed to the information link (J8): the network system's keys, the answers, the affair."""

import datetime

import django.db.models.deletion
from django.db import migrations, models

from jlis.kernel.isolation.operations import Policy, Protect

ORGANISATIONS = ("jlis_municipal", "jlis_city", "jlis_prefectural", "jlis_national", "jlis_operator")
_OWN = Policy("SELECT", "organisation = current_setting('jlis.org', true)")
CODE = "BANGO-LINK"


def enter_affair(apps, schema_editor):
    apps.get_model("juki", "Affair").objects.create(
        code=CODE,
        basis="番号法21条の2",
        body="情報照会者・情報提供者",
        description="情報提供用個人識別符号の取得に関する事務",
        fields=[],
        number_allowed=True,
        kinds=["MUNICIPALITY", "WARD", "CITY", "PREFECTURE", "NATIONAL_ORGAN"],
        valid_from=datetime.date(2015, 10, 5),
    )


def remove_affair(apps, schema_editor):
    apps.get_model("juki", "Affair").objects.filter(code=CODE).delete()


class Migration(migrations.Migration):
    """Tables, grants and policies, data."""

    dependencies = [
        ("juki", "0019_removed_records"),
    ]

    operations = [
        migrations.CreateModel(
            name="LinkKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_key", models.BinaryField(max_length=32, unique=True, verbose_name="公開鍵（X25519）")),
                ("valid_from", models.DateField(verbose_name="適用開始日")),
                ("ended_on", models.DateField(null=True, verbose_name="適用終了日")),
                ("registered_at", models.DateTimeField(verbose_name="登録日時")),
                ("registered_by", models.CharField(max_length=160, verbose_name="登録者")),
            ],
            options={
                "verbose_name": "情報提供ネットワークシステムの公開鍵",
                "verbose_name_plural": "情報提供ネットワークシステムの公開鍵",
                "ordering": ["-valid_from", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on", None), ("ended_on__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="link_key_ends_after_begin",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CodeProvision",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False, verbose_name="受付番号")),
                ("organisation", models.CharField(max_length=20, verbose_name="団体・機関コード")),
                ("request", models.CharField(max_length=64, verbose_name="要求番号")),
                ("digest", models.BinaryField(max_length=32, verbose_name="内容の索引")),
                (
                    "result",
                    models.CharField(
                        choices=[("PROVIDED", "提供"), ("NOT_FOUND", "該当なし")], max_length=9, verbose_name="結果"
                    ),
                ),
                ("envelope", models.BinaryField(blank=True, verbose_name="封印した住民票コード")),
                ("provided_at", models.DateTimeField(verbose_name="提供日時")),
                (
                    "key",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="juki.linkkey", verbose_name="公開鍵"
                    ),
                ),
            ],
            options={
                "verbose_name": "情報連携のための住民票コードの提供",
                "verbose_name_plural": "情報連携のための住民票コードの提供",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "request"), name="code_provision_request_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("key__isnull", False), ("result", "PROVIDED")),
                            models.Q(("envelope", b""), ("key", None), ("result", "NOT_FOUND")),
                            _connector="OR",
                        ),
                        name="code_provision_sealed_to_a_key",
                    ),
                ],
            },
        ),
        Protect(
            "juki_linkkey",
            {"jlis_operator": Policy("SELECT"), "jlis_registry": Policy("SELECT, INSERT, UPDATE (ended_on)")},
        ),
        migrations.RunSQL("GRANT USAGE ON SEQUENCE juki_linkkey_id_seq TO jlis_registry", migrations.RunSQL.noop),
        Protect(
            "juki_codeprovision",
            dict.fromkeys(ORGANISATIONS, _OWN) | {"jlis_registry": Policy("SELECT, INSERT")},
        ),
        migrations.RunPython(enter_affair, remove_affair),
    ]
