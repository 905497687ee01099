"""住民票コード: lots allotted to municipalities beforehand, and the codes that residents have borne."""

from django.db import models
from django.db.models import F, Q


class CodeLot(models.Model):
    """A run of the national sequence, allotted to one office; the keyed permutation makes codes of it.

    No pool of codes is stored: the n-th of a lot is computed, so no lot can overlap an earlier one (法30条の2).
    """

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "office", "first", "size", "used", "allotted_at"})

    office = models.CharField("市区町村コード", max_length=6)
    first = models.BigIntegerField("開始番号", unique=True)
    size = models.PositiveIntegerField("件数")
    used = models.PositiveIntegerField("使用済み", default=0)
    allotted_at = models.DateTimeField("割当日時")

    class Meta:
        verbose_name = "住民票コードの割当て"
        verbose_name_plural = "住民票コードの割当て"
        constraints = [models.CheckConstraint(condition=Q(used__lte=F("size")), name="code_lot_not_overdrawn")]
        indexes = [models.Index(fields=["office", "first"], name="code_lot_of_office")]


class ResidentCode(models.Model):
    """A code that a resident bears or has borne. Used once, for ever."""

    PERSONAL = frozenset({"code"})
    PLAIN = frozenset({"resident", "valid_from", "valid_to"})

    code = models.CharField("住民票コード", max_length=11, primary_key=True)
    resident = models.UUIDField("住民", db_index=True)
    valid_from = models.DateField("有効開始日")
    valid_to = models.DateField("有効終了日", null=True)

    class Meta:
        verbose_name = "住民票コードの履歴"
        verbose_name_plural = "住民票コードの履歴"
