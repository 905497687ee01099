"""The analysis of the access log: runs, findings, cases and their steps (J18)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Tables."""

    dependencies = [
        ("juki", "0016_emergency_isolation"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccessCase",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False, verbose_name="受付番号")),
                ("organisation", models.CharField(max_length=20, verbose_name="団体・機関コード")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WITH_BODY", "団体に依頼中"),
                            ("ANSWERED", "回答済み"),
                            ("WITH_COMMITTEE", "委員会で審議中"),
                            ("CLOSED", "終了"),
                        ],
                        max_length=14,
                        verbose_name="状態",
                    ),
                ),
                ("is_told", models.BooleanField(default=False, verbose_name="団体への依頼")),
                ("since", models.DateField(verbose_name="この状態になった日")),
                ("due_on", models.DateField(null=True, verbose_name="期限")),
                ("opened_at", models.DateTimeField(verbose_name="開始日時")),
                ("opened_by", models.CharField(max_length=160, verbose_name="開始者")),
            ],
            options={
                "verbose_name": "利用の調査",
                "verbose_name_plural": "利用の調査",
            },
        ),
        migrations.CreateModel(
            name="AccessReview",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False, verbose_name="対象日")),
                ("reviewed_at", models.DateTimeField(verbose_name="分析日時")),
                ("entries", models.PositiveIntegerField(verbose_name="監査記録の数")),
                ("findings", models.PositiveIntegerField(verbose_name="検出の数")),
            ],
            options={
                "verbose_name": "利用記録の分析",
                "verbose_name_plural": "利用記録の分析",
                "ordering": ["-day"],
            },
        ),
        migrations.CreateModel(
            name="AccessCaseStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verb", models.CharField(max_length=12, verbose_name="操作")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WITH_BODY", "団体に依頼中"),
                            ("ANSWERED", "回答済み"),
                            ("WITH_COMMITTEE", "委員会で審議中"),
                            ("CLOSED", "終了"),
                        ],
                        max_length=14,
                        verbose_name="状態",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="日時")),
                ("by", models.CharField(max_length=160, verbose_name="処理者")),
                ("note", models.CharField(max_length=1000, verbose_name="内容・理由")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="juki.accesscase",
                        verbose_name="利用の調査",
                    ),
                ),
            ],
            options={
                "verbose_name": "利用の調査の経過",
                "verbose_name_plural": "利用の調査の経過",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="AccessFinding",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False, verbose_name="識別子")),
                ("day", models.DateField(verbose_name="対象日")),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("OUT_OF_HOURS", "時間外・休日の利用"),
                            ("MASS_SEARCH", "大量の検索"),
                            ("SAME_SURNAME", "同じ姓の者の照会"),
                            ("SAME_RESIDENT", "一人への照会の集中"),
                            ("SIGN_IN", "失敗の後のログイン"),
                        ],
                        max_length=13,
                        verbose_name="規則",
                    ),
                ),
                ("organisation", models.CharField(max_length=20, verbose_name="団体・機関コード")),
                ("actor", models.CharField(blank=True, max_length=64, verbose_name="利用者")),
                ("actor_label", models.CharField(blank=True, max_length=160, verbose_name="利用者名")),
                ("mark", models.CharField(blank=True, max_length=64, verbose_name="対象者の区別")),
                ("count", models.PositiveIntegerField(verbose_name="件数")),
                ("entries", models.JSONField(default=list, verbose_name="監査記録")),
                ("found_at", models.DateTimeField(verbose_name="検出日時")),
            ],
            options={
                "verbose_name": "利用記録の検出",
                "verbose_name_plural": "利用記録の検出",
                "ordering": ["-day", "rule", "organisation"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "rule", "organisation", "actor", "mark"), name="access_finding_once_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("actor", ""), _negated=True),
                            models.Q(("mark", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="access_finding_of_somebody",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="accesscase",
            name="finding",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="case",
                to="juki.accessfinding",
                verbose_name="検出",
            ),
        ),
        migrations.AddIndex(
            model_name="accesscase",
            index=models.Index(fields=["organisation", "state"], name="access_case_of_body"),
        ),
        migrations.AddConstraint(
            model_name="accesscase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_on", None), ("state", "CLOSED")),
                    models.Q(models.Q(("state", "CLOSED"), _negated=True), ("due_on__isnull", False)),
                    _connector="OR",
                ),
                name="access_case_open_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="accesscase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_told", True),
                    models.Q(("state__in", ["WITH_BODY", "ANSWERED"]), _negated=True),
                    _connector="OR",
                ),
                name="access_case_asked_is_told",
            ),
        ),
    ]
