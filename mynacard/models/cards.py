"""The card itself, its certificates, its history, and how it was handed over."""

from django.db import models
from django.db.models import Q

from mynacard.choices import IN_HAND, Cause, Clock, State
from mynacard.models.applications import Application
from mynacard.models.production import ProductionLot, Shipment
from mynacard.models.tenants import TENANT, Tenanted

_BORN, _NOT_YET = Q(handed_over_at__isnull=False), Q(handed_over_at=None)


class Card(Tenanted):
    """One piece of plastic, from the maker's lot to its end. It follows its holder from town to town.

    `face_version` is the version of the register that its face shows; `has_pins` is false for a 顔認証カード. A running
    clock has its last day: the day after, the card ends. `abroad_on`: its face says that its holder leaves Japan on
    that day and keeps it (国外継続利用).
    """

    PERSONAL = frozenset({"card_number"})
    PLAIN = TENANT | {
        "id", "resident", "application", "lot", "shipment", "state", "cause", "issued_on", "expires_on",
        "face_version", "has_pins", "clock", "clock_due_on", "abroad_on", "made_at", "shipped_at", "arrived_at",
        "set_up_at", "handed_over_at", "suspended_at", "void_at", "void_on",
    }  # fmt: skip

    card_number = models.CharField("製造番号", max_length=16, unique=True)
    resident = models.ForeignKey("juki.Resident", models.PROTECT, verbose_name="名義人", related_name="+")
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, verbose_name="交付申請", related_name="cards"
    )
    lot = models.ForeignKey(ProductionLot, models.PROTECT, null=True, verbose_name="製造ロット", related_name="cards")
    shipment = models.ForeignKey(Shipment, models.PROTECT, null=True, verbose_name="送付", related_name="cards")
    state = models.CharField("状態", max_length=10, choices=State)
    cause = models.CharField("廃止の事由", max_length=14, choices=Cause, blank=True)
    issued_on = models.DateField("発行日")
    expires_on = models.DateField("有効期間の満了日")
    face_version = models.PositiveIntegerField("券面の本人確認情報の版")
    has_pins = models.BooleanField("暗証番号がある", default=True)
    clock = models.CharField("期限の種類", max_length=14, choices=Clock, blank=True)
    clock_due_on = models.DateField("期限", null=True)
    abroad_on = models.DateField("国外転出の予定年月日（国外継続利用）", null=True)
    made_at = models.DateTimeField("製造指図日時")
    shipped_at = models.DateTimeField("発送日時", null=True)
    arrived_at = models.DateTimeField("到着日時", null=True)
    set_up_at = models.DateTimeField("交付前設定日時", null=True)
    handed_over_at = models.DateTimeField("交付日時", null=True)
    suspended_at = models.DateTimeField("一時停止日時", null=True)
    void_at = models.DateTimeField("廃止日時", null=True)
    void_on = models.DateField("廃止日", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "個人番号カード"
        constraints = [
            models.UniqueConstraint(fields=["resident"], condition=Q(state__in=IN_HAND), name="card_one_in_hand_each"),
            models.CheckConstraint(
                condition=(Q(state=State.PRODUCTION, shipped_at=None, void_at=None) & _NOT_YET)
                | (Q(state=State.SHIPPED, shipped_at__isnull=False, arrived_at=None, void_at=None) & _NOT_YET)
                | (Q(state=State.STORED, arrived_at__isnull=False, set_up_at=None, void_at=None) & _NOT_YET)
                | (Q(state=State.READY, set_up_at__isnull=False, void_at=None) & _NOT_YET)
                | (Q(state=State.LIVE, suspended_at=None, void_at=None) & _BORN)
                | (Q(state=State.SUSPENDED, suspended_at__isnull=False, void_at=None) & _BORN)
                | Q(state=State.VOID, void_at__isnull=False, void_on__isnull=False),
                name="card_state_has_its_times",
            ),
            models.CheckConstraint(
                condition=(Q(state=State.VOID) & ~Q(cause="")) | (~Q(state=State.VOID) & Q(cause="")),
                name="card_end_has_its_cause",
            ),
            models.CheckConstraint(
                condition=Q(clock="", clock_due_on=None) | (~Q(clock="") & Q(clock_due_on__isnull=False)),
                name="card_clock_has_its_day",
            ),
        ]
        indexes = [
            models.Index(fields=["prefecture", "office", "state"], name="card_of_office"),
            models.Index(
                fields=["clock_due_on"],
                condition=Q(clock_due_on__isnull=False, state__in=IN_HAND),
                name="card_clock_running",
            ),
            models.Index(fields=["expires_on"], condition=Q(state__in=IN_HAND), name="card_expiring"),
        ]


class CardCertificate(models.Model):
    """Which certificate is written on which card, or waits for it after a 一斉再発行."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"certificate", "card", "kind", "is_written"})

    certificate = models.OneToOneField(
        "jpki.CertificateStatus", models.PROTECT, primary_key=True, verbose_name="電子証明書", related_name="+"
    )
    card = models.ForeignKey(Card, models.PROTECT, verbose_name="カード", related_name="certificates")
    kind = models.CharField("種類", max_length=12)
    is_written = models.BooleanField("カードに書込み済み", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "カードの電子証明書"


class CardHistory(models.Model):
    """One move of a card, for its page. Never changed."""

    PERSONAL = frozenset({"by", "note"})
    PLAIN = frozenset({"id", "card", "at", "on", "verb", "target"})

    card = models.ForeignKey(Card, models.PROTECT, verbose_name="カード", related_name="history")
    at = models.DateTimeField("日時")
    on = models.DateField("日")
    verb = models.CharField("手続", max_length=24)
    target = models.CharField("後の状態", max_length=10, choices=State)
    by = models.CharField("操作者", max_length=160)
    note = models.CharField("備考", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "カードの経過"


class HandOver(models.Model):
    """交付記録: on which documents a card was handed over, their numbers not kept; whether its holder is under
    guardianship, and by which confirmed reasons there is a signature certificate nonetheless."""

    PERSONAL = frozenset({"documents", "proxy_reason", "proxy_documents", "under_guardianship", "exemptions", "by"})
    PLAIN = frozenset({"card", "at"})

    card = models.OneToOneField(Card, models.PROTECT, primary_key=True, verbose_name="カード", related_name="hand_over")
    at = models.DateTimeField("交付日時")
    documents = models.JSONField("本人確認書類", default=list)
    proxy_reason = models.CharField("代理の理由", max_length=24, blank=True)
    proxy_documents = models.JSONField("代理人の本人確認書類", default=list)
    under_guardianship = models.BooleanField("成年被後見人", default=False)
    exemptions = models.JSONField("確認した例外の理由", default=list)
    by = models.CharField("交付者", max_length=160)

    class Meta:
        verbose_name = verbose_name_plural = "交付記録"
