"""整合性確認: a town's register held against the nation's, on a day; what is under way; who differs."""

from django.db import models
from django.db.models import Q

from juki.choices import ConsistencyKind, ConsistencyState

_TENANT = frozenset({"prefecture", "municipality", "office"})


class ConsistencyCheck(models.Model):
    """One comparison with an office, by counts alone. `told` is how many digests the town sent for it."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = _TENANT | {
        "id", "day", "state", "started_at", "finished_at", "sender", "step", "town_count", "nation_count", "told",
        "only_in_town", "only_in_nation", "items_differ",
    }  # fmt: skip

    id = models.UUIDField("確認の番号", primary_key=True)
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    day = models.DateField("基準日")
    state = models.CharField("状態", max_length=12, choices=ConsistencyState)
    started_at = models.DateTimeField("開始日時")
    finished_at = models.DateTimeField("終了日時", null=True)
    sender = models.CharField("確認した者", max_length=160)
    step = models.PositiveIntegerField("段階", default=0)
    town_count = models.PositiveIntegerField("市区町村の人数")
    nation_count = models.PositiveIntegerField("全国の人数")
    told = models.PositiveIntegerField("受け取った要約値", default=0)
    only_in_town = models.PositiveIntegerField("市区町村だけにある", default=0)
    only_in_nation = models.PositiveIntegerField("全国だけにある", default=0)
    items_differ = models.PositiveIntegerField("項目が異なる", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "整合性確認"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="COMPARING", finished_at__isnull=True)
                | (~Q(state="COMPARING") & Q(finished_at__isnull=False)),
                name="consistency_finished_has_time",
            ),
            models.UniqueConstraint(
                fields=["office"], condition=Q(state="COMPARING"), name="consistency_one_under_way"
            ),
        ]
        indexes = [models.Index(fields=["office", "-started_at"], name="consistency_of_office")]

    @property
    def differences(self) -> int:
        """How many residents were found to differ."""
        return self.only_in_town + self.only_in_nation + self.items_differ


class ConsistencyWork(models.Model):
    """What is kept of a check only while it is under way: the nation's digests, and what is still to be asked."""

    PERSONAL = frozenset({"digests", "codes"})
    PLAIN = frozenset({"run", "nodes"})

    run = models.OneToOneField(
        ConsistencyCheck, models.PROTECT, primary_key=True, verbose_name="整合性確認", related_name="work"
    )
    digests = models.BinaryField("全国の要約値")
    nodes = models.JSONField("尋ねる節", default=list)
    codes = models.JSONField("尋ねる住民", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "整合性確認の途中"


class ConsistencyDifference(models.Model):
    """A resident of the office who was not the same on both sides.

    `is_waiting`: a notification of the resident waits for its order or for staff, and may well explain it.
    """

    PERSONAL = frozenset({"resident_code"})
    PLAIN = _TENANT | {"id", "run", "kind", "resident", "items", "is_waiting"}

    run = models.ForeignKey(ConsistencyCheck, models.PROTECT, verbose_name="整合性確認", related_name="rows")
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    kind = models.CharField("違い", max_length=16, choices=ConsistencyKind)
    resident_code = models.CharField("住民票コード", max_length=11)
    resident = models.UUIDField("住民", null=True)
    items = models.JSONField("異なる項目", default=list)
    is_waiting = models.BooleanField("未処理の通知あり", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "整合性確認の違い"
        ordering = ["kind", "resident_code"]
        constraints = [
            models.UniqueConstraint(fields=["run", "resident_code"], name="consistency_difference_once"),
            models.CheckConstraint(
                condition=(Q(kind="ITEMS_DIFFER") & ~Q(items=[])) | (~Q(kind="ITEMS_DIFFER") & Q(items=[])),
                name="consistency_items_where_they_differ",
            ),
        ]
