"""住民情報データの副本: the rows as sealed, how far a town's differences have come, and the differences themselves."""

from django.db import models
from django.db.models import Q

from bcl.choices import DifferenceState


class Tenant(models.Model):
    """The columns that say whose row it is; isolation stands on them."""

    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)

    class Meta:
        abstract = True


class CopyEntry(Tenant):
    """One person's row in a town's copy. Plain is only what a look-up needs; all else is in `body`.

    `resident` is who bears the row's 住民票コード; None while the network does not know the code yet.
    """

    PERSONAL = frozenset({"body"})
    PLAIN = frozenset(
        {"id", "prefecture", "municipality", "office", "number", "household", "resident", "sequence", "received_at"}
    )

    number = models.CharField("宛名番号", max_length=15)
    household = models.CharField("世帯番号", max_length=15)
    resident = models.UUIDField("住民", null=True)
    sequence = models.BigIntegerField("最後に反映した順序番号")
    body = models.BinaryField("項目（封印）")
    received_at = models.DateTimeField("受信日時")

    class Meta:
        verbose_name = verbose_name_plural = "副本の行"
        constraints = [models.UniqueConstraint(fields=["office", "number"], name="copy_entry_number_once")]
        indexes = [
            models.Index(fields=["office", "household"], name="copy_entry_household"),
            models.Index(fields=["resident"], name="copy_entry_resident"),
        ]


class CopyStream(Tenant):
    """How far one office's differences have come. Its row is the lock under which they are applied in order."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {"prefecture", "municipality", "office", "base", "through", "highest", "loaded_at", "received_at"}
    )

    office = models.CharField("市区町村コード", max_length=6, primary_key=True)
    base = models.BigIntegerField("一括登録に含まれる順序番号", default=0)
    through = models.BigIntegerField("反映済みの順序番号", default=0)
    highest = models.BigIntegerField("受信した最大の順序番号", default=0)
    loaded_at = models.DateTimeField("一括登録の日時", null=True)
    received_at = models.DateTimeField("最後の受信日時", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "副本の受信状況"
        constraints = [
            models.CheckConstraint(
                condition=Q(base__lte=models.F("through"), through__lte=models.F("highest")),
                name="copy_stream_in_order",
            )
        ]


class Difference(Tenant):
    """One difference as it came. Its content is kept, sealed, only while it waits for those before it."""

    PERSONAL = frozenset({"body"})
    PLAIN = frozenset(
        {"id", "prefecture", "municipality", "office", "sequence", "digest", "state", "received_at", "applied_at",
         "channel", "sender"}
    )  # fmt: skip

    sequence = models.BigIntegerField("順序番号")
    digest = models.CharField("内容のSHA-256", max_length=64)
    state = models.CharField("状態", max_length=8, choices=DifferenceState)
    body = models.BinaryField("内容（封印）", null=True)
    received_at = models.DateTimeField("受信日時")
    applied_at = models.DateTimeField("反映日時", null=True)
    channel = models.CharField("経路", max_length=8)
    sender = models.CharField("送信者", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "副本の差分"
        constraints = [
            models.UniqueConstraint(fields=["office", "sequence"], name="difference_sequence_once"),
            models.CheckConstraint(
                condition=Q(state="APPLIED", applied_at__isnull=False, body__isnull=True)
                | Q(state="HELD", applied_at__isnull=True, body__isnull=False),
                name="difference_kept_while_held",
            ),
        ]
        indexes = [models.Index(fields=["office", "sequence"], condition=Q(state="HELD"), name="difference_waiting")]
