"""配信: packages of code tables and programs, and what became of each at each office."""

from django.db import models
from django.db.models import Q

from juki.choices import DeliveryKind, DeliveryState

_TENANT = frozenset({"prefecture", "municipality", "office"})


class DeliveryPackage(models.Model):
    """One version of something that towns apply. Never changed; a fault is mended by a new version."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {"id", "kind", "name", "version", "file_name", "content", "sha256", "size", "note", "due_on", "published_at",
         "published_by"}
    )  # fmt: skip

    id = models.UUIDField("配信の番号", primary_key=True)
    kind = models.CharField("種別", max_length=12, choices=DeliveryKind)
    name = models.CharField("名称", max_length=80)
    version = models.CharField("版", max_length=20)
    file_name = models.CharField("ファイル名", max_length=80)
    content = models.BinaryField("内容")
    sha256 = models.CharField("内容のSHA-256", max_length=64)
    size = models.PositiveIntegerField("大きさ（バイト）")
    note = models.CharField("説明", max_length=400, blank=True)
    due_on = models.DateField("適用期限")
    published_at = models.DateTimeField("配信日時")
    published_by = models.CharField("配信者", max_length=160)

    class Meta:
        verbose_name = verbose_name_plural = "配信"
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="delivery_version_once")]


class DeliveryTarget(models.Model):
    """A package at one office, as the office reported it."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = _TENANT | {
        "id", "package", "state", "received_at", "reported_at", "reported_by", "reason", "reminded_at"
    }  # fmt: skip

    package = models.ForeignKey(DeliveryPackage, models.PROTECT, verbose_name="配信", related_name="targets")
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    state = models.CharField("状態", max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    received_at = models.DateTimeField("受領日時", null=True)
    reported_at = models.DateTimeField("報告日時", null=True)
    reported_by = models.CharField("報告者", max_length=160, blank=True)
    reason = models.CharField("適用できない理由", max_length=400, blank=True)
    reminded_at = models.DateTimeField("督促日時", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "配信先"
        constraints = [
            models.UniqueConstraint(fields=["package", "office"], name="delivery_once_an_office"),
            models.CheckConstraint(
                condition=Q(state="WAITING", received_at__isnull=True, reported_at__isnull=True)
                | (~Q(state="WAITING") & Q(received_at__isnull=False, reported_at__isnull=False)),
                name="delivery_reported_has_time",
            ),
            models.CheckConstraint(
                condition=(Q(state="FAILED") & ~Q(reason="")) | (~Q(state="FAILED") & Q(reason="")),
                name="delivery_failure_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["office", "state"], name="delivery_of_office")]
