"""媒体: an extract that leaves on a medium, and the sealed passphrase of its archive."""

from django.db import models


class ExtractMedium(models.Model):
    """One encrypted archive of one job. The passphrase is sealed, bound to the job, and shown to who asked alone."""

    PERSONAL = frozenset({"opened_by"})
    PLAIN = frozenset(
        {"job", "organisation", "number", "sealed", "sha256", "size", "rows", "made_at", "opened_at", "opened"}
    )

    job = models.UUIDField("ジョブ", primary_key=True)
    organisation = models.CharField("団体・機関コード", max_length=20)
    number = models.CharField("媒体番号", max_length=32, unique=True)
    sealed = models.BinaryField("合言葉（封印）")
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.BigIntegerField("大きさ")
    rows = models.BigIntegerField("件数")
    made_at = models.DateTimeField("作成日時")
    opened_at = models.DateTimeField("合言葉の最後の表示日時", null=True)
    opened_by = models.CharField("合言葉を表示した者", max_length=160, blank=True)
    opened = models.PositiveIntegerField("合言葉の表示回数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "一括抽出の媒体"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opened=0, opened_at__isnull=True)
                | (models.Q(opened__gt=0, opened_at__isnull=False) & ~models.Q(opened_by="")),
                name="medium_opened_by_somebody",
            )
        ]
