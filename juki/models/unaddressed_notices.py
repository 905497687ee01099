"""附票への記載事項通知 that wait for somebody who knows the 本籍地."""

from django.db import models
from django.db.models import Q

from juki.choices import UnaddressedOutcome
from juki.models.move_outs import Tenant


class UnaddressedNotice(Tenant):
    """That a change was to be told to a 本籍地 that the network does not know; by the notification, so once.

    What is to be told is not kept here: it is the version that the notification made.
    """

    PERSONAL = frozenset({"note"})
    PLAIN = frozenset(
        {"prefecture", "municipality", "office", "notification", "resident", "reason", "changed_on", "noted_at",
         "outcome", "message", "settled_at", "settled_by"}
    )  # fmt: skip

    notification = models.UUIDField("異動の通知", primary_key=True)
    resident = models.UUIDField("住民")
    reason = models.CharField("異動事由", max_length=3)
    changed_on = models.DateField("異動年月日")
    noted_at = models.DateTimeField("記録日時")
    outcome = models.CharField("結果", max_length=10, choices=UnaddressedOutcome)
    message = models.UUIDField("送った通知", null=True)
    settled_at = models.DateTimeField("処理日時", null=True)
    settled_by = models.CharField("処理者", max_length=160, blank=True)
    note = models.CharField("通知しない理由", max_length=400, blank=True)

    class Meta:
        verbose_name = "本籍地の分からない附票への通知"
        verbose_name_plural = "本籍地の分からない附票への通知"
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="OPEN", settled_at__isnull=True, message__isnull=True)
                | Q(outcome="SENT", settled_at__isnull=False, message__isnull=False)
                | (Q(outcome="NOT_NEEDED", settled_at__isnull=False, message__isnull=True) & ~Q(note="")),
                name="unaddressed_settled_as_said",
            )
        ]
        indexes = [models.Index(fields=["office", "outcome", "changed_on"], name="unaddressed_of_office")]
