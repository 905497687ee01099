"""有効期限通知: what expires when, whether the recipient agrees with the register, and that it was sent once."""

from django.db import models
from django.db.models import Q

from mynacard.choices import Expiring, NoticeState
from mynacard.models.cards import Card
from mynacard.models.tenants import TENANT, Tenanted

_MOVING = [NoticeState.LISTED, NoticeState.MATCHED, NoticeState.DIFFERENT]


class ExpiryNotice(Tenanted):
    """One notice; its key is the promise that a card's last day is told of once.

    `form_id` is empty where the town was late: then the notice bears neither 申請書ID nor QR code.
    """

    PERSONAL = frozenset({"form_id"})
    PLAIN = TENANT | {
        "id", "card", "expiring", "last_day", "state", "listed_on", "confirmed_by", "confirmed_on", "frozen_on",
        "sent_on",
    }  # fmt: skip

    card = models.ForeignKey(Card, models.PROTECT, verbose_name="カード", related_name="expiry_notices")
    expiring = models.CharField("対象", max_length=12, choices=Expiring)
    last_day = models.DateField("有効期間の満了日")
    state = models.CharField("状態", max_length=10, choices=NoticeState)
    listed_on = models.DateField("一覧の日")
    confirmed_by = models.CharField("確認者", max_length=160, blank=True)
    confirmed_on = models.DateField("確認日", null=True)
    frozen_on = models.DateField("印刷への送付日", null=True)
    sent_on = models.DateField("発送日", null=True)
    form_id = models.CharField("申請書ID", max_length=23, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "有効期限通知"
        constraints = [
            models.UniqueConstraint(fields=["card", "expiring", "last_day"], name="expiry_notice_once"),
            models.CheckConstraint(
                condition=Q(state__in=[*_MOVING, NoticeState.LEFT_OUT], sent_on=None)
                | Q(state=NoticeState.FROZEN, frozen_on__isnull=False, sent_on=None)
                | Q(state=NoticeState.SENT, frozen_on__isnull=False, sent_on__isnull=False),
                name="expiry_notice_state_has_its_days",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "last_day"], name="expiry_notice_due"),
            models.Index(fields=["prefecture", "office", "state"], name="expiry_notice_of_office"),
        ]
