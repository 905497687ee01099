"""国外継続利用: a card that goes on when its holder leaves Japan, from the application to the return."""

from django.db import models
from django.db.models import Q

from mynacard.choices import ABROAD_RUNNING, AbroadApplicant, AbroadState
from mynacard.models.cards import Card
from mynacard.models.tenants import TENANT, Tenanted


class AbroadUse(Tenanted):
    """One application. It stays with the office that took it in; the card goes to the 本籍地.

    `version` is the removed record by which the holder leaves; `settled_on` the day of its present state's act.
    """

    PERSONAL = frozenset({"by"})
    PLAIN = TENANT | {"id", "card", "resident", "version", "leaves_on", "applicant", "on", "at", "state", "settled_on"}

    card = models.ForeignKey(Card, models.PROTECT, verbose_name="カード", related_name="uses_abroad")
    resident = models.ForeignKey("juki.Resident", models.PROTECT, verbose_name="名義人", related_name="+")
    version = models.PositiveIntegerField("本人確認情報の版")
    leaves_on = models.DateField("国外転出の予定年月日")
    applicant = models.CharField("申請に来た人", max_length=20, choices=AbroadApplicant)
    on = models.DateField("受付日")
    at = models.DateTimeField("受付日時")
    state = models.CharField("状態", max_length=9, choices=AbroadState)
    settled_on = models.DateField("状態の日")
    by = models.CharField("受付者", max_length=160)

    class Meta:
        verbose_name = verbose_name_plural = "国外継続利用"
        constraints = [
            models.UniqueConstraint(
                fields=["card"], condition=Q(state__in=ABROAD_RUNNING), name="abroad_use_once_a_card"
            ),
            models.CheckConstraint(condition=Q(on__lt=models.F("leaves_on")), name="abroad_use_applied_before"),
        ]
        indexes = [
            models.Index(fields=["leaves_on"], condition=Q(state=AbroadState.APPLIED), name="abroad_use_waiting"),
        ]
