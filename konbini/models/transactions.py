"""One resident before a kiosk, one request, one paper, one charge: each bound to the one before by the database."""

from django.db import models
from django.db.models import Q

from konbini.choices import CertificateKind, SessionState, TransactionState
from konbini.models.stores import Kiosk, StoreOperator


class KioskSession(models.Model):
    """A card on a kiosk's reader. The challenge is used once; whose card it is, is known after it was signed."""

    PERSONAL = frozenset({"certificate"})
    PLAIN = frozenset(
        {"id", "kiosk", "challenge", "state", "serial", "authentication_certificate", "resident", "office", "opened_at",
         "expires_at"}
    )  # fmt: skip

    id = models.UUIDField("識別子", primary_key=True)
    kiosk = models.ForeignKey(Kiosk, models.PROTECT, verbose_name="端末", db_index=False)
    certificate = models.TextField("提示された電子証明書")
    challenge = models.BinaryField("チャレンジ")
    state = models.CharField("状態", max_length=12, choices=SessionState)
    serial = models.BigIntegerField("発行の番号")
    authentication_certificate = models.BigIntegerField("利用者証明用電子証明書", null=True)
    resident = models.UUIDField("住民", null=True)
    office = models.CharField("市区町村コード", max_length=6, blank=True)
    opened_at = models.DateTimeField("開始日時")
    expires_at = models.DateTimeField("期限")

    class Meta:
        verbose_name = verbose_name_plural = "端末での手続"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=SessionState.IDENTIFIED)
                | (Q(resident__isnull=False, authentication_certificate__isnull=False) & ~Q(office="")),
                name="konbini_identified_has_its_resident",
            )
        ]
        indexes = [models.Index(fields=["expires_at"], name="konbini_session_expiry")]

    def __str__(self) -> str:
        return str(self.pk)


class Transaction(models.Model):
    """One request for one paper. Its id goes from the kiosk to the town and stands in the PDF that comes back.

    ``serial`` and ``resident`` are written when it is made and held against the session's at the last gate.
    """

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {"id", "session", "operator", "number", "prefecture", "municipality", "office", "resident", "serial", "kind",
         "whole_household", "shows", "fee_yen", "state", "refusal", "asked_at", "settled_at"}
    )  # fmt: skip

    id = models.UUIDField("取引番号", primary_key=True)
    session = models.ForeignKey(KioskSession, models.PROTECT, verbose_name="端末での手続", related_name="transactions")
    operator = models.ForeignKey(StoreOperator, models.PROTECT, verbose_name="事業者", db_index=False)
    number = models.BigIntegerField("証明書の番号", unique=True)
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    resident = models.UUIDField("住民")
    serial = models.BigIntegerField("発行の番号")
    kind = models.CharField("証明書の種類", max_length=20, choices=CertificateKind)
    whole_household = models.BooleanField("世帯全員")
    shows = models.JSONField("記載を求めた事項", default=list)
    fee_yen = models.PositiveIntegerField("手数料（円）")
    state = models.CharField("状態", max_length=8, choices=TransactionState)
    refusal = models.CharField("発行できない事由", max_length=40, blank=True)
    asked_at = models.DateTimeField("申請日時")
    settled_at = models.DateTimeField("完了日時", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "交付"
        constraints = [
            models.CheckConstraint(
                condition=Q(state=TransactionState.ISSUED, settled_at=None, refusal="")
                | Q(state__in=[TransactionState.PRINTED, TransactionState.FAILED], settled_at__isnull=False, refusal="")
                | (Q(state__in=[TransactionState.REFUSED, TransactionState.BLOCKED], settled_at__isnull=False)
                   & ~Q(refusal="")),
                name="konbini_state_has_its_dates",
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["office", "asked_at"], name="konbini_of_office")]

    def __str__(self) -> str:
        return str(self.pk)


class Paper(models.Model):
    """The paper between its making and its print, sealed; erased with the kiosk's word on the print, or soon after."""

    PERSONAL = frozenset({"sealed"})
    PLAIN = frozenset({"transaction", "made_at"})

    transaction = models.OneToOneField(
        Transaction, models.PROTECT, primary_key=True, verbose_name="交付", related_name="paper"
    )
    sealed = models.BinaryField("証明書（封）")
    made_at = models.DateTimeField("作成日時")

    class Meta:
        verbose_name = verbose_name_plural = "印刷待ちの証明書"

    def __str__(self) -> str:
        return str(self.pk)


class Charge(models.Model):
    """What one print cost the resident and the town; its key is the promise that nothing is charged twice (K7)."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"transaction", "office", "operator", "kind", "fee_yen", "commission_yen", "charged_on"})

    transaction = models.OneToOneField(
        Transaction, models.PROTECT, primary_key=True, verbose_name="交付", related_name="charge"
    )
    office = models.CharField("市区町村コード", max_length=6)
    operator = models.ForeignKey(StoreOperator, models.PROTECT, verbose_name="事業者", db_index=False)
    kind = models.CharField("証明書の種類", max_length=20, choices=CertificateKind)
    fee_yen = models.PositiveIntegerField("手数料（円）")
    commission_yen = models.PositiveIntegerField("委託手数料（円）")
    charged_on = models.DateField("交付日")

    class Meta:
        verbose_name = verbose_name_plural = "手数料"
        indexes = [models.Index(fields=["office", "charged_on"], name="konbini_charge_of_office")]

    def __str__(self) -> str:
        return str(self.pk)
