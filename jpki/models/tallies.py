"""発行・失効と手数料の累計: what the figures are drawn from, at any number of certificates.

Each act adds rows of its own in its own transaction, so that no two wait for each other; a job melts them into one
whole row for each group. The sum over both is the figure, at any moment.
"""

from django.db import models
from django.db.models import Q

from jpki.choices import Issued
from jpki.models.certificates import CrlPartition
from jpki.models.fees import TENANT


class CertificateTally(models.Model):
    """How many of a kind were issued, revoked, held or lapsed on a day, by distribution point and cause.

    ``number`` may be negative in what is not whole yet: a hold that is lifted takes itself back on its own day.
    """

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "day", "partition", "kind", "what", "cause", "number", "is_whole"})

    day = models.DateField("日")
    partition = models.ForeignKey(CrlPartition, models.PROTECT, verbose_name="配布点", db_index=False)
    kind = models.CharField("種類", max_length=12)
    what = models.CharField("区分", max_length=9)
    cause = models.CharField("事由", max_length=16, blank=True)
    number = models.BigIntegerField("件数")
    is_whole = models.BooleanField("取りまとめ済み", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "電子証明書の累計"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "partition", "kind", "what", "cause"],
                condition=Q(is_whole=True),
                name="certificate_tally_whole",
            )
        ]
        indexes = [
            models.Index(fields=["partition", "day"], name="certificate_tally_of_place"),
            models.Index(fields=["id"], condition=Q(is_whole=False), name="certificate_tally_loose"),
        ]


class ChargeTally(models.Model):
    """Acts of issue at an office's counter on a day, free or paid, and what they brought."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = TENANT | {"id", "day", "issued", "is_paid", "acts", "yen", "is_whole"}

    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    day = models.DateField("発行日")
    issued = models.CharField("発行した電子証明書", max_length=4, choices=Issued)
    is_paid = models.BooleanField("有料")
    acts = models.BigIntegerField("件数")
    yen = models.BigIntegerField("手数料（円）")
    is_whole = models.BooleanField("取りまとめ済み", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "電子証明書の手数料の累計"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "office", "issued", "is_paid"], condition=Q(is_whole=True), name="charge_tally_whole"
            )
        ]
        indexes = [
            models.Index(fields=["office", "day"], name="charge_tally_of_office"),
            models.Index(fields=["id"], condition=Q(is_whole=False), name="charge_tally_loose"),
        ]
