"""Notifications as they came, the sender's order, and contradictions for staff to settle."""

from django.db import models
from django.db.models import Q

from juki.choices import CHANGE_REASONS, DiscrepancyKind, DiscrepancyState, NotificationStatus


class Notification(models.Model):
    """One change told by a municipality: by its system, by a file or by hand."""

    PERSONAL = frozenset({"body", "resident_code"})
    PLAIN = frozenset(
        {"id", "prefecture", "municipality", "office", "key", "sequence", "reason", "changed_on", "digest", "status",
         "resident", "received_at", "applied_at", "channel", "sender"}
    )  # fmt: skip

    id = models.UUIDField("受付番号", primary_key=True)
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    key = models.CharField("通知キー", max_length=128)
    sequence = models.BigIntegerField("通知順序", null=True)
    reason = models.CharField("異動事由", max_length=3, choices=CHANGE_REASONS)
    changed_on = models.DateField("異動年月日")
    resident_code = models.CharField("住民票コード", max_length=11, blank=True)
    body = models.JSONField("内容")
    digest = models.CharField("内容のSHA-256", max_length=64)
    status = models.CharField("状態", max_length=12, choices=NotificationStatus)
    resident = models.UUIDField("住民", null=True)
    received_at = models.DateTimeField("受付日時")
    applied_at = models.DateTimeField("反映日時", null=True)
    channel = models.CharField("経路", max_length=8)
    sender = models.CharField("通知者", max_length=64)

    class Meta:
        verbose_name = "本人確認情報の通知"
        verbose_name_plural = "本人確認情報の通知"
        constraints = [
            models.UniqueConstraint(fields=["office", "key"], name="notification_key_once_per_office"),
            models.CheckConstraint(
                condition=Q(status="APPLIED", applied_at__isnull=False) | ~Q(status="APPLIED"),
                name="notification_applied_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["office", "-received_at"], name="notification_of_office"),
            models.Index(fields=["resident_code", "status"], name="notification_waiting"),
        ]


class SenderSequence(models.Model):
    """The last number that an office's notifications of one resident have reached."""

    PERSONAL = frozenset({"resident_code"})
    PLAIN = frozenset({"id", "office", "last"})

    office = models.CharField("市区町村コード", max_length=6)
    resident_code = models.CharField("住民票コード", max_length=11)
    last = models.BigIntegerField("最終順序")

    class Meta:
        verbose_name = "通知の順序"
        verbose_name_plural = "通知の順序"
        constraints = [models.UniqueConstraint(fields=["office", "resident_code"], name="sender_sequence_once")]


class Discrepancy(models.Model):
    """不整合: a notification that contradicts the register, held until staff settle it."""

    PERSONAL = frozenset({"note"})
    PLAIN = frozenset(
        {"id", "notification", "prefecture", "municipality", "office", "kind", "state", "opened_at", "settled_at",
         "settled_by"}
    )  # fmt: skip

    notification = models.OneToOneField(Notification, models.PROTECT, verbose_name="通知", related_name="discrepancy")
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    kind = models.CharField("種別", max_length=24, choices=DiscrepancyKind)
    state = models.CharField("状態", max_length=10, choices=DiscrepancyState)
    opened_at = models.DateTimeField("発生日時")
    settled_at = models.DateTimeField("解消日時", null=True)
    settled_by = models.CharField("処理者", max_length=160, blank=True)
    note = models.CharField("処理の理由", max_length=400, blank=True)

    class Meta:
        verbose_name = "不整合"
        verbose_name_plural = "不整合"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="OPEN", settled_at__isnull=True) | (~Q(state="OPEN") & Q(settled_at__isnull=False)),
                name="discrepancy_settled_has_time",
            )
        ]
        indexes = [models.Index(fields=["office", "state"], name="discrepancy_of_office")]
