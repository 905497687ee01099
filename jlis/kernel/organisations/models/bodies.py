"""The bodies that staff, clients and records belong to."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from jlis.kernel.organisations.choices import OrganisationKind
from jlis.kernel.organisations.models.places import Municipality, Prefecture, ValidityQuerySet


class Organisation(models.Model):
    """Local bodies bear their 団体コード, all others a code of this system (MHLW, JLIS-JUKI)."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset()
    PLAIN: ClassVar[frozenset[str]] = frozenset(
        {"code", "kind", "name", "kana", "prefecture", "municipality", "valid_from", "valid_to"}
    )

    code = models.CharField("団体・機関コード", max_length=20, primary_key=True)
    kind = models.CharField("種別", max_length=20, choices=OrganisationKind)
    name = models.CharField("名称", max_length=60)
    kana = models.CharField("フリガナ", max_length=100, blank=True)
    prefecture = models.ForeignKey(
        Prefecture, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="都道府県"
    )
    municipality = models.OneToOneField(
        Municipality, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="市区町村"
    )
    valid_from = models.DateField("適用開始日", null=True, blank=True)
    valid_to = models.DateField("適用終了日", null=True, blank=True, help_text="適用されなくなる最初の日")

    objects = ValidityQuerySet.as_manager()

    LOCAL_KINDS: ClassVar[tuple[str, ...]] = (
        OrganisationKind.CITY,
        OrganisationKind.MUNICIPALITY,
        OrganisationKind.WARD,
    )

    class Meta:
        verbose_name = verbose_name_plural = "団体・機関"
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    kind__in=("CITY", "MUNICIPALITY", "WARD"), prefecture__isnull=False, municipality__isnull=False
                )
                | Q(kind="PREFECTURE", prefecture__isnull=False, municipality__isnull=True)
                | Q(
                    kind__in=("NATIONAL_ORGAN", "JLIS", "OPERATOR"), prefecture__isnull=True, municipality__isnull=True
                ),
                name="organisation_place_fits_kind",
            ),
        )

    def __str__(self) -> str:
        return self.name
