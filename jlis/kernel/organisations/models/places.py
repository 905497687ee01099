"""Prefectures and municipalities by 全国地方公共団体コード, with their validity in time."""

import datetime
from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from jlis.kernel.organisations.choices import OFFICE_KINDS, MunicipalityKind

CODE_FORM = RegexValidator(r"\A[0-9]{6}\Z", "団体コードは6桁の数字です")


class ValidityQuerySet(models.QuerySet):
    """For rows with valid_from (first day; null: before this register) and valid_to (first day after; null: open)."""

    def valid_at(self, day: datetime.date) -> "ValidityQuerySet":
        return self.filter(valid_on(day))


def valid_on(day: datetime.date) -> Q:
    """The condition that a row holds on the day."""
    began = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    return began & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


class Prefecture(models.Model):
    PERSONAL: ClassVar[frozenset[str]] = frozenset()
    PLAIN: ClassVar[frozenset[str]] = frozenset({"number", "code", "name", "kana"})

    number = models.PositiveSmallIntegerField("都道府県番号", primary_key=True)
    code = models.CharField("団体コード", max_length=6, unique=True, validators=[CODE_FORM])
    name = models.CharField("名称", max_length=4)
    kana = models.CharField("フリガナ", max_length=10)

    class Meta:
        verbose_name = verbose_name_plural = "都道府県"
        ordering = ("number",)
        constraints = (models.CheckConstraint(condition=Q(number__gte=1, number__lte=47), name="prefecture_number"),)

    def __str__(self) -> str:
        return self.name


class Municipality(models.Model):
    """A municipality, or a ward of a designated city with its city as `city`."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset()
    PLAIN: ClassVar[frozenset[str]] = frozenset(
        {
            "code",
            "prefecture",
            "city",
            "kind",
            "name",
            "official_name",
            "kana",
            "county",
            "valid_from",
            "valid_to",
        }
    )

    code = models.CharField("団体コード", max_length=6, primary_key=True, validators=[CODE_FORM])
    prefecture = models.ForeignKey(
        Prefecture, on_delete=models.PROTECT, related_name="municipalities", verbose_name="都道府県"
    )
    city = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="wards", verbose_name="政令指定都市"
    )
    kind = models.CharField("種別", max_length=20, choices=MunicipalityKind)
    name = models.CharField("名称", max_length=20, help_text="区は市名から（横浜市戸塚区）")
    official_name = models.CharField("正式名称", max_length=20, help_text="正式な字体での名称（檮原町、須惠町）")
    kana = models.CharField("フリガナ", max_length=30)
    county = models.CharField("郡", max_length=10, blank=True)
    valid_from = models.DateField("適用開始日", null=True, blank=True, help_text="空欄は登録の始まる前から")
    valid_to = models.DateField("適用終了日", null=True, blank=True, help_text="適用されなくなる最初の日")

    objects = ValidityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "市区町村"
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind=MunicipalityKind.WARD, city__isnull=False)
                | (~Q(kind=MunicipalityKind.WARD) & Q(city__isnull=True)),
                name="municipality_ward_has_city",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gt=models.F("valid_from")),
                name="municipality_validity",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_office(self) -> bool:
        """Whether residents are registered here (a designated city registers in its wards)."""
        return self.kind in OFFICE_KINDS

    @property
    def municipality_code(self) -> str:
        """The tenant's municipality: the city's code for a ward, else one's own."""
        return self.city_id or self.code

    def holds_on(self, day: datetime.date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


class MunicipalitySuccession(models.Model):
    """Which code took over whose area on which day: mergers, new city status, redrawn wards."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset()
    PLAIN: ClassVar[frozenset[str]] = frozenset({"id", "former", "successor", "effective_on", "note"})

    former = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="successions", verbose_name="変更前の市区町村"
    )
    successor = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="ancestries", verbose_name="変更後の市区町村"
    )
    effective_on = models.DateField("効力発生日")
    note = models.CharField("摘要", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "市区町村の変遷"
        ordering = ("effective_on", "former_id")
        constraints = (models.UniqueConstraint(fields=("former", "successor"), name="municipality_succession_once"),)

    def __str__(self) -> str:
        return f"{self.former_id}→{self.successor_id}"
