"""The columns that lead every table which belongs to an office's residents."""

from django.db import models

TENANT = frozenset({"prefecture", "municipality", "office"})


class Tenanted(models.Model):
    """Rows of one office: a municipality, or a ward of a designated city."""

    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)

    class Meta:
        abstract = True
