"""The data keys of the vault, wrapped by the master key."""

from django.db import models
from django.db.models import Q


class DataKey(models.Model):
    """A key that seals values; wrapped, and active until the next one is made."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "wrapped", "created_at", "is_active"})

    id = models.SmallAutoField("鍵番号", primary_key=True)
    wrapped = models.BinaryField("包まれた鍵")
    created_at = models.DateTimeField("作成日時")
    is_active = models.BooleanField("使用中", default=True)

    class Meta:
        verbose_name = "データ鍵"
        verbose_name_plural = "データ鍵"
        constraints = [
            models.UniqueConstraint(fields=["is_active"], condition=Q(is_active=True), name="data_key_one_active")
        ]
