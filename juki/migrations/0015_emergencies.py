"""Emergency cases, their reports, steps and reminders (J13)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Tables."""

    dependencies = [
        ("juki", "0014_deliveries"),
    ]

    operations = [
        migrations.CreateModel(
            name="EmergencyCase",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False, verbose_name="受付番号")),
                (
                    "route",
                    models.CharField(
                        choices=[
                            ("TOWN", "市区町村から都道府県を経て総務省へ"),
                            ("PREFECTURE", "都道府県から総務省へ"),
                            ("JLIS", "機構から発生した団体と総務省へ"),
                        ],
                        max_length=10,
                        verbose_name="報告の経路",
                    ),
                ),
                (
                    "affair",
                    models.CharField(
                        choices=[
                            ("REGISTER", "住民基本台帳"),
                            ("CARD", "通知カード・マイナンバーカード"),
                            ("NETWORK", "住民基本台帳ネットワークシステム"),
                            ("LINK", "住民票関係情報の情報連携"),
                        ],
                        max_length=8,
                        verbose_name="事務",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("LEAK", "個人情報の漏えい"),
                            ("IMPROPER", "不正・不適切な取扱い"),
                            ("NUMBER_LEAK", "個人番号の変更を要する漏えい"),
                        ],
                        max_length=11,
                        verbose_name="事案の種別",
                    ),
                ),
                ("is_suspected", models.BooleanField(default=False, verbose_name="可能性がある段階")),
                ("place", models.CharField(max_length=20, verbose_name="発生元の団体")),
                ("reporter", models.CharField(max_length=20, verbose_name="報告する団体")),
                ("relay", models.CharField(blank=True, max_length=20, verbose_name="経由する都道府県")),
                ("told", models.CharField(blank=True, max_length=20, verbose_name="知らせを受けた団体")),
                ("ministry", models.CharField(blank=True, max_length=20, verbose_name="報告先")),
                ("noticed_at", models.DateTimeField(verbose_name="確認日時")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("RECORDED", "検知（未報告）"),
                            ("WITH_PREFECTURE", "都道府県に報告済み"),
                            ("WITH_MINISTRY", "総務省に報告済み"),
                            ("ASKED", "追加報告待ち"),
                            ("FINAL_WITH_PREFECTURE", "最終報を都道府県に報告済み"),
                            ("FINAL", "最終報済み"),
                            ("CLOSED", "終結"),
                            ("WITHDRAWN", "取下げ"),
                        ],
                        max_length=21,
                        verbose_name="状態",
                    ),
                ),
                ("since", models.DateField(verbose_name="この状態になった日")),
                ("due_on", models.DateField(null=True, verbose_name="次の処理の期限")),
                ("recorded_at", models.DateTimeField(verbose_name="記録日時")),
                ("recorded_by", models.CharField(max_length=160, verbose_name="記録者")),
                (
                    "origin",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="juki.emergencycase",
                        verbose_name="もとになった知らせ",
                    ),
                ),
            ],
            options={
                "verbose_name": "緊急事案",
                "verbose_name_plural": "緊急事案",
            },
        ),
        migrations.CreateModel(
            name="EmergencyReminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="督促日")),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("REPORTER", "報告する団体"),
                            ("RELAY", "経由する都道府県"),
                            ("MINISTRY", "総務省"),
                            ("TOLD", "知らせを受けた団体"),
                        ],
                        max_length=8,
                        verbose_name="督促の相手",
                    ),
                ),
                ("organisation", models.CharField(max_length=20, verbose_name="督促を受けた団体")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("RECORDED", "検知（未報告）"),
                            ("WITH_PREFECTURE", "都道府県に報告済み"),
                            ("WITH_MINISTRY", "総務省に報告済み"),
                            ("ASKED", "追加報告待ち"),
                            ("FINAL_WITH_PREFECTURE", "最終報を都道府県に報告済み"),
                            ("FINAL", "最終報済み"),
                            ("CLOSED", "終結"),
                            ("WITHDRAWN", "取下げ"),
                        ],
                        max_length=21,
                        verbose_name="状態",
                    ),
                ),
                ("due_on", models.DateField(verbose_name="期限")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="juki.emergencycase",
                        verbose_name="緊急事案",
                    ),
                ),
            ],
            options={
                "verbose_name": "緊急事案の督促",
                "verbose_name_plural": "緊急事案の督促",
                "ordering": ["-day", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="EmergencyReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="報の番号")),
                (
                    "kind",
                    models.CharField(
                        choices=[("FIRST", "第一報"), ("FURTHER", "続報"), ("FINAL", "最終報")],
                        max_length=7,
                        verbose_name="報の種別",
                    ),
                ),
                ("department", models.CharField(max_length=80, verbose_name="発生元の部課名")),
                ("happened", models.CharField(blank=True, max_length=80, verbose_name="発生日時")),
                ("overview", models.TextField(verbose_name="概要")),
                ("systems", models.CharField(blank=True, max_length=200, verbose_name="関係するシステム")),
                (
                    "press",
                    models.CharField(
                        choices=[("UNDECIDED", "未定"), ("PLANNED", "あり"), ("NONE", "なし")],
                        max_length=9,
                        verbose_name="報道発表の予定",
                    ),
                ),
                ("press_content", models.TextField(blank=True, verbose_name="報道発表の内容")),
                ("contact_department", models.CharField(max_length=80, verbose_name="担当部署")),
                ("contact_name", models.CharField(max_length=80, verbose_name="担当者")),
                ("contact", models.CharField(max_length=120, verbose_name="連絡先")),
                ("countermeasures", models.TextField(blank=True, verbose_name="対応策")),
                ("prevention", models.TextField(blank=True, verbose_name="再発防止策")),
                ("other", models.TextField(blank=True, verbose_name="その他の事項")),
                ("leaked", models.TextField(blank=True, verbose_name="漏えいした情報の内容")),
                ("persons", models.PositiveIntegerField(null=True, verbose_name="対象者の件数")),
                ("leaked_from", models.CharField(blank=True, max_length=200, verbose_name="漏えい元")),
                ("leaked_to", models.CharField(blank=True, max_length=200, verbose_name="漏えい先")),
                ("management", models.TextField(blank=True, verbose_name="情報の管理体制")),
                ("written_at", models.DateTimeField(verbose_name="報告日時")),
                ("written_by", models.CharField(max_length=160, verbose_name="報告者")),
                ("ministry", models.CharField(blank=True, max_length=20, verbose_name="総務省への到達")),
                ("forwarded_at", models.DateTimeField(null=True, verbose_name="総務省への報告日時")),
                ("forwarded_by", models.CharField(blank=True, max_length=160, verbose_name="総務省への報告者")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="juki.emergencycase",
                        verbose_name="緊急事案",
                    ),
                ),
            ],
            options={
                "verbose_name": "緊急事案の報告",
                "verbose_name_plural": "緊急事案の報告",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="EmergencyStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verb", models.CharField(max_length=16, verbose_name="操作")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("RECORDED", "検知（未報告）"),
                            ("WITH_PREFECTURE", "都道府県に報告済み"),
                            ("WITH_MINISTRY", "総務省に報告済み"),
                            ("ASKED", "追加報告待ち"),
                            ("FINAL_WITH_PREFECTURE", "最終報を都道府県に報告済み"),
                            ("FINAL", "最終報済み"),
                            ("CLOSED", "終結"),
                            ("WITHDRAWN", "取下げ"),
                        ],
                        max_length=21,
                        verbose_name="状態",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="日時")),
                ("organisation", models.CharField(max_length=20, verbose_name="団体")),
                ("by", models.CharField(max_length=160, verbose_name="処理者")),
                ("note", models.CharField(blank=True, max_length=400, verbose_name="内容・理由")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="juki.emergencycase",
                        verbose_name="緊急事案",
                    ),
                ),
            ],
            options={
                "verbose_name": "緊急事案の経過",
                "verbose_name_plural": "緊急事案の経過",
                "ordering": ["pk"],
            },
        ),
        migrations.AddIndex(
            model_name="emergencycase",
            index=models.Index(fields=["reporter", "-recorded_at"], name="emergency_of_reporter"),
        ),
        migrations.AddIndex(
            model_name="emergencycase",
            index=models.Index(
                condition=models.Q(("due_on__isnull", False)), fields=["due_on"], name="emergency_by_due_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencycase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_on", None), ("state__in", ["CLOSED", "WITHDRAWN"])),
                    models.Q(
                        models.Q(("state__in", ["CLOSED", "WITHDRAWN"]), _negated=True), ("due_on__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="emergency_open_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencycase",
            constraint=models.CheckConstraint(
                condition=models.Q(("relay", ""), ("route", "TOWN"), _connector="OR"),
                name="emergency_relay_of_towns_alone",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencycase",
            constraint=models.CheckConstraint(
                condition=models.Q(("told", ""), ("route", "JLIS"), _connector="OR"),
                name="emergency_told_by_jlis_alone",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencycase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("origin__isnull", False)),
                fields=("origin", "reporter"),
                name="emergency_taken_up_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencyreminder",
            constraint=models.UniqueConstraint(
                fields=("case", "day", "organisation"), name="emergency_reminder_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencyreport",
            constraint=models.UniqueConstraint(fields=("case", "number"), name="emergency_report_in_order"),
        ),
        migrations.AddConstraint(
            model_name="emergencyreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("forwarded_at", None), ("ministry", "")),
                    models.Q(models.Q(("ministry", ""), _negated=True), ("forwarded_at__isnull", False)),
                    _connector="OR",
                ),
                name="emergency_report_reached_when",
            ),
        ),
    ]
