"""最新の利用者情報の提供への同意, and the reminders that their parties owe the yearly question."""

from django.db import models
from django.db.models import F, Q

from jpki.choices import ConsentEnding
from jpki.models.certificates import CertificateStatus
from jpki.models.relying_parties import RelyingParty


class Consent(models.Model):
    """A holder's consent to one relying party. What was signed, to agree and to cancel, is kept sealed."""

    PERSONAL = frozenset({"signed", "withdrawal"})
    PLAIN = frozenset(
        {"id", "party", "resident", "reference", "items", "digest", "certificate", "given_at", "given_on", "last_day",
         "asked_on", "ended_at", "ended_by"}
    )  # fmt: skip

    id = models.UUIDField("同意の番号", primary_key=True)
    party = models.ForeignKey(RelyingParty, models.PROTECT, verbose_name="検証者", related_name="consents")
    resident = models.ForeignKey("juki.Resident", models.PROTECT, verbose_name="同意した人", related_name="+")
    reference = models.CharField("受付番号", max_length=64)
    items = models.JSONField("提供する情報")
    digest = models.CharField("署名された文のSHA-256", max_length=64)
    signed = models.BinaryField("署名された同意（封印）")
    withdrawal = models.BinaryField("署名された取消し（封印）", null=True)
    certificate = models.ForeignKey(CertificateStatus, models.PROTECT, verbose_name="署名した証明書", related_name="+")
    given_at = models.DateTimeField("反映日時")
    given_on = models.DateField("同意の日")
    last_day = models.DateField("同意の期間の満了")
    asked_on = models.DateField("本人に確認した日")
    ended_at = models.DateTimeField("終了日時", null=True)
    ended_by = models.CharField("終了の事由", max_length=8, choices=ConsentEnding, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "最新の利用者情報の提供への同意"
        ordering = ["-given_at"]
        constraints = [
            models.UniqueConstraint(fields=["party", "reference"], name="consent_reference_once"),
            models.UniqueConstraint(fields=["party", "resident"], condition=Q(ended_at=None), name="consent_open_once"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="") | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="consent_end_has_its_cause",
            ),
            models.CheckConstraint(condition=Q(last_day__gt=F("given_on")), name="consent_period"),
        ]
        indexes = [
            models.Index(fields=["party", "asked_on"], condition=Q(ended_at=None), name="consent_to_be_asked_again"),
        ]


class ConsentReminder(models.Model):
    """That a party was told, in a month, how many of its holders it has to ask again."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "party", "month", "count", "made_at"})

    party = models.ForeignKey(RelyingParty, models.PROTECT, verbose_name="検証者", related_name="reminders")
    month = models.DateField("月")
    count = models.PositiveIntegerField("確認すべき同意の数")
    made_at = models.DateTimeField("作成日時")

    class Meta:
        verbose_name = verbose_name_plural = "同意の確認の督促"
        ordering = ["-month"]
        constraints = [models.UniqueConstraint(fields=["party", "month"], name="consent_reminder_once")]
