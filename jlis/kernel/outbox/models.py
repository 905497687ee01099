"""What must happen after a commit: events, who still has to act on them, and who has."""

from django.db import models

SUBJECT_FIELDS = {"subject", "subjects"}


class OutboxSubject(models.Model):
    """The last sequence number drawn for a subject; its row lock puts the events of one subject in order."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"subject", "last_sequence"})

    subject = models.UUIDField("対象", primary_key=True)
    last_sequence = models.BigIntegerField("最終番号")

    class Meta:
        verbose_name = "出来事の順序"
        verbose_name_plural = "出来事の順序"


class OutboxEvent(models.Model):
    """Something that happened, written with the change itself. Never updated.

    A bulk event carries its residents as a compressed set in `subjects`; its own subject is the bulk act.
    """

    PERSONAL = frozenset({"subject", "subjects", "payload"})
    PLAIN = frozenset({"id", "kind", "sequence", "subject_count", "occurred_at"})

    id = models.UUIDField("識別子", primary_key=True)
    kind = models.CharField("種別", max_length=64)
    subject = models.UUIDField("対象")
    sequence = models.BigIntegerField("番号")
    payload = models.JSONField("内容")
    subjects = models.BinaryField("対象の集合", null=True)
    subject_count = models.PositiveIntegerField("対象数", default=1)
    occurred_at = models.DateTimeField("発生日時")

    class Meta:
        verbose_name = "出来事"
        verbose_name_plural = "出来事"
        constraints = [models.UniqueConstraint(fields=["subject", "sequence"], name="outbox_event_in_order")]
        indexes = [models.Index(fields=["kind", "occurred_at"], name="outbox_event_by_kind")]


class OutboxPending(models.Model):
    """That a subscriber has still to act on an event; removed in the transaction that acts."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "event", "subscriber", "subject", "sequence", "attempts", "due_at", "parked_at", "fault"})

    event = models.ForeignKey(OutboxEvent, models.CASCADE, verbose_name="出来事")
    subscriber = models.CharField("受け手", max_length=64)
    subject = models.UUIDField("対象")
    sequence = models.BigIntegerField("番号")
    attempts = models.PositiveSmallIntegerField("試行回数", default=0)
    due_at = models.DateTimeField("次回")
    parked_at = models.DateTimeField("停止日時", null=True)
    fault = models.CharField("原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "未配達の出来事"
        verbose_name_plural = "未配達の出来事"
        indexes = [
            models.Index(fields=["subscriber", "id"], name="outbox_pending_in_order"),
            models.Index(fields=["subscriber", "subject", "sequence"], name="outbox_pending_heads"),
        ]


class OutboxDelivery(models.Model):
    """That a subscriber has acted on an event, once. Never updated."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "event", "subscriber", "delivered_at"})

    event = models.UUIDField("出来事")
    subscriber = models.CharField("受け手", max_length=64)
    delivered_at = models.DateTimeField("配達日時")

    class Meta:
        verbose_name = "配達済みの出来事"
        verbose_name_plural = "配達済みの出来事"
        constraints = [models.UniqueConstraint(fields=["event", "subscriber"], name="outbox_delivered_once")]
