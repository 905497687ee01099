"""The towns' own keys: what one town's copy is sealed under opens no other's."""

from django.db import models
from django.db.models import Q


class TownKey(models.Model):
    """A data key of one office, itself sealed in the house's vault; active until the next one is made."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "office", "sealed", "created_at", "is_active"})

    id = models.AutoField("鍵番号", primary_key=True)
    office = models.CharField("市区町村コード", max_length=6)
    sealed = models.BinaryField("封印された鍵")
    created_at = models.DateTimeField("作成日時")
    is_active = models.BooleanField("使用中", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "団体ごとの鍵"
        constraints = [
            models.UniqueConstraint(fields=["office"], condition=Q(is_active=True), name="town_key_one_active")
        ]
