"""Answers remembered under their idempotency keys."""

from django.db import models


class IdempotencyRecord(models.Model):
    """The first answer to a key, written with the act itself, so that a replay gets the same bytes."""

    PERSONAL = frozenset({"body"})
    PLAIN = frozenset(
        {"id", "client", "organisation", "key", "request_sha256", "status", "content_type", "headers", "created_at"}
    )

    client = models.CharField("接続システム", max_length=100)
    organisation = models.CharField("団体・機関コード", max_length=20)
    key = models.CharField("キー", max_length=128)
    request_sha256 = models.CharField("要求のSHA-256", max_length=64)
    status = models.PositiveSmallIntegerField("状態コード")
    content_type = models.CharField("形式", max_length=80)
    headers = models.JSONField("見出し", default=dict)
    body = models.BinaryField("応答")
    created_at = models.DateTimeField("日時")

    class Meta:
        verbose_name = "応答の控え"
        verbose_name_plural = "応答の控え"
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="idempotency_once_per_client")]
