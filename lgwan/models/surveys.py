"""冗長化の調査: what bodies answered to a questionnaire, as counts by prefecture on a day; no body is named."""

from django.db import models
from django.db.models import F, Q

from lgwan.domain.redundancy import Counts


class RedundancySurvey(models.Model):
    """A survey of a day. `prefectures_redundant` is said beside the table and cannot be had from it."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"as_of", "title", "source", "generation", "is_provisional", "prefectures_redundant"})

    as_of = models.DateField("調査日", primary_key=True)
    title = models.CharField("調査名", max_length=80)
    source = models.CharField("出典", max_length=120)
    generation = models.PositiveSmallIntegerField("世代")
    is_provisional = models.BooleanField("暫定値", default=False)
    prefectures_redundant = models.PositiveSmallIntegerField("冗長化する都道府県の数", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "冗長化の調査"
        ordering = ["-as_of"]

    def __str__(self) -> str:
        return self.title


class SurveyCount(models.Model):
    """One prefecture's counts, its own body among them. Sum and rate are worked out, never stored."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "survey", "prefecture", "bodies", "former", "via_prefecture_node", "direct", "hybrid"})

    survey = models.ForeignKey(RedundancySurvey, models.PROTECT, verbose_name="調査", related_name="counts")
    prefecture = models.ForeignKey("kernel.Prefecture", models.PROTECT, verbose_name="都道府県", related_name="+")
    bodies = models.PositiveSmallIntegerField("団体数")
    former = models.PositiveSmallIntegerField("前の世代の冗長化団体数")
    via_prefecture_node = models.PositiveSmallIntegerField("都道府県ノード経由")
    direct = models.PositiveSmallIntegerField("直接接続")
    hybrid = models.PositiveSmallIntegerField("ハイブリッド")

    class Meta:
        verbose_name = verbose_name_plural = "冗長化の調査の団体数"
        ordering = ["survey", "prefecture"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "prefecture"], name="survey_count_once"),
            models.CheckConstraint(
                condition=Q(bodies__gte=F("via_prefecture_node") + F("direct") + F("hybrid"))
                & Q(bodies__gte=F("former")),
                name="survey_count_within_bodies",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.prefecture_id}"

    @property
    def as_counts(self) -> Counts:
        """The row as the arithmetic takes it."""
        return Counts(self.bodies, self.former, self.via_prefecture_node, self.direct, self.hybrid)
