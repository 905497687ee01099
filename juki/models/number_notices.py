"""That a municipality is to be told a 個人番号, without the number."""

from django.db import models
from django.db.models import Q

from juki.choices import NumberNoticeKind
from juki.models.move_outs import Tenant


class NumberNotice(Tenant):
    """A number that was given, changed or brought along by a move-in; by the notification, so once.

    `place` is the town's cursor. It is drawn when the town first fetches the notice and not when it is written: a
    transaction that commits late would else put its notice before those that the town has read past.
    """

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {"id", "prefecture", "municipality", "office", "resident", "kind", "given_on", "noted_at", "notification",
         "place", "told_at"}
    )  # fmt: skip

    resident = models.UUIDField("住民")
    kind = models.CharField("種別", max_length=10, choices=NumberNoticeKind)
    given_on = models.DateField("年月日")
    noted_at = models.DateTimeField("記録日時")
    # A load makes residents without a notification each.
    notification = models.UUIDField("異動の通知", null=True)
    place = models.BigIntegerField("通知の順序", null=True)
    told_at = models.DateTimeField("取得日時", null=True)

    class Meta:
        verbose_name = "個人番号の通知"
        verbose_name_plural = "個人番号の通知"
        constraints = [
            models.UniqueConstraint(
                fields=["notification"],
                condition=Q(notification__isnull=False),
                name="number_notice_once",
            ),
            models.CheckConstraint(
                condition=Q(place__isnull=True, told_at__isnull=True) | Q(place__isnull=False, told_at__isnull=False),
                name="number_notice_told_in_place",
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "place", "id"], name="number_notice_of_town"),
            # Not of new numbers, which a load makes by the million, and which overtake nothing.
            models.Index(fields=["resident"], condition=~Q(kind="NEW"), name="number_notice_overtaking"),
        ]
