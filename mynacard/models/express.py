"""特急発行: how many places a day has, and the applications that took one."""

from django.db import models
from django.db.models import F, Q

from mynacard.choices import EXPRESS_CASES
from mynacard.models.applications import Application
from mynacard.models.tenants import TENANT, Tenanted


class ExpressDay(models.Model):
    """A day of the lane: its cap and how many places are taken. One conditional update takes a place."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"day", "cap", "taken"})

    day = models.DateField("日", primary_key=True)
    cap = models.PositiveIntegerField("上限")
    taken = models.PositiveIntegerField("受付済み", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "特急発行の受付枠"
        constraints = [models.CheckConstraint(condition=Q(taken__lte=F("cap")), name="express_day_not_overdrawn")]

    def __str__(self) -> str:
        return self.day.isoformat()


class ExpressApplication(Tenanted):
    """What an express application has beyond an ordinary one: case, place, fee, promise and what became of it."""

    PERSONAL = frozenset({"case", "occurred_on", "documents", "under_guardianship", "exemptions", "tracking"})
    PLAIN = TENANT | {"application", "day", "place", "fee_yen", "post_by", "deliver_by", "posted_on", "stopped_for"}

    application = models.OneToOneField(
        Application, models.PROTECT, primary_key=True, verbose_name="交付申請", related_name="express"
    )
    day = models.ForeignKey(ExpressDay, models.PROTECT, verbose_name="受付日", related_name="applications")
    place = models.PositiveIntegerField("その日の番号")
    case = models.CharField("事由", max_length=3, choices=EXPRESS_CASES)
    occurred_on = models.DateField("事由の生じた日", null=True)
    documents = models.JSONField("申請時の本人確認書類", default=list)
    under_guardianship = models.BooleanField("成年被後見人", default=False)
    exemptions = models.JSONField("確認した例外の理由", default=list)
    fee_yen = models.PositiveIntegerField("手数料（円）")
    post_by = models.DateField("発送の期限")
    deliver_by = models.DateField("配達の目安")
    posted_on = models.DateField("発送日", null=True)
    tracking = models.CharField("書留番号", max_length=16, blank=True)
    stopped_for = models.CharField("送付できない理由", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "特急発行の申請"
        constraints = [models.UniqueConstraint(fields=["day", "place"], name="express_place_once")]
