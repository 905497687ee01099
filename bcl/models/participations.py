"""Which towns take part, how, and who signs their certificates."""

from django.db import models

from bcl.choices import ParticipationState, Pattern


class Participation(models.Model):
    """That an office keeps a copy here. A designated city takes part with each of its wards."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"office", "pattern", "state", "prints_individual_number", "applied_at", "changed_at"})

    office = models.CharField("市区町村コード", max_length=6, primary_key=True)
    pattern = models.CharField("更新方式", max_length=1, choices=Pattern)
    state = models.CharField("状態", max_length=8, choices=ParticipationState)
    prints_individual_number = models.BooleanField("個人番号を記載した証明書の発行", default=False)
    applied_at = models.DateTimeField("申込日時")
    changed_at = models.DateTimeField("状態の変わった日時")

    class Meta:
        verbose_name = verbose_name_plural = "自治体基盤クラウドへの参加"
        ordering = ["office"]

    def __str__(self) -> str:
        return self.office


class Signatory(models.Model):
    """Whose name and seal a town's certificates bear, from a day on: the mayor's, or the acting mayor's as such."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "participation", "mayor", "seal", "valid_from"})

    participation = models.ForeignKey(
        Participation, models.PROTECT, verbose_name="参加団体", related_name="signatories"
    )
    mayor = models.CharField("証明者", max_length=120, help_text="東京都千代田区長　見本　太郎")
    seal = models.CharField("公印の文字", max_length=20, help_text="千代田区長")
    valid_from = models.DateField("適用開始日")

    class Meta:
        verbose_name = verbose_name_plural = "証明者"
        ordering = ["participation", "valid_from"]
        constraints = [models.UniqueConstraint(fields=["participation", "valid_from"], name="signatory_one_a_day")]

    def __str__(self) -> str:
        return self.mayor
