"""町・字 and postcodes, for the entry of addresses."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from jlis.kernel.organisations.models.places import Municipality


class Town(models.Model):
    """One 町・字 (with its 丁目) of an office. Search keys are folded by `jlis.kernel.domain.folding`."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset()
    PLAIN: ClassVar[frozenset[str]] = frozenset(
        {
            "id",
            "office",
            "town_code",
            "oaza",
            "oaza_kana",
            "chome",
            "chome_kana",
            "residential_indication",
            "postcode",
            "search_key",
            "kana_key",
        }
    )

    office = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="towns", verbose_name="市区町村")
    town_code = models.CharField("町字ID", max_length=7, blank=True)
    oaza = models.CharField("大字・町", max_length=40)
    oaza_kana = models.CharField("大字・町フリガナ", max_length=80, blank=True)
    chome = models.CharField("丁目", max_length=10, blank=True)
    chome_kana = models.CharField("丁目フリガナ", max_length=20, blank=True)
    residential_indication = models.BooleanField("住居表示", null=True, blank=True, help_text="空欄は不明")
    postcode = models.CharField("郵便番号", max_length=7, blank=True)
    search_key = models.CharField("検索キー", max_length=60, editable=False)
    kana_key = models.CharField("カナ検索キー", max_length=100, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "町・字"
        ordering = ("office_id", "kana_key", "town_code")
        constraints = (
            models.UniqueConstraint(fields=("office", "town_code", "oaza", "chome"), name="town_once_an_office"),
        )
        indexes = (
            models.Index(fields=("office", "search_key"), opclasses=("", "text_pattern_ops"), name="town_search_key"),
            models.Index(fields=("office", "kana_key"), opclasses=("", "text_pattern_ops"), name="town_kana_key"),
            models.Index(fields=("postcode",), condition=~Q(postcode=""), name="town_postcode"),
        )

    def __str__(self) -> str:
        return self.oaza + self.chome


class Postcode(models.Model):
    """One line of the postal directory: a code may have many towns, a town many codes."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset()
    PLAIN: ClassVar[frozenset[str]] = frozenset({"id", "postcode", "office", "town", "town_kana"})

    postcode = models.CharField("郵便番号", max_length=7)
    office = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+", verbose_name="市区町村")
    town = models.CharField("町域", max_length=60, blank=True)
    town_kana = models.CharField("町域フリガナ", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "郵便番号"
        ordering = ("postcode", "office_id", "town_kana")
        constraints = (
            models.UniqueConstraint(fields=("postcode", "office", "town", "town_kana"), name="postcode_line_once"),
        )

    def __str__(self) -> str:
        return f"{self.postcode[:3]}-{self.postcode[3:]}"
