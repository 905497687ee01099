"""What is published: lists, the towns that wait for a new list, and OCSP answers made ahead."""

from django.db import models
from django.db.models import F, Q

from jpki.models.authorities import Generation
from jpki.models.certificates import CrlPartition


class CrlSeries(models.Model):
    """The lists of one generation for one distribution point (none: the full list), one after the other.

    Its row is the lock under which a list gets its number.
    """

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "generation", "partition", "last_number"})

    generation = models.ForeignKey(Generation, models.PROTECT, verbose_name="世代", db_index=False)
    partition = models.ForeignKey(CrlPartition, models.PROTECT, null=True, verbose_name="配布点", db_index=False)
    last_number = models.BigIntegerField("最終番号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "失効リストの系列"
        constraints = [
            models.UniqueConstraint(fields=["generation", "partition"], nulls_distinct=False, name="crl_series_once")
        ]

    def __str__(self) -> str:
        return f"{self.generation} {self.partition or '全体'}"


class CrlPublication(models.Model):
    """One published list: what stands before its entries and after them; ``size`` and ``sha256`` are of the whole.
    Never updated; the last ten of a series are kept."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {"id", "series", "number", "this_update", "next_update", "entries", "size", "sha256", "head", "tail"}
    )

    series = models.ForeignKey(CrlSeries, models.PROTECT, verbose_name="系列", db_index=False)
    number = models.BigIntegerField("CRL番号")
    this_update = models.DateTimeField("発行日時")
    next_update = models.DateTimeField("次回発行期限")
    entries = models.PositiveIntegerField("項目数")
    size = models.PositiveIntegerField("大きさ（オクテット）")
    sha256 = models.CharField("SHA-256", max_length=64)
    head = models.BinaryField("項目より前（DER）")
    tail = models.BinaryField("項目より後（DER）")

    class Meta:
        verbose_name = verbose_name_plural = "失効リスト"
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="crl_number_once"),
            models.CheckConstraint(condition=Q(next_update__gt=F("this_update")), name="crl_period"),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.number}"


class CrlPiece(models.Model):
    """Joined entries of a list, some megabyte at most, so that nobody ever holds a large list whole.

    The full list has a piece for each 32,768 serial numbers, a town's list one. The pieces are written before the list
    that they belong to (``jpki_crlpiece_of_list``) and go with it.
    """

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"pk", "series", "number", "place", "entries", "content"})

    pk = models.CompositePrimaryKey("series", "number", "place")
    series = models.ForeignKey(CrlSeries, models.PROTECT, verbose_name="系列", db_index=False)
    number = models.BigIntegerField("CRL番号")
    place = models.BigIntegerField("順")
    entries = models.PositiveIntegerField("項目数")
    content = models.BinaryField("項目（DER）")

    class Meta:
        verbose_name = verbose_name_plural = "失効リストの項目"


class CrlChange(models.Model):
    """That a distribution point has changed and waits for a new list. Inserted by whoever revokes, so that two
    who revoke in one town never wait for each other; removed by the publisher."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "generation", "partition", "changed_at"})

    generation = models.ForeignKey(Generation, models.PROTECT, verbose_name="世代", db_index=False)
    partition = models.ForeignKey(CrlPartition, models.PROTECT, verbose_name="配布点", db_index=False)
    changed_at = models.DateTimeField("変更日時")

    class Meta:
        verbose_name = verbose_name_plural = "公開待ちの変更"


class OcspAnswer(models.Model):
    """An answer made ahead, for one serial and one hash of the request.

    It is served only while the status still has the version it was made for: a change makes it stale in the same
    commit, with nothing to remove and no race to lose.
    """

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"pk", "generation", "hash_name", "serial", "version", "this_update", "next_update", "content"})

    pk = models.CompositePrimaryKey("generation", "hash_name", "serial")
    generation = models.ForeignKey(Generation, models.PROTECT, verbose_name="世代", db_index=False)
    hash_name = models.CharField("ハッシュ", max_length=8)
    serial = models.BigIntegerField("発行の番号")
    version = models.PositiveIntegerField("状態の版")
    this_update = models.DateTimeField("作成日時")
    next_update = models.DateTimeField("有効期限")
    content = models.BinaryField("応答（DER）")

    class Meta:
        verbose_name = verbose_name_plural = "OCSP応答"
        indexes = [models.Index(fields=["next_update"], name="ocsp_answer_by_expiry")]
