"""What issues at the counters cost, and the towns' monthly reports of it.

Nobody is named: a charge tells which certificates it was for, as a certificate's status does. A town sees its own rows
alone; J-LIS sees every charge, and a report from its confirmation on.
"""

from django.db import models
from django.db.models import F, Q

from jpki.choices import FeeGround, FeeReportState, Issued
from jpki.models.certificates import CertificateStatus

TENANT = frozenset({"prefecture", "municipality", "office"})


class CertificateCharge(models.Model):
    """One act of issue at a counter with its fee, free ones too. Added, never changed.

    ``issued`` says which certificates it gave; ``office`` is the holder's on that day.
    """

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = TENANT | {"id", "day", "issued", "ground", "yen", "signature", "authentication", "decided_at"}

    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    day = models.DateField("発行日")
    issued = models.CharField("発行した電子証明書", max_length=4, choices=Issued)
    ground = models.CharField("手数料の区分", max_length=12, choices=FeeGround)
    yen = models.PositiveIntegerField("手数料（円）")
    signature = models.OneToOneField(
        CertificateStatus, models.PROTECT, null=True, verbose_name="署名用電子証明書", related_name="+"
    )
    authentication = models.OneToOneField(
        CertificateStatus, models.PROTECT, null=True, verbose_name="利用者証明用電子証明書", related_name="+"
    )
    decided_at = models.DateTimeField("決定日時")

    class Meta:
        verbose_name = verbose_name_plural = "電子証明書の手数料"
        constraints = [
            models.CheckConstraint(
                condition=Q(issued=Issued.SIGN, signature__isnull=False, authentication=None)
                | Q(issued=Issued.AUTH, signature=None, authentication__isnull=False)
                | Q(issued=Issued.BOTH, signature__isnull=False, authentication__isnull=False),
                name="charge_is_for_what_was_issued",
            )
        ]
        indexes = [models.Index(fields=["prefecture", "office", "day"], name="charge_of_office")]


class FeeReport(models.Model):
    """有償発行の月次報告 of one office. ``month`` is its first day; ``counted`` paid acts of ``due_yen`` in the tally.

    ``received_yen`` is what lies in 歳入歳出外現金; where it differs, ``difference`` says why.
    """

    PERSONAL = frozenset({"compared_by", "confirmed_by"})
    PLAIN = TENANT | {
        "id", "month", "state", "counted", "due_yen", "drawn_at", "received_yen", "difference", "compared_at",
        "compared_by_id", "confirmed_at", "confirmed_by_id", "billed_on", "bill_number", "settled_on",
    }  # fmt: skip

    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    month = models.DateField("対象月")
    state = models.CharField("状態", max_length=9, choices=FeeReportState)
    counted = models.PositiveIntegerField("有償の発行件数")
    due_yen = models.PositiveIntegerField("手数料の額（円）")
    drawn_at = models.DateTimeField("集計日時")
    received_yen = models.PositiveIntegerField("歳入歳出外現金の額（円）", null=True)
    difference = models.CharField("差額の理由", max_length=400, blank=True)
    compared_at = models.DateTimeField("照合日時", null=True)
    compared_by = models.CharField("照合者", max_length=160, blank=True)
    compared_by_id = models.CharField("照合者の番号", max_length=64, blank=True)
    confirmed_at = models.DateTimeField("確認日時", null=True)
    confirmed_by = models.CharField("確認者", max_length=160, blank=True)
    confirmed_by_id = models.CharField("確認者の番号", max_length=64, blank=True)
    billed_on = models.DateField("請求日", null=True)
    bill_number = models.CharField("請求番号", max_length=24, blank=True)
    settled_on = models.DateField("入金日", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "有償発行の月次報告"
        constraints = [
            models.UniqueConstraint(fields=["office", "month"], name="fee_report_once_a_month"),
            models.UniqueConstraint(
                fields=["bill_number"], condition=~Q(bill_number=""), name="fee_report_bill_number_once"
            ),
            models.CheckConstraint(
                condition=Q(state=FeeReportState.DRAWN, compared_at=None, confirmed_at=None, billed_on=None)
                | Q(state=FeeReportState.COMPARED, compared_at__isnull=False, confirmed_at=None, billed_on=None)
                | Q(state=FeeReportState.CONFIRMED, compared_at__isnull=False, confirmed_at__isnull=False,
                    billed_on=None)
                | Q(state=FeeReportState.BILLED, confirmed_at__isnull=False, billed_on__isnull=False, settled_on=None)
                | Q(state=FeeReportState.SETTLED, billed_on__isnull=False, settled_on__isnull=False),
                name="fee_report_state_has_its_dates",
            ),
            models.CheckConstraint(
                condition=Q(received_yen=None) | Q(received_yen=F("due_yen")) | ~Q(difference=""),
                name="fee_report_difference_is_explained",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by_id="") | ~Q(confirmed_by_id=F("compared_by_id")),
                name="fee_report_by_two_persons",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["-month", "office"], name="fee_report_by_month")]


class FeeReportStep(models.Model):
    """A move that was made: added, never changed."""

    PERSONAL = frozenset({"by"})
    PLAIN = TENANT | {"id", "report", "verb", "state", "at", "note"}

    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    report = models.ForeignKey(FeeReport, models.PROTECT, verbose_name="月次報告", related_name="steps")
    verb = models.CharField("操作", max_length=12)
    state = models.CharField("後の状態", max_length=9, choices=FeeReportState)
    at = models.DateTimeField("日時")
    by = models.CharField("処理者", max_length=160)
    note = models.CharField("内容・理由", max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "月次報告の経過"
        ordering = ["pk"]
