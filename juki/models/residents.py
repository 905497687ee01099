"""The resident: a narrow anchor that everything else about a person hangs on."""

from datetime import date

from django.db import models

from juki.choices import RecordState
from juki.domain.presence import is_present


class Resident(models.Model):
    """One person, for ever. Where they are registered now, and nothing that the versions say better.

    After a removal the anchor keeps the municipality that last held the person; abroad there is none.
    """

    PERSONAL = frozenset({"resident_code"})
    PLAIN = frozenset(
        {"id", "prefecture", "municipality", "office", "state", "removal_reason", "version", "changed_on",
         "registered_at"}
    )  # fmt: skip

    id = models.UUIDField("識別子", primary_key=True)
    prefecture = models.SmallIntegerField("都道府県番号", null=True)
    municipality = models.CharField("市町村コード", max_length=6, blank=True)
    office = models.CharField("市区町村コード", max_length=6, blank=True)
    resident_code = models.CharField("住民票コード", max_length=11, unique=True)
    state = models.CharField("状態", max_length=10, choices=RecordState)
    removal_reason = models.CharField("消除の事由", max_length=3, blank=True)
    version = models.PositiveIntegerField("版")
    changed_on = models.DateField("最終異動年月日")
    registered_at = models.DateTimeField("登録日時")

    class Meta:
        verbose_name = "住民"
        verbose_name_plural = "住民"
        indexes = [models.Index(fields=["prefecture", "office"], name="resident_of_office")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="CURRENT", removal_reason="")
                | (models.Q(state="REMOVED") & ~models.Q(removal_reason="")),
                name="resident_removal_has_reason",
            )
        ]

    @classmethod
    def present_on(cls, day: date) -> models.Q:
        """Who lives somewhere on a day (`presence`), as a condition on anchors."""
        return models.Q(state=RecordState.CURRENT) | models.Q(changed_on__gt=day)

    def is_present_on(self, day: date) -> bool:
        """The same of one."""
        return is_present(state=self.state, since=self.changed_on, day=day)

    def __str__(self) -> str:
        return str(self.pk)
