"""Figures that are kept: how many people an office had on a day, and what a provision costs from which day on."""

from django.db import models

from juki.choices import ResidentClass, Sex


class PopulationCount(models.Model):
    """How many present residents of one age (full years), sex and class an office had on a day."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "day", "prefecture", "municipality", "office", "age", "sex", "resident_class", "people"})

    day = models.DateField("基準日")
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    age = models.SmallIntegerField("年齢")
    sex = models.CharField("性別", max_length=1, choices=Sex)
    resident_class = models.CharField("住民区分", max_length=10, choices=ResidentClass)
    people = models.PositiveIntegerField("人数")

    class Meta:
        verbose_name = verbose_name_plural = "住民基本台帳人口"
        constraints = [
            models.UniqueConstraint(fields=["day", "office", "age", "sex", "resident_class"], name="population_once")
        ]


class ProvisionFee(models.Model):
    """What a body pays for each person delivered by a method, from a day on (住民基本台帳法30条の23)."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "method", "yen", "valid_from"})

    method = models.CharField("方法", max_length=16, choices=[("IMMEDIATE", "即時"), ("BULK", "一括")])
    yen = models.DecimalField("1人当たりの額（円）", max_digits=8, decimal_places=2)
    valid_from = models.DateField("適用開始日")

    class Meta:
        verbose_name = verbose_name_plural = "本人確認情報の提供手数料"
        ordering = ["method", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["method", "valid_from"], name="provision_fee_once"),
            models.CheckConstraint(condition=models.Q(yen__gte=0), name="provision_fee_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.yen}円（{self.valid_from}から）"
