"""What the daily inspection found."""

from django.db import models


class Inspection(models.Model):
    """A day's sample of what was issued and published, linted.

    ``findings`` holds, for each, what was looked at (certificate, list, answer), its number, severity, code and place;
    nothing of a certificate's content.
    """

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {"id", "day", "held_at", "certificates", "lists", "answers", "in_part", "grave", "slight", "findings"}
    )

    day = models.DateField("検査日", unique=True)
    held_at = models.DateTimeField("検査日時")
    certificates = models.PositiveIntegerField("証明書の数")
    lists = models.PositiveIntegerField("失効リストの数")
    answers = models.PositiveIntegerField("OCSP応答の数")
    in_part = models.PositiveIntegerField("一部の項目を検査した大きな失効リストの数")
    grave = models.PositiveIntegerField("重大な指摘の数")
    slight = models.PositiveIntegerField("軽微な指摘の数")
    findings = models.JSONField("指摘")

    class Meta:
        verbose_name = verbose_name_plural = "発行物の検査"
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}"
