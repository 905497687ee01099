"""除票の廃棄: asked for by one person with a reason, decided by another; the row outlives what it disposed of."""

from django.db import models
from django.db.models import F, Q

from juki.choices import DisposalOutcome, RetainedClass


class Disposal(models.Model):
    """One wish to dispose of a removed record whose years are over, and what became of it."""

    PERSONAL = frozenset({"asked_label", "decided_label", "reason"})
    PLAIN = frozenset(
        {
            "id", "prefecture", "municipality", "office", "resident", "version", "data_class", "basis", "removed_on",
            "kept_until", "asked_by", "asked_at", "decided_by", "decided_at", "outcome", "versions",
        }
    )  # fmt: skip

    id = models.UUIDField("受付番号", primary_key=True)
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    resident = models.UUIDField("住民")
    version = models.PositiveIntegerField("版")
    data_class = models.CharField("区分", max_length=24, choices=RetainedClass)
    basis = models.CharField("根拠", max_length=80)
    removed_on = models.DateField("消除日")
    kept_until = models.DateField("保存期間の末日")
    reason = models.CharField("廃棄の理由", max_length=400)
    asked_by = models.CharField("申出者（識別子）", max_length=64)
    asked_label = models.CharField("申出者", max_length=160)
    asked_at = models.DateTimeField("申出日時")
    decided_by = models.CharField("承認者（識別子）", max_length=64, blank=True)
    decided_label = models.CharField("承認者", max_length=160, blank=True)
    decided_at = models.DateTimeField("決定日時", null=True)
    outcome = models.CharField("結果", max_length=8, choices=DisposalOutcome, blank=True)
    versions = models.PositiveIntegerField("廃棄した版の数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "除票の廃棄"
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by="") | ~Q(decided_by=F("asked_by")), name="disposal_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_by="", decided_at=None)
                | (~Q(outcome="") & ~Q(decided_by="") & Q(decided_at__isnull=False)),
                name="disposal_decided_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="disposal_has_its_reason"),
            models.UniqueConstraint(
                fields=["data_class", "resident", "office", "version"],
                condition=~Q(outcome=DisposalOutcome.REFUSED),
                name="disposal_asked_once",
            ),
        ]
