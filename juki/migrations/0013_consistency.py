"""整合性確認: checks by counts, what is under way, who differs. The centre sees counts, and of nobody which resident."""

import django.db.models.deletion
from django.db import migrations, models

from jlis.kernel.isolation.operations import Policy, Protect, tenant_policies


class Migration(migrations.Migration):
    """Tables, grants and policies."""

    dependencies = [
        ("juki", "0012_extract_media"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsistencyCheck",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False, verbose_name="確認の番号")),
                ("prefecture", models.SmallIntegerField(verbose_name="都道府県番号")),
                ("municipality", models.CharField(max_length=6, verbose_name="市町村コード")),
                ("office", models.CharField(max_length=6, verbose_name="市区町村コード")),
                ("day", models.DateField(verbose_name="基準日")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("COMPARING", "確認中"),
                            ("AGREED", "一致"),
                            ("DIFFERED", "違いあり"),
                            ("BROKEN_OFF", "中断"),
                        ],
                        max_length=12,
                        verbose_name="状態",
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="開始日時")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="終了日時")),
                ("sender", models.CharField(max_length=160, verbose_name="確認した者")),
                ("step", models.PositiveIntegerField(default=0, verbose_name="段階")),
                ("town_count", models.PositiveIntegerField(verbose_name="市区町村の人数")),
                ("nation_count", models.PositiveIntegerField(verbose_name="全国の人数")),
                ("told", models.PositiveIntegerField(default=0, verbose_name="受け取った要約値")),
                ("only_in_town", models.PositiveIntegerField(default=0, verbose_name="市区町村だけにある")),
                ("only_in_nation", models.PositiveIntegerField(default=0, verbose_name="全国だけにある")),
                ("items_differ", models.PositiveIntegerField(default=0, verbose_name="項目が異なる")),
            ],
            options={
                "verbose_name": "整合性確認",
                "verbose_name_plural": "整合性確認",
            },
        ),
        migrations.CreateModel(
            name="ConsistencyDifference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("prefecture", models.SmallIntegerField(verbose_name="都道府県番号")),
                ("municipality", models.CharField(max_length=6, verbose_name="市町村コード")),
                ("office", models.CharField(max_length=6, verbose_name="市区町村コード")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ONLY_IN_TOWN", "市区町村だけにある"),
                            ("ONLY_IN_NATION", "全国だけにある"),
                            ("ITEMS_DIFFER", "項目が異なる"),
                        ],
                        max_length=16,
                        verbose_name="違い",
                    ),
                ),
                ("resident_code", models.CharField(max_length=11, verbose_name="住民票コード")),
                ("resident", models.UUIDField(null=True, verbose_name="住民")),
                ("items", models.JSONField(default=list, verbose_name="異なる項目")),
                ("is_waiting", models.BooleanField(default=False, verbose_name="未処理の通知あり")),
            ],
            options={
                "verbose_name": "整合性確認の違い",
                "verbose_name_plural": "整合性確認の違い",
                "ordering": ["kind", "resident_code"],
            },
        ),
        migrations.CreateModel(
            name="ConsistencyWork",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="work",
                        serialize=False,
                        to="juki.consistencycheck",
                        verbose_name="整合性確認",
                    ),
                ),
                ("digests", models.BinaryField(verbose_name="全国の要約値")),
                ("nodes", models.JSONField(default=list, verbose_name="尋ねる節")),
                ("codes", models.JSONField(default=list, verbose_name="尋ねる住民")),
            ],
            options={
                "verbose_name": "整合性確認の途中",
                "verbose_name_plural": "整合性確認の途中",
            },
        ),
        migrations.AddIndex(
            model_name="consistencycheck",
            index=models.Index(fields=["office", "-started_at"], name="consistency_of_office"),
        ),
        migrations.AddConstraint(
            model_name="consistencycheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at__isnull", True), ("state", "COMPARING")),
                    models.Q(models.Q(("state", "COMPARING"), _negated=True), ("finished_at__isnull", False)),
                    _connector="OR",
                ),
                name="consistency_finished_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="consistencycheck",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "COMPARING")), fields=("office",), name="consistency_one_under_way"
            ),
        ),
        migrations.AddField(
            model_name="consistencydifference",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rows",
                to="juki.consistencycheck",
                verbose_name="整合性確認",
            ),
        ),
        migrations.AddConstraint(
            model_name="consistencydifference",
            constraint=models.UniqueConstraint(fields=("run", "resident_code"), name="consistency_difference_once"),
        ),
        migrations.AddConstraint(
            model_name="consistencydifference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "ITEMS_DIFFER"), models.Q(("items", []), _negated=True)),
                    models.Q(models.Q(("kind", "ITEMS_DIFFER"), _negated=True), ("items", [])),
                    _connector="OR",
                ),
                name="consistency_items_where_they_differ",
            ),
        ),
        Protect(
            "juki_consistencycheck",
            tenant_policies(
                staff="SELECT", national="", jlis_operator="SELECT", jlis_registry="SELECT, INSERT, UPDATE"
            ),
        ),
        Protect("juki_consistencywork", {"jlis_registry": Policy("SELECT, INSERT, UPDATE, DELETE")}),
        Protect(
            "juki_consistencydifference",
            tenant_policies(staff="SELECT", prefecture="", national="", jlis_registry="SELECT, INSERT"),
        ),
    ]
