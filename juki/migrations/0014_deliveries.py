"""配信 and 問合せ: packages for all, what became of them for each town; a town's questions, which the centre answers."""

import django.db.models.deletion
from django.db import migrations, models

from jlis.kernel.isolation.operations import Grant, Protect, tenant_policies


def for_town_and_centre(own):
    """A town reads its own rows, the centre all of them; every write is the registry's, assumed by the services."""
    return tenant_policies(staff="SELECT", prefecture="", national="", jlis_operator="SELECT", jlis_registry=own)


class Migration(migrations.Migration):
    """Tables, grants and policies."""

    dependencies = [
        ("juki", "0013_consistency"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeliveryPackage",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False, verbose_name="配信の番号")),
                (
                    "kind",
                    models.CharField(
                        choices=[("CODE_TABLE", "コード表"), ("PROGRAM", "プログラム")],
                        max_length=12,
                        verbose_name="種別",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                ("version", models.CharField(max_length=20, verbose_name="版")),
                ("file_name", models.CharField(max_length=80, verbose_name="ファイル名")),
                ("content", models.BinaryField(verbose_name="内容")),
                ("sha256", models.CharField(max_length=64, verbose_name="内容のSHA-256")),
                ("size", models.PositiveIntegerField(verbose_name="大きさ（バイト）")),
                ("note", models.CharField(blank=True, max_length=400, verbose_name="説明")),
                ("due_on", models.DateField(verbose_name="適用期限")),
                ("published_at", models.DateTimeField(verbose_name="配信日時")),
                ("published_by", models.CharField(max_length=160, verbose_name="配信者")),
            ],
            options={
                "verbose_name": "配信",
                "verbose_name_plural": "配信",
                "constraints": [models.UniqueConstraint(fields=("name", "version"), name="delivery_version_once")],
            },
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False, verbose_name="問合せの番号")),
                ("prefecture", models.SmallIntegerField(verbose_name="都道府県番号")),
                ("municipality", models.CharField(max_length=6, verbose_name="市町村コード")),
                ("office", models.CharField(max_length=6, verbose_name="市区町村コード")),
                ("subject", models.CharField(max_length=100, verbose_name="件名")),
                (
                    "state",
                    models.CharField(
                        choices=[("OPEN", "回答待ち"), ("ANSWERED", "回答あり"), ("CLOSED", "終了")],
                        default="OPEN",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="受付日時")),
                ("opened_by", models.CharField(max_length=160, verbose_name="問合せ者")),
                ("changed_at", models.DateTimeField(verbose_name="最終更新日時")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="終了日時")),
            ],
            options={
                "verbose_name": "問合せ",
                "verbose_name_plural": "問合せ",
                "indexes": [models.Index(fields=["state", "changed_at"], name="ticket_by_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("state", "CLOSED")),
                            models.Q(models.Q(("state", "CLOSED"), _negated=True), ("closed_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="ticket_closed_has_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TicketMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("prefecture", models.SmallIntegerField(verbose_name="都道府県番号")),
                ("municipality", models.CharField(max_length=6, verbose_name="市町村コード")),
                ("office", models.CharField(max_length=6, verbose_name="市区町村コード")),
                ("from_centre", models.BooleanField(verbose_name="全国センターから")),
                ("body", models.CharField(max_length=4000, verbose_name="本文")),
                ("written_at", models.DateTimeField(verbose_name="記入日時")),
                ("written_by", models.CharField(max_length=160, verbose_name="記入者")),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="juki.ticket",
                        verbose_name="問合せ",
                    ),
                ),
            ],
            options={
                "verbose_name": "問合せの発言",
                "verbose_name_plural": "問合せの発言",
                "ordering": ["written_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="DeliveryTarget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("prefecture", models.SmallIntegerField(verbose_name="都道府県番号")),
                ("municipality", models.CharField(max_length=6, verbose_name="市町村コード")),
                ("office", models.CharField(max_length=6, verbose_name="市区町村コード")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "未受領"),
                            ("RECEIVED", "受領済み"),
                            ("APPLIED", "適用済み"),
                            ("FAILED", "適用失敗"),
                        ],
                        default="WAITING",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("received_at", models.DateTimeField(null=True, verbose_name="受領日時")),
                ("reported_at", models.DateTimeField(null=True, verbose_name="報告日時")),
                ("reported_by", models.CharField(blank=True, max_length=160, verbose_name="報告者")),
                ("reason", models.CharField(blank=True, max_length=400, verbose_name="適用できない理由")),
                ("reminded_at", models.DateTimeField(null=True, verbose_name="督促日時")),
                (
                    "package",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="targets",
                        to="juki.deliverypackage",
                        verbose_name="配信",
                    ),
                ),
            ],
            options={
                "verbose_name": "配信先",
                "verbose_name_plural": "配信先",
                "indexes": [models.Index(fields=["office", "state"], name="delivery_of_office")],
                "constraints": [
                    models.UniqueConstraint(fields=("package", "office"), name="delivery_once_an_office"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("received_at__isnull", True), ("reported_at__isnull", True), ("state", "WAITING")
                            ),
                            models.Q(
                                models.Q(("state", "WAITING"), _negated=True),
                                ("received_at__isnull", False),
                                ("reported_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="delivery_reported_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "FAILED"), models.Q(("reason", ""), _negated=True)),
                            models.Q(models.Q(("state", "FAILED"), _negated=True), ("reason", "")),
                            _connector="OR",
                        ),
                        name="delivery_failure_has_reason",
                    ),
                ],
            },
        ),
        Grant(
            "juki_deliverypackage",
            {
                "jlis_municipal": "SELECT",
                "jlis_city": "SELECT",
                "jlis_operator": "SELECT",
                "jlis_registry": "SELECT, INSERT",
            },
        ),
        Protect("juki_deliverytarget", for_town_and_centre("SELECT, INSERT, UPDATE")),
        Protect("juki_ticket", for_town_and_centre("SELECT, INSERT, UPDATE")),
        Protect("juki_ticketmessage", for_town_and_centre("SELECT, INSERT")),
    ]
