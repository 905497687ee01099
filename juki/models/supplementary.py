"""附票本人確認情報: every version of what the 本籍地 knows of a national, and the notices that made them."""

from django.db import models
from django.db.models import Q

from juki.choices import SUPPLEMENTARY_REASONS, RecordState, Sex
from juki.models.covered import MayBeCovered


class SupplementaryRecord(MayBeCovered, models.Model):
    """One version. The office is the 本籍地's; valid dates are the law's, recorded and superseded instants ours.

    ``abroad_since`` is set while the person is 国外転出者: then this is the base of their identity.
    """

    PERSONAL = frozenset(
        {"resident_code", "name", "name_kana", "birth_date", "birth_from", "sex", "address", "name_key", "kana_key"}
    )
    PLAIN = frozenset(
        {"id", "prefecture", "municipality", "office", "resident", "version", "state", "abroad_since", "reason",
         "changed_on", "valid_from", "valid_to", "recorded_at", "superseded_at", "notice"}
    )  # fmt: skip

    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("本籍地の市区町村コード", max_length=6)
    resident = models.UUIDField("住民")
    version = models.PositiveIntegerField("版")
    state = models.CharField("状態", max_length=10, choices=RecordState)
    resident_code = models.CharField("住民票コード", max_length=11)
    name = models.CharField("氏名", max_length=200)
    name_kana = models.CharField("氏名の振り仮名", max_length=200)
    birth_date = models.CharField("生年月日", max_length=10, help_text="不詳の月・日は00")
    birth_from = models.DateField("生年月日（最も早い日）")
    sex = models.CharField("性別", max_length=1, choices=Sex)
    address = models.CharField("住所", max_length=400)
    abroad_since = models.DateField("国外転出の年月日", null=True)
    reason = models.CharField("異動事由", max_length=3, choices=SUPPLEMENTARY_REASONS)
    changed_on = models.DateField("異動年月日")
    valid_from = models.DateField("有効開始日")
    valid_to = models.DateField("有効終了日", null=True)
    recorded_at = models.DateTimeField("記録日時")
    superseded_at = models.DateTimeField("訂正日時", null=True)
    notice = models.UUIDField("通知")
    name_key = models.CharField("氏名の検索キー", max_length=200)
    kana_key = models.CharField("振り仮名の検索キー", max_length=200)

    class Meta:
        verbose_name = "附票本人確認情報"
        verbose_name_plural = "附票本人確認情報"
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=Q(valid_to__isnull=True, superseded_at__isnull=True),
                name="supplementary_one_latest",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="supplementary_valid_in_order",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["office", "name_key"], name="supplementary_by_name"),
            models.Index(fields=["resident_code"], name="supplementary_by_code"),
            models.Index(fields=["birth_from", "name_key"], name="supplementary_by_birth"),
        ]


class SupplementaryNotice(models.Model):
    """A notice of the 附票 as it was taken: each key once for an office."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {"id", "prefecture", "municipality", "office", "key", "digest", "reason", "changed_on", "resident",
         "received_at", "channel", "sender"}
    )  # fmt: skip

    id = models.UUIDField("受付番号", primary_key=True)
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("本籍地の市区町村コード", max_length=6)
    key = models.CharField("通知キー", max_length=128)
    digest = models.CharField("内容のSHA-256", max_length=64)
    reason = models.CharField("異動事由", max_length=3, choices=SUPPLEMENTARY_REASONS)
    changed_on = models.DateField("異動年月日")
    resident = models.UUIDField("住民")
    received_at = models.DateTimeField("受付日時")
    channel = models.CharField("経路", max_length=8)
    sender = models.CharField("通知者", max_length=64)

    class Meta:
        verbose_name = "附票本人確認情報の通知"
        verbose_name_plural = "附票本人確認情報の通知"
        constraints = [models.UniqueConstraint(fields=["office", "key"], name="supplementary_key_once")]
        indexes = [models.Index(fields=["office", "-received_at"], name="supplementary_of_office")]
