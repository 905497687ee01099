"""本人確認情報: every version of what the network knows of a resident."""

from datetime import date

from django.db import models

from juki.choices import CHANGE_REASONS, KanaSource, RecordState, ResidentClass, Sex
from juki.domain.presence import is_present
from juki.models.covered import MayBeCovered


class IdentityRecord(MayBeCovered, models.Model):
    """One version. Valid dates are the law's, recorded and superseded instants are ours; both are closed once.

    The table is partitioned by prefecture and nothing points at it: it is the big leaf. It has no foreign key to the
    anchor, since bulk loads write millions of rows; `manage.py reconcile` proves that none hangs loose. The keys for
    searching are folded copies; the names themselves are stored exactly as they came.
    """

    PERSONAL = frozenset(
        {
            "resident_code", "name", "name_kana", "former_surname", "former_surname_kana", "alias", "address",
            "birth_date", "birth_from", "sex", "resident_class", "name_key", "kana_key", "address_key",
        }
    )  # fmt: skip
    PLAIN = frozenset(
        {
            "prefecture", "id", "municipality", "office", "resident", "version", "state", "kana_source",
            "change_reason", "changed_on", "valid_from", "valid_to", "recorded_at", "superseded_at", "notification",
        }
    )  # fmt: skip

    pk = models.CompositePrimaryKey("prefecture", "id")
    prefecture = models.SmallIntegerField("都道府県番号")
    id = models.BigIntegerField("番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    resident = models.UUIDField("住民")
    version = models.PositiveIntegerField("版")
    state = models.CharField("状態", max_length=10, choices=RecordState)
    resident_code = models.CharField("住民票コード", max_length=11)
    name = models.CharField("氏名", max_length=200)
    name_kana = models.CharField("氏名の振り仮名", max_length=200)
    kana_source = models.CharField("振り仮名の根拠", max_length=12, choices=KanaSource)
    former_surname = models.CharField("旧氏", max_length=100, blank=True)
    former_surname_kana = models.CharField("旧氏の振り仮名", max_length=100, blank=True)
    alias = models.CharField("通称", max_length=200, blank=True)
    address = models.CharField("住所", max_length=400)
    birth_date = models.CharField("生年月日", max_length=10, help_text="不詳の月・日は00")
    birth_from = models.DateField("生年月日（最も早い日）")
    sex = models.CharField("性別", max_length=1, choices=Sex)
    resident_class = models.CharField("住民区分", max_length=10, choices=ResidentClass)
    change_reason = models.CharField("異動事由", max_length=3, choices=CHANGE_REASONS)
    changed_on = models.DateField("異動年月日")
    valid_from = models.DateField("有効開始日")
    valid_to = models.DateField("有効終了日", null=True)
    recorded_at = models.DateTimeField("記録日時")
    superseded_at = models.DateTimeField("訂正日時", null=True)
    notification = models.UUIDField("通知", null=True)
    name_key = models.CharField("氏名の検索キー", max_length=200)
    kana_key = models.CharField("振り仮名の検索キー", max_length=200)
    address_key = models.CharField("住所の検索キー", max_length=400)

    @classmethod
    def present_on(cls, day: date) -> models.Q:
        """Whose person lives there on a day, as a condition on latest versions."""
        return models.Q(state=RecordState.CURRENT) | models.Q(valid_from__gt=day)

    def is_present_on(self, day: date) -> bool:
        """Whether a latest version's person lives there on a day."""
        return is_present(state=self.state, since=self.valid_from, day=day)

    class Meta:
        managed = False  # partitioned: made by the SQL of the migration
        db_table = "juki_identityrecord"
        verbose_name = "本人確認情報"
        verbose_name_plural = "本人確認情報"
