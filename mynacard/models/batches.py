"""That a batch has run for a day: its row comes first, so that a second run finds it and does nothing."""

from django.db import models


class BatchRun(models.Model):
    """One run of a batch for one legal day, with what it did."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "task", "day", "started_at", "summary"})

    task = models.CharField("処理", max_length=32)
    day = models.DateField("処理日")
    started_at = models.DateTimeField("開始日時")
    summary = models.JSONField("結果", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "一括処理の記録"
        constraints = [models.UniqueConstraint(fields=["task", "day"], name="batch_once_a_day")]
