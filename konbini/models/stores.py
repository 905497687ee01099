"""事業者と拠点: whose kiosks there are."""

from django.db import models


class StoreOperator(models.Model):
    """A store operator (コンビニ事業者等) whose centre relays its kiosks' requests."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"organisation", "valid_from", "valid_to"})

    organisation = models.OneToOneField(
        "kernel.Organisation", models.PROTECT, primary_key=True, verbose_name="事業者", related_name="+"
    )
    valid_from = models.DateField("開始日")
    valid_to = models.DateField("終了日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "事業者"

    def __str__(self) -> str:
        return self.organisation.name


class Kiosk(models.Model):
    """One kiosk (キオスク端末). ``in_browser``: this project's own page plays it."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"code", "operator", "store", "prefecture", "in_browser", "valid_from", "valid_to"})

    code = models.CharField("端末番号", max_length=16, primary_key=True)
    operator = models.ForeignKey(StoreOperator, models.PROTECT, verbose_name="事業者", related_name="kiosks")
    store = models.CharField("拠点", max_length=80)
    prefecture = models.SmallIntegerField("都道府県番号")
    in_browser = models.BooleanField("画面の端末", default=False)
    valid_from = models.DateField("開始日")
    valid_to = models.DateField("終了日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "キオスク端末"

    def __str__(self) -> str:
        return f"{self.code} {self.store}"
