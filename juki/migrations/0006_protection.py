"""支援措置: measures, whom they cover, two people's looks; and who may touch them.

Whoever sees a person's row may learn that the person is covered, for every way out must withhold; the measure itself
is read by the towns on whose registers it stands, and by nobody else.
"""

import django.db.models.deletion
from django.db import migrations, models

from jlis.kernel.isolation.operations import DECLARED_AFFAIR, Grant, Policy, Protect, tenant_policies

# Under the reader's own policies: whose record they see in any version, and of nobody else.
WHOM_ONE_SEES = "EXISTS (SELECT FROM juki_identityrecord seen WHERE seen.resident = juki_protectedresident.resident)"
READ = Policy("SELECT")
LOCAL = Policy("SELECT", WHOM_ONE_SEES)


def of_town(table, own):
    """The town's staff read their own; every write is the registry's, assumed by the services."""
    policies = tenant_policies(staff="SELECT", prefecture="", national="", jlis_registry=own)
    return Protect(table, policies)


class Migration(migrations.Migration):
    """Tables, grants and policies."""

    dependencies = [
        ("juki", "0005_upper_rooms"),
        ("kernel", "0004_upper_rooms"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProtectedResident",
            fields=[
                ("resident", models.UUIDField(primary_key=True, serialize=False, verbose_name="住民")),
                ("since", models.DateTimeField(verbose_name="開始日時")),
            ],
            options={
                "verbose_name": "支援措置対象者",
                "verbose_name_plural": "支援措置対象者",
            },
        ),
        migrations.CreateModel(
            name="AddressUnlock",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False, verbose_name="解除の番号")),
                ("prefecture", models.SmallIntegerField(verbose_name="都道府県番号")),
                ("municipality", models.CharField(max_length=6, verbose_name="市町村コード")),
                ("office", models.CharField(max_length=6, verbose_name="市区町村コード")),
                ("resident", models.UUIDField(verbose_name="住民")),
                ("purpose", models.CharField(max_length=32, verbose_name="利用目的")),
                ("reason", models.CharField(max_length=400, verbose_name="住所を見る理由")),
                ("asked_by", models.CharField(max_length=64, verbose_name="申請者（識別子）")),
                ("asked_label", models.CharField(max_length=160, verbose_name="申請者")),
                ("asked_at", models.DateTimeField(verbose_name="申請日時")),
                ("approved_by", models.CharField(blank=True, max_length=64, verbose_name="承認者（識別子）")),
                ("approved_label", models.CharField(blank=True, max_length=160, verbose_name="承認者")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="承認日時")),
                ("refused_at", models.DateTimeField(null=True, verbose_name="差戻し日時")),
                ("open_until", models.DateTimeField(null=True, verbose_name="表示できる期限")),
            ],
            options={
                "verbose_name": "住所表示の解除",
                "verbose_name_plural": "住所表示の解除",
                "indexes": [models.Index(fields=["prefecture", "office", "-asked_at"], name="unlock_of_office")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by", ""),
                            models.Q(("approved_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="unlock_allowed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at__isnull", True), ("approved_by", ""), ("open_until__isnull", True)),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("open_until__isnull", False),
                                ("refused_at__isnull", True),
                                models.Q(("approved_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="unlock_has_its_hour",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProtectionForwarding",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False, verbose_name="転送の番号")),
                ("case", models.UUIDField(db_index=True, verbose_name="案件")),
                ("prefecture", models.SmallIntegerField(verbose_name="都道府県番号")),
                ("municipality", models.CharField(max_length=6, verbose_name="市町村コード")),
                ("office", models.CharField(max_length=6, verbose_name="転送先")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("BEGUN", "仮支援措置の開始"),
                            ("DECIDED", "決定"),
                            ("EXTENDED", "延長"),
                            ("MEMBERS", "対象者の追加"),
                            ("MOVED", "転居先への引継ぎ"),
                            ("ENDED", "終了"),
                        ],
                        max_length=12,
                        verbose_name="内容",
                    ),
                ),
                ("sent_from", models.CharField(max_length=6, verbose_name="転送元")),
                ("sent_at", models.DateTimeField(verbose_name="転送日時")),
            ],
            options={
                "verbose_name": "支援措置の転送",
                "verbose_name_plural": "支援措置の転送",
                "indexes": [models.Index(fields=["prefecture", "office", "-sent_at"], name="forwarding_to_office")],
            },
        ),
        migrations.CreateModel(
            name="ProtectionMeasure",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False, verbose_name="支援措置の番号")),
                ("case", models.UUIDField(db_index=True, verbose_name="案件")),
                ("prefecture", models.SmallIntegerField(verbose_name="都道府県番号")),
                ("municipality", models.CharField(max_length=6, verbose_name="市町村コード")),
                ("office", models.CharField(max_length=6, verbose_name="市区町村コード")),
                (
                    "place",
                    models.CharField(
                        choices=[
                            ("RESIDENCE", "住所地"),
                            ("MEMBER_RESIDENCE", "併せて支援を受ける者の住所地"),
                            ("FORMER_ADDRESS", "前住所地"),
                            ("HONSEKI", "本籍地"),
                            ("FORMER_HONSEKI", "前本籍地"),
                        ],
                        max_length=16,
                        verbose_name="区分",
                    ),
                ),
                ("applicant", models.UUIDField(verbose_name="申出者")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("DOMESTIC_VIOLENCE", "配偶者からの暴力（DV）"),
                            ("STALKING", "ストーカー行為等"),
                            ("CHILD_ABUSE", "児童虐待"),
                            ("OTHER", "その他これらに準ずるもの"),
                        ],
                        max_length=20,
                        verbose_name="事由",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("PROVISIONAL", "仮支援措置"), ("DECIDED", "決定"), ("ENDED", "終了")],
                        max_length=12,
                        verbose_name="状態",
                    ),
                ),
                ("applied_on", models.DateField(verbose_name="申出日")),
                ("decided_on", models.DateField(null=True, verbose_name="決定日")),
                ("term_ends_on", models.DateField(null=True, verbose_name="期間の末日（目安）")),
                (
                    "opinion",
                    models.CharField(
                        choices=[
                            ("POLICE", "警察"),
                            ("SUPPORT_CENTRE", "配偶者暴力相談支援センター"),
                            ("CHILD_CENTRE", "児童相談所"),
                            ("COURT", "裁判所（保護命令等）"),
                            ("OTHER", "その他の公的機関"),
                        ],
                        max_length=16,
                        verbose_name="意見を聴いた機関",
                    ),
                ),
                ("deciding_office", models.CharField(blank=True, max_length=6, verbose_name="決定した市区町村")),
                ("note", models.CharField(blank=True, max_length=400, verbose_name="備考")),
                ("registered_at", models.DateTimeField(verbose_name="登録日時")),
                ("registered_by", models.CharField(max_length=160, verbose_name="登録者")),
                ("forwarded_from", models.CharField(blank=True, max_length=6, verbose_name="転送元")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="転送の確認日時")),
                ("confirmed_by", models.CharField(blank=True, max_length=160, verbose_name="転送の確認者")),
                ("end_asked_by", models.CharField(blank=True, max_length=64, verbose_name="終了の申出者（識別子）")),
                ("end_asked_label", models.CharField(blank=True, max_length=160, verbose_name="終了の申出者")),
                ("end_asked_at", models.DateTimeField(null=True, verbose_name="終了の申出日時")),
                ("end_reason", models.CharField(blank=True, max_length=400, verbose_name="終了の理由")),
                ("ended_by", models.CharField(blank=True, max_length=64, verbose_name="終了の承認者（識別子）")),
                ("ended_label", models.CharField(blank=True, max_length=160, verbose_name="終了の承認者")),
                ("ended_on", models.DateField(null=True, verbose_name="終了日")),
            ],
            options={
                "verbose_name": "支援措置",
                "verbose_name_plural": "支援措置",
                "indexes": [models.Index(fields=["prefecture", "office", "state"], name="protection_of_office")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["PROVISIONAL", "DECIDED"])),
                        fields=("case", "office"),
                        name="protection_one_live_copy_an_office",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("place", "RESIDENCE"), ("state__in", ["PROVISIONAL", "DECIDED"])),
                        fields=("case",),
                        name="protection_one_residence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "DECIDED"), _negated=True),
                            models.Q(
                                ("decided_on__isnull", False),
                                ("term_ends_on__isnull", False),
                                models.Q(("deciding_office", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="protection_decided_has_its_term",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "ENDED"),
                                ("ended_on__isnull", False),
                                models.Q(("ended_by", ""), _negated=True),
                                models.Q(("end_asked_by", ""), _negated=True),
                                models.Q(("end_reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "ENDED"), _negated=True),
                                ("ended_by", ""),
                                ("ended_on__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="protection_end_has_its_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_by", ""),
                            models.Q(("ended_by", models.F("end_asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="protection_ended_by_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProtectedAddressEntitlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("affair_code", models.CharField(max_length=32, verbose_name="事務区分コード")),
                ("basis", models.CharField(max_length=120, verbose_name="根拠")),
                ("valid_from", models.DateField(verbose_name="開始日")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="終了日")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation", verbose_name="団体・機関"
                    ),
                ),
            ],
            options={
                "verbose_name": "支援措置対象者の住所の提供",
                "verbose_name_plural": "支援措置対象者の住所の提供",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("affair_code", "organisation", "valid_from"), name="protected_address_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("basis", ""), _negated=True), name="protected_address_has_its_law"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProtectionMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("prefecture", models.SmallIntegerField(verbose_name="都道府県番号")),
                ("municipality", models.CharField(max_length=6, verbose_name="市町村コード")),
                ("office", models.CharField(max_length=6, verbose_name="市区町村コード")),
                ("resident", models.UUIDField(db_index=True, verbose_name="住民")),
                ("added_on", models.DateField(verbose_name="追加日")),
                (
                    "measure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="juki.protectionmeasure",
                        verbose_name="支援措置",
                    ),
                ),
            ],
            options={
                "verbose_name": "支援措置の対象者",
                "verbose_name_plural": "支援措置の対象者",
                "constraints": [models.UniqueConstraint(fields=("measure", "resident"), name="protection_member_once")],
            },
        ),
        of_town("juki_protectionmeasure", "SELECT, INSERT, UPDATE"),
        of_town("juki_protectionmember", "SELECT, INSERT"),
        of_town("juki_protectionforwarding", "SELECT, INSERT"),
        of_town("juki_addressunlock", "SELECT, INSERT, UPDATE"),
        Protect(
            "juki_protectedresident",
            {
                "jlis_municipal": LOCAL,
                "jlis_city": LOCAL,
                "jlis_prefectural": LOCAL,
                "jlis_national": Policy("SELECT", DECLARED_AFFAIR),
                "jlis_registry": Policy("SELECT, INSERT, DELETE"),
                "jlis_jpki": READ,
                "jlis_mynacard": READ,
                "jlis_bcl": READ,
                "jlis_konbini": READ,
            },
        ),
        Grant(
            "juki_protectedaddressentitlement",
            {"*": "SELECT", "jlis_operator": "INSERT, UPDATE"},
        ),
    ]
