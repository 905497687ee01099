"""Relying parties: who may ask, what it may be told, its papers and steps, and the prices."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jpki", "0006_links_and_inspections_grants"),
        ("kernel", "0006_audit_tallies"),
    ]

    operations = [
        migrations.CreateModel(
            name="RelyingParty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ADMINISTRATIVE", "行政機関等"),
                            ("PLATFORM", "主務大臣認定事業者（PF事業者）"),
                            ("PROVIDER", "電子証明書等確認業務委託者（SP事業者）"),
                        ],
                        max_length=14,
                        verbose_name="種別",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("corporate_number", models.CharField(blank=True, max_length=13, verbose_name="法人番号")),
                ("keeper", models.CharField(blank=True, max_length=20, verbose_name="届出を行う団体・機関")),
                ("service", models.CharField(max_length=200, verbose_name="利用する手続・サービス")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("APPLIED", "受理待ち"),
                            ("ACCEPTED", "受理済み（開始前）"),
                            ("ACTIVE", "提供中"),
                            ("STOPPED", "停止中"),
                            ("ENDED", "終了"),
                            ("REFUSED", "不受理"),
                            ("WITHDRAWN", "取下げ"),
                        ],
                        max_length=9,
                        verbose_name="状態",
                    ),
                ),
                ("entered_by", models.CharField(max_length=64, verbose_name="登録者")),
                ("entered_by_label", models.CharField(max_length=160, verbose_name="登録者名")),
                ("accepted_by", models.CharField(blank=True, max_length=64, verbose_name="受理者")),
                ("accepted_by_label", models.CharField(blank=True, max_length=160, verbose_name="受理者名")),
                ("applied_on", models.DateField(verbose_name="届出日")),
                ("accepted_on", models.DateField(null=True, verbose_name="受理日")),
                ("started_on", models.DateField(null=True, verbose_name="提供開始日")),
                ("ended_on", models.DateField(null=True, verbose_name="提供終了日")),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.organisation",
                        verbose_name="団体・機関",
                    ),
                ),
                (
                    "platform",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="providers",
                        to="jpki.relyingparty",
                        verbose_name="PF事業者",
                    ),
                ),
            ],
            options={
                "verbose_name": "検証者",
                "verbose_name_plural": "検証者",
                "ordering": ["-applied_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="PartyStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("keeper", models.CharField(blank=True, max_length=20, verbose_name="届出を行う団体・機関")),
                ("verb", models.CharField(max_length=16, verbose_name="操作")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("APPLIED", "受理待ち"),
                            ("ACCEPTED", "受理済み（開始前）"),
                            ("ACTIVE", "提供中"),
                            ("STOPPED", "停止中"),
                            ("ENDED", "終了"),
                            ("REFUSED", "不受理"),
                            ("WITHDRAWN", "取下げ"),
                        ],
                        max_length=9,
                        verbose_name="操作の後の状態",
                    ),
                ),
                ("by", models.CharField(max_length=64, verbose_name="操作者")),
                ("by_label", models.CharField(max_length=160, verbose_name="操作者名")),
                ("at", models.DateTimeField(verbose_name="日時")),
                ("note", models.CharField(blank=True, max_length=400, verbose_name="理由・備考")),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="jpki.relyingparty",
                        verbose_name="検証者",
                    ),
                ),
            ],
            options={
                "verbose_name": "検証者の経過",
                "verbose_name_plural": "検証者の経過",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="PartyPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("keeper", models.CharField(blank=True, max_length=20, verbose_name="届出を行う団体・機関")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("NOTIFICATION", "届出書"),
                            ("CERTIFICATION", "主務大臣の認定書"),
                            ("AGREEMENT", "取決書"),
                            ("CONTRACT", "電子証明書等確認業務の委託契約書"),
                        ],
                        max_length=13,
                        verbose_name="書類",
                    ),
                ),
                ("number", models.CharField(max_length=60, verbose_name="文書番号")),
                ("dated", models.DateField(verbose_name="日付")),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="jpki.relyingparty",
                        verbose_name="検証者",
                    ),
                ),
            ],
            options={
                "verbose_name": "検証者の書類",
                "verbose_name_plural": "検証者の書類",
                "ordering": ["dated", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PartyEntitlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("keeper", models.CharField(blank=True, max_length=20, verbose_name="届出を行う団体・機関")),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("SIGNATURE_STATUS", "署名用電子証明書の失効情報"),
                            ("AUTHENTICATION_STATUS", "利用者証明用電子証明書の失効情報"),
                            ("LINK_RENEWED", "新旧の発行の番号の紐付け"),
                            ("LINK_KINDS", "署名用と利用者証明用の発行の番号の紐付け"),
                        ],
                        max_length=24,
                        verbose_name="提供する情報",
                    ),
                ),
                ("basis", models.CharField(max_length=120, verbose_name="根拠")),
                ("valid_from", models.DateField(verbose_name="開始日")),
                ("valid_to", models.DateField(help_text="提供しなくなる最初の日", null=True, verbose_name="終了日")),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entitlements",
                        to="jpki.relyingparty",
                        verbose_name="検証者",
                    ),
                ),
            ],
            options={
                "verbose_name": "検証者に提供する情報",
                "verbose_name_plural": "検証者に提供する情報",
                "ordering": ["what", "valid_from"],
            },
        ),
        migrations.CreateModel(
            name="VerificationPrice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(
                        choices=[("API", "有効性確認API"), ("OCSP", "OCSPレスポンダ"), ("CRL", "失効リスト")],
                        max_length=4,
                        verbose_name="方法",
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[("SIGN", "署名用"), ("AUTH", "利用者証明用"), ("UNKNOWN", "当認証局のものでない")],
                        max_length=7,
                        verbose_name="電子証明書",
                    ),
                ),
                ("yen", models.DecimalField(decimal_places=2, max_digits=8, verbose_name="1件当たりの額（円）")),
                ("valid_from", models.DateField(verbose_name="適用開始日")),
            ],
            options={
                "verbose_name": "失効情報の提供手数料",
                "verbose_name_plural": "失効情報の提供手数料",
                "ordering": ["channel", "what", "-valid_from"],
                "constraints": [
                    models.UniqueConstraint(fields=("channel", "what", "valid_from"), name="verification_price_once"),
                    models.CheckConstraint(condition=models.Q(("yen__gte", 0)), name="verification_price_not_negative"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="relyingparty",
            index=models.Index(fields=["keeper"], name="party_of_keeper"),
        ),
        migrations.AddConstraint(
            model_name="relyingparty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "PROVIDER"), ("platform__isnull", False)),
                    models.Q(models.Q(("kind", "PROVIDER"), _negated=True), ("platform", None)),
                    _connector="OR",
                ),
                name="party_provider_has_its_platform",
            ),
        ),
        migrations.AddConstraint(
            model_name="relyingparty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("accepted_by", ""),
                    models.Q(("accepted_by", models.F("entered_by")), _negated=True),
                    _connector="OR",
                ),
                name="party_two_persons",
                violation_error_message="登録した人と受理する人は別の人でなければなりません。",
            ),
        ),
        migrations.AddConstraint(
            model_name="relyingparty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("accepted_on__isnull", False),
                        ("organisation__isnull", False),
                        ("state__in", ["ACCEPTED", "ACTIVE", "ENDED", "STOPPED"]),
                        models.Q(("accepted_by", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state__in", ["ACCEPTED", "ACTIVE", "ENDED", "STOPPED"]), _negated=True),
                        ("accepted_on", None),
                    ),
                    _connector="OR",
                ),
                name="party_accepted_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="relyingparty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["ACTIVE", "STOPPED"]), _negated=True),
                    ("started_on__isnull", False),
                    _connector="OR",
                ),
                name="party_started_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="relyingparty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_on__isnull", False), ("state", "ENDED")),
                    models.Q(models.Q(("state", "ENDED"), _negated=True), ("ended_on", None)),
                    _connector="OR",
                ),
                name="party_end_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="relyingparty",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("organisation__isnull", False), ("state__in", ["ACCEPTED", "ACTIVE", "APPLIED", "STOPPED"])
                ),
                fields=("organisation", "platform"),
                name="party_once_alive",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="partyentitlement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to", None)), fields=("party", "what"), name="entitlement_open_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="partyentitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"),
                name="party_entitlement_period",
            ),
        ),
    ]
