"""What reference data this database holds."""

from typing import ClassVar

from django.db import models


class ReferenceSet(models.Model):
    """One carried data file as last loaded; an equal digest lets `load_reference` pass it over."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset()
    PLAIN: ClassVar[frozenset[str]] = frozenset({"name", "digest", "rows", "loaded_at"})

    name = models.CharField("データ名", max_length=40, primary_key=True)
    digest = models.CharField("SHA-256", max_length=64)
    rows = models.PositiveIntegerField("行数")
    loaded_at = models.DateTimeField("取込日時")

    class Meta:
        verbose_name = verbose_name_plural = "参照データの版"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
