"""電子証明書の窓口手続: a sitting at the counter and what was done in it, from which its receipt is drawn."""

from django.db import models
from django.db.models import Q

from mynacard.models.cards import Card
from mynacard.models.tenants import TENANT, Tenanted


class CertificateSitting(Tenanted):
    """One sitting. It stays with the office that held it. Added, never changed.

    `version` is the holder's 本人確認情報 on that day, by whose name the receipt is made out; `by_supplementary`: it is
    the 附票's, of a holder abroad.
    """

    PERSONAL = frozenset({"by"})
    PLAIN = TENANT | {
        "id", "number", "card", "resident", "on", "at", "version", "proof", "visitor", "under_guardianship",
        "exemptions", "charge", "by_supplementary",
    }  # fmt: skip

    number = models.CharField("受付番号", max_length=24, unique=True)
    card = models.ForeignKey(Card, models.PROTECT, verbose_name="カード", related_name="sittings")
    resident = models.ForeignKey("juki.Resident", models.PROTECT, verbose_name="名義人", related_name="+")
    on = models.DateField("手続の日")
    at = models.DateTimeField("手続の日時")
    version = models.PositiveIntegerField("本人確認情報の版")
    proof = models.CharField("本人確認の方法", max_length=10)
    visitor = models.CharField("来庁者", max_length=20)
    by_supplementary = models.BooleanField("附票による", default=False)
    under_guardianship = models.BooleanField("成年被後見人", default=False)
    exemptions = models.JSONField("確認した例外の理由", default=list)
    charge = models.ForeignKey(
        "jpki.CertificateCharge", models.PROTECT, null=True, verbose_name="手数料", related_name="+"
    )
    by = models.CharField("操作者", max_length=160)

    class Meta:
        verbose_name = verbose_name_plural = "電子証明書の窓口手続"


class SittingDeed(Tenanted):
    """One thing done in a sitting: to a certificate, or to a PIN (whose value is nowhere)."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = TENANT | {"id", "sitting", "place", "deed", "kind", "certificate", "pin"}

    sitting = models.ForeignKey(CertificateSitting, models.PROTECT, verbose_name="手続", related_name="deeds")
    place = models.PositiveSmallIntegerField("順序")
    deed = models.CharField("行ったこと", max_length=10)
    kind = models.CharField("種類", max_length=12)
    certificate = models.ForeignKey(
        "jpki.CertificateStatus", models.PROTECT, null=True, verbose_name="電子証明書", related_name="+"
    )
    pin = models.CharField("暗証番号の種類", max_length=14, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "窓口手続で行ったこと"
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["sitting", "place"], name="sitting_deed_in_order"),
            models.CheckConstraint(
                condition=Q(pin="", certificate__isnull=False) | (~Q(pin="") & Q(certificate=None)),
                name="sitting_deed_is_of_one_thing",
            ),
        ]
