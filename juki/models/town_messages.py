"""市町村間の通知: what the network knows of a message, and apart from it, sealed, what the message says."""

from django.db import models
from django.db.models import Q

from juki.choices import TownMessageKind, TownMessagePart, TownMessageState


class BetweenTowns(models.Model):
    """The two towns; isolation stands on these columns. A ward is an office of its city."""

    sender = models.CharField("発信元の市区町村コード", max_length=6)
    sender_municipality = models.CharField("発信元の市町村コード", max_length=6)
    receiver = models.CharField("宛先の市区町村コード", max_length=6)
    receiver_municipality = models.CharField("宛先の市町村コード", max_length=6)

    class Meta:
        abstract = True


TOWNS = frozenset({"sender", "sender_municipality", "receiver", "receiver_municipality"})


class TownMessage(BetweenTowns):
    """One message. ``sequence`` counts what a sender has sent to a receiver; ``key`` is the sender's own.

    ``resident`` is None where the sender does not know whom the network knows (戸籍の届出による通知).
    """

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = TOWNS | {
        "id", "kind", "sequence", "key", "digest", "resident", "state", "sent_at", "sent_by", "due_on", "received_at",
        "answered_at", "channel",
    }  # fmt: skip

    id = models.UUIDField("受付番号", primary_key=True)
    kind = models.CharField("種別", max_length=24, choices=TownMessageKind)
    sequence = models.BigIntegerField("相手ごとの順序番号")
    key = models.CharField("通知キー", max_length=128)
    digest = models.BinaryField("内容の索引")
    resident = models.UUIDField("住民", null=True)
    state = models.CharField("状態", max_length=12, choices=TownMessageState)
    sent_at = models.DateTimeField("送信日時")
    sent_by = models.CharField("送信者", max_length=160)
    due_on = models.DateField("処理期限")
    received_at = models.DateTimeField("受領日時", null=True)
    answered_at = models.DateTimeField("回答・処理日時", null=True)
    channel = models.CharField("経路", max_length=8)

    class Meta:
        verbose_name = "市町村間の通知"
        verbose_name_plural = "市町村間の通知"
        constraints = [
            models.UniqueConstraint(fields=["sender", "key"], name="town_message_key_once"),
            models.UniqueConstraint(fields=["sender", "receiver", "sequence"], name="town_message_in_order"),
            models.CheckConstraint(
                condition=Q(state__in=["SENT", "WITHDRAWN"], received_at__isnull=True, answered_at__isnull=True)
                | Q(state="RECEIVED", received_at__isnull=False, answered_at__isnull=True)
                | (~Q(state__in=["SENT", "WITHDRAWN", "RECEIVED"]) & Q(received_at__isnull=False)
                   & Q(answered_at__isnull=False)),
                name="town_message_state_has_times",
            ),
            models.CheckConstraint(condition=~Q(sender=models.F("receiver")), name="town_message_two_towns"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["receiver", "state", "due_on"], name="town_message_inbox"),
            models.Index(fields=["sender", "-sent_at"], name="town_message_outbox"),
            models.Index(fields=["resident"], name="town_message_resident"),
        ]


class TownMessageBody(BetweenTowns):
    """What a message says, or what was answered. The sealed value is bound to the message."""

    PERSONAL = frozenset({"sealed"})
    PLAIN = TOWNS | {"id", "message", "part"}

    id = models.UUIDField("識別子", primary_key=True)
    message = models.ForeignKey(TownMessage, models.PROTECT, verbose_name="通知", related_name="bodies")
    part = models.CharField("区分", max_length=8, choices=TownMessagePart)
    sealed = models.BinaryField("内容（封印）")

    class Meta:
        verbose_name = "市町村間の通知の内容"
        verbose_name_plural = "市町村間の通知の内容"
        constraints = [models.UniqueConstraint(fields=["message", "part"], name="town_message_body_once")]


class TownMessageStep(BetweenTowns):
    """A state that a message came to: added, never changed."""

    PERSONAL = frozenset({"note"})
    PLAIN = TOWNS | {"id", "message", "verb", "target", "at", "by"}

    message = models.ForeignKey(TownMessage, models.PROTECT, verbose_name="通知", related_name="steps")
    verb = models.CharField("操作", max_length=12)
    target = models.CharField("状態", max_length=12, choices=TownMessageState)
    at = models.DateTimeField("日時")
    by = models.CharField("処理者", max_length=160)
    note = models.CharField("理由", max_length=400, blank=True)

    class Meta:
        verbose_name = "市町村間の通知の経過"
        verbose_name_plural = "市町村間の通知の経過"
        ordering = ["pk"]


class TownDesk(models.Model):
    """What a town has set for these affairs."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {"office", "prefecture", "municipality", "days_until_missing", "days_to_settle", "wide_area_opens",
         "wide_area_closes", "mayor", "seal"}
    )  # fmt: skip

    office = models.CharField("市区町村コード", max_length=6, primary_key=True)
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    days_until_missing = models.PositiveSmallIntegerField("転入通知未着とするまでの日数", default=30)
    days_to_settle = models.PositiveSmallIntegerField("通知を処理するまでの日数", default=7)
    wide_area_opens = models.TimeField("広域交付の開始時刻", default="09:00")
    wide_area_closes = models.TimeField("広域交付の終了時刻", default="17:00")
    mayor = models.CharField("証明者", max_length=120, blank=True)
    seal = models.CharField("公印の文字", max_length=20, blank=True)

    class Meta:
        verbose_name = "市町村間の事務の設定"
        verbose_name_plural = "市町村間の事務の設定"
        constraints = [
            models.CheckConstraint(
                condition=Q(wide_area_opens__lt=models.F("wide_area_closes")), name="town_desk_hours_in_order"
            )
        ]
