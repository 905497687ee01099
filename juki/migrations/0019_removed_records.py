"""除票 (J17): the affair under which they are looked at, their disposal by two people, indexes over the removed."""

import datetime

from django.db import migrations, models

from jlis.kernel.isolation.operations import Protect, tenant_policies

# The registry may delete what a decided disposal names, and nothing else: whoever forgets to ask deletes no row.
_DISPOSED = """EXISTS (
    SELECT FROM juki_disposal d
    WHERE d.resident = juki_identityrecord.resident AND d.office = juki_identityrecord.office
      AND d.outcome = 'DISPOSED' AND juki_identityrecord.version <= d.version
)"""
LET_GO = f"""
GRANT DELETE ON juki_identityrecord TO jlis_registry;
CREATE POLICY jlis_registry_disposal ON juki_identityrecord FOR DELETE TO jlis_registry USING ({_DISPOSED});
"""
KEEP = (
    "DROP POLICY jlis_registry_disposal ON juki_identityrecord; REVOKE DELETE ON juki_identityrecord FROM jlis_registry"
)
INDEXES = """
CREATE INDEX identity_removed_by_kana ON juki_identityrecord (office, kana_key text_pattern_ops)
    WHERE state = 'REMOVED' AND superseded_at IS NULL;
CREATE INDEX identity_removed_by_birth ON juki_identityrecord (birth_from, kana_key text_pattern_ops)
    WHERE state = 'REMOVED' AND superseded_at IS NULL;
"""
NO_INDEXES = "DROP INDEX identity_removed_by_kana; DROP INDEX identity_removed_by_birth"
CODE = "JUKI-REMOVED"
FIELDS = [
    "name", "name_kana", "former_surname", "former_surname_kana", "alias", "address", "birth_date", "sex",
    "resident_class", "municipality", "change_reason", "changed_on", "resident_code",
]  # fmt: skip


def enter_affair(apps, schema_editor):
    apps.get_model("juki", "Affair").objects.create(
        code=CODE,
        basis="住民基本台帳法15条の4・施行令34条",
        body="市町村長",
        description="除票に関する事務",
        fields=FIELDS,
        number_allowed=False,
        kinds=["MUNICIPALITY", "WARD", "CITY"],
        valid_from=datetime.date(2015, 10, 5),
    )


def remove_affair(apps, schema_editor):
    apps.get_model("juki", "Affair").objects.filter(code=CODE).delete()


class Migration(migrations.Migration):
    """Table, grants and policies, indexes, data."""

    dependencies = [
        ("juki", "0018_access_review_isolation"),
    ]

    operations = [
        migrations.CreateModel(
            name="Disposal",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False, verbose_name="受付番号")),
                ("prefecture", models.SmallIntegerField(verbose_name="都道府県番号")),
                ("municipality", models.CharField(max_length=6, verbose_name="市町村コード")),
                ("office", models.CharField(max_length=6, verbose_name="市区町村コード")),
                ("resident", models.UUIDField(verbose_name="住民")),
                ("version", models.PositiveIntegerField(verbose_name="版")),
                ("data_class", models.CharField(max_length=24, verbose_name="区分")),
                ("basis", models.CharField(max_length=80, verbose_name="根拠")),
                ("removed_on", models.DateField(verbose_name="消除日")),
                ("kept_until", models.DateField(verbose_name="保存期間の末日")),
                ("reason", models.CharField(max_length=400, verbose_name="廃棄の理由")),
                ("asked_by", models.CharField(max_length=64, verbose_name="申出者（識別子）")),
                ("asked_label", models.CharField(max_length=160, verbose_name="申出者")),
                ("asked_at", models.DateTimeField(verbose_name="申出日時")),
                ("decided_by", models.CharField(blank=True, max_length=64, verbose_name="承認者（識別子）")),
                ("decided_label", models.CharField(blank=True, max_length=160, verbose_name="承認者")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="決定日時")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("DISPOSED", "廃棄済み"), ("REFUSED", "不承認")],
                        max_length=8,
                        verbose_name="結果",
                    ),
                ),
                ("versions", models.PositiveIntegerField(default=0, verbose_name="廃棄した版の数")),
            ],
            options={
                "verbose_name": "除票の廃棄",
                "verbose_name_plural": "除票の廃棄",
                "ordering": ["-asked_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", ""),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="disposal_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", ""), ("outcome", "")),
                            models.Q(
                                models.Q(("outcome", ""), _negated=True),
                                models.Q(("decided_by", ""), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="disposal_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="disposal_has_its_reason"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "REFUSED"), _negated=True),
                        fields=("resident", "office", "version"),
                        name="disposal_asked_once",
                    ),
                ],
            },
        ),
        Protect(
            "juki_disposal",
            tenant_policies(staff="SELECT", prefecture="", national="", jlis_registry="SELECT, INSERT, UPDATE"),
        ),
        migrations.RunSQL(LET_GO, KEEP),
        migrations.RunSQL(INDEXES, NO_INDEXES),
        migrations.RunPython(enter_affair, remove_affair),
    ]
