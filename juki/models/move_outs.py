"""転出とその確定, 転出証明書情報, 特例による転入の手続."""

from django.db import models
from django.db.models import Q

from juki.choices import MoveOutState, SpecialMoveInState
from juki.models.town_messages import TownMessage


class Tenant(models.Model):
    """The columns that say whose row it is."""

    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)

    class Meta:
        abstract = True


_TENANT = frozenset({"prefecture", "municipality", "office"})


class MoveOut(Tenant):
    """That somebody left an office by a 転出届; confirmed when the new town's 転入通知 comes (施行令13条2項)."""

    PERSONAL = frozenset({"destination"})
    PLAIN = _TENANT | {
        "id", "resident", "version", "state", "intended_on", "told_at", "with_card", "filing", "arrived_office",
        "arrived_on", "confirmed_at", "destination_corrected",
    }  # fmt: skip

    resident = models.UUIDField("住民")
    version = models.PositiveIntegerField("転出の版")
    state = models.CharField("状態", max_length=10, choices=MoveOutState)
    intended_on = models.DateField("転出予定年月日")
    told_at = models.DateTimeField("届出の通知日時")
    destination = models.CharField("転出先", max_length=400, blank=True)
    with_card = models.BooleanField("特例転入の対象", default=False)
    filing = models.UUIDField("あわせて届け出た世帯の届出", null=True)
    arrived_office = models.CharField("転入地の市区町村コード", max_length=6, blank=True)
    arrived_on = models.DateField("転入年月日", null=True)
    confirmed_at = models.DateTimeField("転出確定日時", null=True)
    destination_corrected = models.BooleanField("転出先を訂正した", default=False)

    class Meta:
        verbose_name = "転出"
        verbose_name_plural = "転出"
        constraints = [
            models.UniqueConstraint(fields=["resident"], condition=Q(state="OPEN"), name="move_out_one_open"),
            models.CheckConstraint(
                condition=Q(state="CONFIRMED", confirmed_at__isnull=False, arrived_on__isnull=False)
                | (~Q(state="CONFIRMED") & Q(confirmed_at__isnull=True, arrived_on__isnull=True)),
                name="move_out_confirmed_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["office", "state", "intended_on"], name="move_out_of_office"),
            models.Index(fields=["filing"], name="move_out_filing"),
        ]


class MoveOutInformation(Tenant):
    """転出証明書情報 that the former town holds ready (施行令24条の3), sealed. A later one replaces an earlier one."""

    PERSONAL = frozenset({"sealed"})
    PLAIN = _TENANT | {"id", "move_out", "resident", "held_at"}

    id = models.UUIDField("識別子", primary_key=True)
    move_out = models.ForeignKey(MoveOut, models.PROTECT, verbose_name="転出", related_name="information")
    resident = models.UUIDField("住民")
    sealed = models.BinaryField("転出証明書情報（封印）")
    held_at = models.DateTimeField("登録日時")

    class Meta:
        verbose_name = "転出証明書情報"
        verbose_name_plural = "転出証明書情報"


class SpecialMoveIn(Tenant):
    """A sitting at the new town's counter: a card proved once, for 転入・継続利用・電子証明書."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = _TENANT | {
        "id", "resident", "request", "card", "moved_on", "state", "with_family", "opened_at", "proved_until",
        "completed_at", "opened_by",
    }  # fmt: skip

    id = models.UUIDField("識別子", primary_key=True)
    resident = models.UUIDField("カードの名義人")
    request = models.OneToOneField(TownMessage, models.PROTECT, verbose_name="転出証明書情報の請求")
    card = models.CharField("カード", max_length=32)
    moved_on = models.DateField("転入をした年月日")
    with_family = models.BooleanField("世帯員を含む", default=False)
    state = models.CharField("状態", max_length=10, choices=SpecialMoveInState)
    opened_at = models.DateTimeField("開始日時")
    opened_by = models.CharField("担当者", max_length=160)
    proved_until = models.DateTimeField("暗証番号による確認の期限")
    completed_at = models.DateTimeField("完了日時", null=True)

    class Meta:
        verbose_name = "特例転入の手続"
        verbose_name_plural = "特例転入の手続"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="COMPLETED", completed_at__isnull=False)
                | (~Q(state="COMPLETED") & Q(completed_at__isnull=True)),
                name="special_move_in_completed_has_time",
            )
        ]
        indexes = [models.Index(fields=["office", "state"], name="special_move_in_of_office")]
