"""移動端末設備: the telephone that bears a resident's two mobile certificates, and each step of its life."""

from django.db import models
from django.db.models import Q

from jpki.choices import DeviceCause, DeviceState, Platform
from jpki.models.certificates import CertificateStatus

BORNE = (DeviceState.LIVE, DeviceState.SUSPENDED)


class MobileDevice(models.Model):
    """A telephone, from the application that its holder signed with the card to its end. The tenant follows the
    resident. Of the telephone itself only what its key storage attested is known, as a digest; never its number."""

    PERSONAL = frozenset({"attestation"})
    PLAIN = frozenset(
        {"id", "resident", "platform", "application", "card_signature", "signature", "authentication", "state", "cause",
         "began_at", "suspended_at", "ended_at", "prefecture", "municipality", "office"}
    )  # fmt: skip

    resident = models.ForeignKey("juki.Resident", models.PROTECT, verbose_name="利用者", related_name="+")
    platform = models.CharField("端末の種類", max_length=8, choices=Platform)
    attestation = models.CharField("端末の鍵証明のSHA-256", max_length=64)
    application = models.UUIDField("申請の番号", unique=True)
    card_signature = models.ForeignKey(
        CertificateStatus, models.PROTECT, verbose_name="申請に署名したカードの署名用電子証明書", related_name="+"
    )
    signature = models.OneToOneField(
        CertificateStatus, models.PROTECT, verbose_name="署名用電子証明書", related_name="+"
    )
    authentication = models.OneToOneField(
        CertificateStatus, models.PROTECT, verbose_name="利用者証明用電子証明書", related_name="+"
    )
    state = models.CharField("状態", max_length=9, choices=DeviceState)
    cause = models.CharField("事由", max_length=14, choices=DeviceCause, blank=True)
    began_at = models.DateTimeField("搭載日時")
    suspended_at = models.DateTimeField("一時停止日時", null=True)
    ended_at = models.DateTimeField("終了日時", null=True)
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)

    class Meta:
        verbose_name = verbose_name_plural = "移動端末設備"
        constraints = [
            models.UniqueConstraint(fields=["resident"], condition=Q(state__in=BORNE), name="device_one_each"),
            models.CheckConstraint(
                condition=Q(state=DeviceState.LIVE, cause="", suspended_at=None, ended_at=None)
                | (Q(state=DeviceState.SUSPENDED, suspended_at__isnull=False, ended_at=None) & ~Q(cause=""))
                | (Q(state=DeviceState.ENDED, ended_at__isnull=False) & ~Q(cause="")),
                name="device_state_has_its_times",
            ),
        ]
        indexes = [models.Index(fields=["prefecture", "office"], name="device_of_office")]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} {self.pk}"


class DeviceStep(models.Model):
    """One move of a device, for its page. Never changed."""

    PERSONAL = frozenset({"by", "note"})
    PLAIN = frozenset({"id", "device", "at", "verb", "target"})

    device = models.ForeignKey(MobileDevice, models.PROTECT, verbose_name="移動端末設備", related_name="steps")
    at = models.DateTimeField("日時")
    verb = models.CharField("手続", max_length=20)
    target = models.CharField("後の状態", max_length=9, choices=DeviceState)
    by = models.CharField("操作者", max_length=160)
    note = models.CharField("備考", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "移動端末設備の経過"
        ordering = ["at", "pk"]
