"""交付申請 and what comes with it: the photo, the sealed request for PINs, the forms by which people apply."""

from django.db import models
from django.db.models import Q

from mynacard.choices import APPLICATION_LIVE, ApplicationKind, ApplicationState, Channel, ReturnReason
from mynacard.models.tenants import TENANT, Tenanted


class Application(Tenanted):
    """One application. Name and address are the register's when the card is made, and are not copied here.

    The partial key is the promise that nobody has two under way.
    """

    PERSONAL = frozenset({"form_id", "note", "stay_ends_on"})
    PLAIN = TENANT | {
        "id", "resident", "channel", "kind", "state", "applied_on", "received_at", "version", "wants_signature",
        "wants_authentication", "returned_for", "decided_by", "decided_at", "ended_at",
    }  # fmt: skip

    id = models.UUIDField("受付番号", primary_key=True)
    resident = models.ForeignKey("juki.Resident", models.PROTECT, verbose_name="申請者", related_name="+")
    form_id = models.CharField("申請書ID", max_length=23, blank=True)
    channel = models.CharField("経路", max_length=8, choices=Channel)
    kind = models.CharField("種別", max_length=8, choices=ApplicationKind)
    state = models.CharField("状態", max_length=10, choices=ApplicationState)
    applied_on = models.DateField("申請日")
    received_at = models.DateTimeField("受付日時")
    version = models.PositiveIntegerField("申請時の本人確認情報の版")
    wants_signature = models.BooleanField("署名用電子証明書を希望する", default=True)
    wants_authentication = models.BooleanField("利用者証明用電子証明書を希望する", default=True)
    stay_ends_on = models.DateField("在留期間の満了日", null=True)
    returned_for = models.CharField("返戻の理由", max_length=16, choices=ReturnReason, blank=True)
    note = models.CharField("備考", max_length=200, blank=True)
    decided_by = models.CharField("審査者", max_length=160, blank=True)
    decided_at = models.DateTimeField("審査日時", null=True)
    ended_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "交付申請"
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=Q(state__in=APPLICATION_LIVE), name="application_one_live_each"
            ),
            models.CheckConstraint(
                condition=(Q(state=ApplicationState.RETURNED) & ~Q(returned_for=""))
                | (~Q(state=ApplicationState.RETURNED) & Q(returned_for="")),
                name="application_returned_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=APPLICATION_LIVE, ended_at=None)
                | (~Q(state__in=APPLICATION_LIVE) & Q(ended_at__isnull=False)),
                name="application_end_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["prefecture", "office", "-received_at"], name="application_of_office"),
            models.Index(fields=["state", "received_at"], name="application_by_state"),
        ]


class ApplicationPhoto(models.Model):
    """The photo, sealed and bound to its application, cut to the card's size; with what a machine found in it."""

    PERSONAL = frozenset({"sealed"})
    PLAIN = frozenset({"application", "width", "height", "taken_on", "findings"})

    application = models.OneToOneField(
        Application, models.PROTECT, primary_key=True, verbose_name="交付申請", related_name="photo"
    )
    sealed = models.BinaryField("顔写真（封印）")
    width = models.PositiveIntegerField("元の幅")
    height = models.PositiveIntegerField("元の高さ")
    taken_on = models.DateField("撮影日")
    findings = models.JSONField("機械の所見", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "顔写真"


class PinRequest(models.Model):
    """暗証番号設定依頼: the PINs that an absent holder asked for, sealed; erased when they have been set."""

    PERSONAL = frozenset({"sealed"})
    PLAIN = frozenset({"application", "created_at"})

    application = models.OneToOneField(
        Application, models.PROTECT, primary_key=True, verbose_name="交付申請", related_name="pin_request"
    )
    sealed = models.BinaryField("暗証番号（封印）")
    created_at = models.DateTimeField("受付日時")

    class Meta:
        verbose_name = verbose_name_plural = "暗証番号設定依頼"


class IssuedForm(models.Model):
    """A 申請書ID as it was given to somebody: with a notice, or at the counter. It carries the record of its day."""

    PERSONAL = frozenset({"form_id"})
    PLAIN = frozenset({"resident", "version", "issued_on", "used_at"})

    form_id = models.CharField("申請書ID", max_length=23, primary_key=True)
    resident = models.ForeignKey("juki.Resident", models.PROTECT, verbose_name="申請者", related_name="+")
    version = models.PositiveIntegerField("本人確認情報の版")
    issued_on = models.DateField("発行日")
    used_at = models.DateTimeField("使用日時", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "交付申請書"
