"""Residents who have told of a 転出 on a day that has not come: their certificates wait for it."""

from django.db import models


class Departure(models.Model):
    """One resident who is about to leave. Gone when the day has come, or when they were entered before it.

    ``version`` is the register's version by which they leave; ``abroad``: they leave Japan; ``goes_on``: and keep the
    card (国外継続利用).
    """

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"resident", "version", "leaves_on", "abroad", "goes_on"})

    resident = models.UUIDField("利用者", primary_key=True)
    version = models.PositiveIntegerField("本人確認情報の版")
    leaves_on = models.DateField("転出の予定年月日")
    abroad = models.BooleanField("国外転出", default=True)
    goes_on = models.BooleanField("国外継続利用", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "転出の予定"
        indexes = [models.Index(fields=["leaves_on"], name="departure_by_day")]
