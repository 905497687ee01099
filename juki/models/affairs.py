"""事務: what the law lets a body use identity records for, as dated data."""

from django.db import models


class Affair(models.Model):
    """One item of the 別表, or an affair of the municipalities and prefectures themselves, in force from and to."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {"id", "code", "table", "item", "basis", "body", "description", "fields", "number_allowed", "by_ordinance",
         "kinds", "valid_from", "valid_to"}
    )  # fmt: skip

    code = models.CharField("事務区分コード", max_length=32)
    table = models.CharField("別表", max_length=24, blank=True)
    item = models.CharField("項", max_length=16, blank=True)
    basis = models.CharField("根拠", max_length=120)
    body = models.TextField("機関")
    description = models.TextField("事務")
    fields = models.JSONField("提供できる項目", default=list)
    number_allowed = models.BooleanField("個人番号の提供", default=False)
    # Open to the bodies whose ordinance says so, and to no other of their kind (法30条の15第1項2号).
    by_ordinance = models.BooleanField("条例で定める事務", default=False)
    kinds = models.JSONField("使える団体の種別", default=list)
    valid_from = models.DateField("施行日")
    valid_to = models.DateField("廃止日", null=True, blank=True)

    class Meta:
        verbose_name = "事務区分"
        verbose_name_plural = "事務区分"
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="affair_once_per_day")]

    def __str__(self) -> str:
        return f"{self.code} {self.description[:40]}"


class AffairEntitlement(models.Model):
    """That an organisation may act under an affair, from and to."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "affair_code", "organisation", "valid_from", "valid_to"})

    affair_code = models.CharField("事務区分コード", max_length=32)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, verbose_name="団体・機関")
    valid_from = models.DateField("開始日")
    valid_to = models.DateField("終了日", null=True, blank=True)

    class Meta:
        verbose_name = "事務の登録"
        verbose_name_plural = "事務の登録"
        constraints = [
            models.UniqueConstraint(fields=["affair_code", "organisation", "valid_from"], name="entitlement_once")
        ]
