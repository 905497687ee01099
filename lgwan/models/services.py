"""LGWAN-ASP: who provides, what is provided, whom to ask, and the numbers given."""

from django.db import models
from django.db.models import Q

from lgwan.choices import NUMBERED, Layer, ProviderKind, State


class Provider(models.Model):
    """Who provides. `keeper` is the body whose officers act for it: itself, or for a company the network's centre."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "kind", "name", "corporate_number", "keeper", "entered_on"})

    kind = models.CharField("種別", max_length=12, choices=ProviderKind)
    name = models.CharField("名称", max_length=80, unique=True)
    corporate_number = models.CharField("法人番号", max_length=13, blank=True)
    keeper = models.ForeignKey("kernel.Organisation", models.PROTECT, verbose_name="届出を行う団体", related_name="+")
    entered_on = models.DateField("登録日")

    class Meta:
        verbose_name = verbose_name_plural = "LGWAN-ASP提供者"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["corporate_number"], condition=~Q(corporate_number=""), name="provider_corporate_number_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_local_body(self) -> bool:
        """Whether it may provide by what it is; all others show that they meet the conditions."""
        return self.kind == ProviderKind.LOCAL_BODY


class Service(models.Model):
    """One service, from its application to its end. Until it stands in the catalogue its keeper alone sees it."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {
            "id", "provider", "keeper", "layer", "name", "summary", "users", "rests_on", "state", "number",
            "applied_on", "registered_on", "renewal_due_on", "ended_on",
        }
    )  # fmt: skip

    provider = models.ForeignKey(Provider, models.PROTECT, verbose_name="提供者", related_name="services")
    keeper = models.CharField("届出を行う団体", max_length=20)
    layer = models.CharField("区分", max_length=13, choices=Layer)
    name = models.CharField("サービス名", max_length=80)
    summary = models.CharField("概要", max_length=400)
    users = models.CharField("利用する団体", max_length=120, blank=True)
    rests_on = models.ForeignKey(
        "self", models.PROTECT, verbose_name="基盤のサービス", related_name="carried", null=True, blank=True
    )
    state = models.CharField("状態", max_length=10, choices=State)
    number = models.CharField("登録番号", max_length=10, blank=True)
    applied_on = models.DateField("申込日")
    registered_on = models.DateField("登録日", null=True, blank=True)
    renewal_due_on = models.DateField("更新の期限", null=True, blank=True)
    ended_on = models.DateField("廃止日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "LGWAN-ASPサービス"
        ordering = ["-applied_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="service_number_once"),
            models.CheckConstraint(
                condition=Q(layer=Layer.HOSTING, rests_on=None) | (~Q(layer=Layer.HOSTING) & Q(rests_on__isnull=False)),
                name="service_rests_on_hosting",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=NUMBERED, registered_on__isnull=False, renewal_due_on__isnull=False) & ~Q(number="")
                )
                | (~Q(state__in=NUMBERED) & Q(number="", registered_on=None, renewal_due_on=None)),
                name="service_number_and_day",
            ),
            models.CheckConstraint(
                condition=Q(state=State.ENDED, ended_on__isnull=False) | (~Q(state=State.ENDED) & Q(ended_on=None)),
                name="service_end_has_its_day",
            ),
        ]
        indexes = [
            models.Index(fields=["keeper", "-applied_on"], name="service_of_keeper"),
            models.Index(fields=["state", "layer"], name="service_by_state"),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceContact(models.Model):
    """Whom the centre asks about a service; never in the catalogue."""

    PERSONAL = frozenset({"name", "telephone", "mail"})
    PLAIN = frozenset({"service", "keeper", "department"})

    service = models.OneToOneField(
        Service, models.PROTECT, primary_key=True, verbose_name="サービス", related_name="contact"
    )
    keeper = models.CharField("届出を行う団体", max_length=20)
    department = models.CharField("担当部署", max_length=80)
    name = models.CharField("担当者", max_length=80)
    telephone = models.CharField("電話番号", max_length=20)
    mail = models.CharField("電子メール", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "サービスの連絡先"


class RegistrationYear(models.Model):
    """How many numbers of a class have been given in a fiscal year; its row is locked to give the next."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "layer", "year", "given"})

    layer = models.CharField("区分", max_length=13, choices=Layer)
    year = models.PositiveSmallIntegerField("年度")
    given = models.PositiveIntegerField("付番した数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "登録番号の付番"
        constraints = [models.UniqueConstraint(fields=["layer", "year"], name="registration_year_once")]
