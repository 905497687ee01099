"""接続団体と回線: who is connected, and by which circuits from when to when."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from lgwan.choices import Role, Status, Way
from lgwan.domain.network import GENERATIONS


class DatedQuerySet(models.QuerySet):
    """Rows with a validity: from a day, until the first day after, or open."""

    def valid_at(self, day: date) -> Self:
        """Those that hold on the day."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


class Circuit(models.Model):
    """A circuit of a body in one generation of the network, planned or in service.

    A body is connected by its main circuit. A prefecture is a body of its own; a designated city's ward connects as its
    city. A standby circuit says how it makes its body redundant, a main one does not. `body`, `generation`, `role` and
    `valid_from` name a circuit: a file that tells it again changes the rest.
    """

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "body", "prefecture", "generation", "role", "way", "status", "valid_from", "valid_to"})

    body = models.ForeignKey("kernel.Organisation", models.PROTECT, verbose_name="接続団体", related_name="+")
    prefecture = models.SmallIntegerField("都道府県番号")
    generation = models.PositiveSmallIntegerField("世代", choices=[(each, f"第{each}次") for each in GENERATIONS])
    role = models.CharField("主従", max_length=8, choices=Role)
    way = models.CharField("冗長化の方式", max_length=20, choices=Way, blank=True)
    status = models.CharField("状態", max_length=12, choices=Status)
    valid_from = models.DateField("適用開始日")
    valid_to = models.DateField("適用終了日", null=True, blank=True, help_text="適用されなくなる最初の日")

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "回線"
        ordering = ["body", "-generation", "role", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["body", "generation", "role", "valid_from"], name="circuit_once"),
            models.UniqueConstraint(
                fields=["body", "generation", "role"], condition=Q(valid_to=None), name="circuit_one_open_each"
            ),
            models.CheckConstraint(
                condition=Q(role=Role.MAIN, way="") | (Q(role=Role.STANDBY) & ~Q(way="")), name="circuit_standby_way"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="circuit_validity"
            ),
        ]
        indexes = [models.Index(fields=["prefecture", "generation", "role"], name="circuit_by_prefecture")]

    def __str__(self) -> str:
        return f"{self.body_id} {self.get_generation_display()} {self.get_role_display()}"
