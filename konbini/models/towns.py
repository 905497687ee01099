"""参加団体: which towns give what at kiosks, from where, when, for how much."""

from datetime import time

from django.db import models
from django.db.models import F, Q

from konbini.choices import CertificateKind, Source
from konbini.domain.hours import CLOSES, OPENS


class Town(models.Model):
    """A participating municipality or ward. A stop takes effect with its commit, before the next paper (K17)."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {"office", "source", "opens", "closes", "through_new_year", "stopped_at", "stop_reason", "valid_from",
         "valid_to"}
    )  # fmt: skip

    office = models.CharField("市区町村コード", max_length=6, primary_key=True)
    source = models.CharField("証明書の作成元", max_length=12, choices=Source)
    opens = models.TimeField("開始時刻", default=OPENS)
    closes = models.TimeField("終了時刻", default=CLOSES, help_text="0時は終日を表す")
    through_new_year = models.BooleanField("年末年始も稼働", default=False)
    stopped_at = models.DateTimeField("停止日時", null=True, blank=True)
    stop_reason = models.CharField("停止の理由", max_length=200, blank=True)
    valid_from = models.DateField("開始日")
    valid_to = models.DateField("終了日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "参加団体"
        constraints = [
            models.CheckConstraint(
                condition=Q(stopped_at=None, stop_reason="") | (Q(stopped_at__isnull=False) & ~Q(stop_reason="")),
                name="konbini_stop_has_its_reason",
            ),
            models.CheckConstraint(condition=Q(opens__lt=F("closes")) | Q(closes=time(0)), name="konbini_hours"),
        ]

    def __str__(self) -> str:
        return self.office


class TownServer(models.Model):
    """A town's own certificate server: its address, and the secret by which it knows the centre."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"town", "url", "sealed"})

    town = models.OneToOneField(Town, models.PROTECT, primary_key=True, verbose_name="参加団体", related_name="server")
    url = models.URLField("アドレス")
    sealed = models.BinaryField("接続の秘密（封）")

    class Meta:
        verbose_name = verbose_name_plural = "証明発行サーバー"

    def __str__(self) -> str:
        return self.url


class MenuItem(models.Model):
    """A kind of certificate that a town gives at kiosks, and its fee, from and to (campaigns at 10 yen are rows)."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "town", "kind", "fee_yen", "valid_from", "valid_to"})

    town = models.ForeignKey(Town, models.PROTECT, verbose_name="参加団体", related_name="menu")
    kind = models.CharField("証明書の種類", max_length=20, choices=CertificateKind)
    fee_yen = models.PositiveIntegerField("手数料（円）")
    valid_from = models.DateField("開始日")
    valid_to = models.DateField("終了日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "取扱証明書"
        constraints = [models.UniqueConstraint(fields=["town", "kind", "valid_from"], name="konbini_menu_once_per_day")]

    def __str__(self) -> str:
        return f"{self.town_id} {self.kind}"
