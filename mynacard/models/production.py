"""製造・発送: lots, the sealed data for the maker, shipments to the towns, and what did not agree on arrival."""

from django.db import models
from django.db.models import Q

from mynacard.choices import DiscrepancyKind, Lane, LotState
from mynacard.models.tenants import TENANT, Tenanted


class ProductionLot(models.Model):
    """Cards that the maker makes together."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {"id", "number", "lane", "state", "made_on", "made_at", "count", "sha256", "fetched_at", "fetched",
         "finished_at", "faulty"}
    )  # fmt: skip

    number = models.CharField("ロット番号", max_length=24, unique=True)
    lane = models.CharField("区分", max_length=8, choices=Lane)
    state = models.CharField("状態", max_length=8, choices=LotState)
    made_on = models.DateField("作成日")
    made_at = models.DateTimeField("作成日時")
    count = models.PositiveIntegerField("枚数")
    sha256 = models.CharField("製造データのSHA-256", max_length=64)
    fetched_at = models.DateTimeField("受取日時", null=True)
    fetched = models.PositiveIntegerField("受取回数", default=0)
    finished_at = models.DateTimeField("終了日時", null=True)
    faulty = models.PositiveIntegerField("不良の枚数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "製造ロット"
        constraints = [
            models.CheckConstraint(
                condition=Q(state=LotState.MADE, fetched_at=None, finished_at=None)
                | Q(state=LotState.FETCHED, fetched_at__isnull=False, finished_at=None)
                | Q(state=LotState.FINISHED, finished_at__isnull=False),
                name="lot_state_has_its_times",
            )
        ]

    def __str__(self) -> str:
        return self.number


def bound_to_lot(lot: int) -> bytes:
    """What a lot's sealed data is bound to."""
    return lot.to_bytes(8, "big")


class PersonalisationFile(models.Model):
    """製造データ: what the maker prints and writes, sealed; erased when the lot is finished."""

    PERSONAL = frozenset({"sealed"})
    PLAIN = frozenset({"lot"})

    lot = models.OneToOneField(
        ProductionLot, models.PROTECT, primary_key=True, verbose_name="製造ロット", related_name="personalisation"
    )
    sealed = models.BinaryField("製造データ（封印）")

    class Meta:
        verbose_name = verbose_name_plural = "製造データ"


class Shipment(Tenanted):
    """Cards of a lot on their way to one office."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = TENANT | {"id", "number", "lot", "count", "shipped_at", "arrived_at"}

    number = models.CharField("送付番号", max_length=32, unique=True)
    lot = models.ForeignKey(ProductionLot, models.PROTECT, verbose_name="製造ロット", related_name="shipments")
    count = models.PositiveIntegerField("枚数")
    shipped_at = models.DateTimeField("発送日時")
    arrived_at = models.DateTimeField("到着日時", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "カードの送付"
        indexes = [models.Index(fields=["prefecture", "office"], name="shipment_of_office")]

    def __str__(self) -> str:
        return self.number


class ArrivalDiscrepancy(Tenanted):
    """What the scan on arrival did not agree with; open until somebody settles it."""

    PERSONAL = frozenset({"card_number", "note"})
    PLAIN = TENANT | {"id", "shipment", "card", "kind", "opened_at", "settled_at", "settled_by"}

    shipment = models.ForeignKey(Shipment, models.PROTECT, verbose_name="送付", related_name="discrepancies")
    card = models.ForeignKey("mynacard.Card", models.PROTECT, null=True, verbose_name="カード", related_name="+")
    card_number = models.CharField("製造番号", max_length=16)
    kind = models.CharField("種別", max_length=12, choices=DiscrepancyKind)
    opened_at = models.DateTimeField("発生日時")
    settled_at = models.DateTimeField("処理日時", null=True)
    settled_by = models.CharField("処理者", max_length=160, blank=True)
    note = models.CharField("処理の内容", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "到着の不一致"
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by="") | (Q(settled_at__isnull=False) & ~Q(settled_by="")),
                name="discrepancy_settled_by_somebody",
            )
        ]
