"""The masters in the registers: plain pages, read by everybody at the desk, edited by those who may."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from jlis.kernel.domain.folding import address_key, kana_key
from jlis.kernel.faces.registers import RegisterAdmin
from jlis.kernel.organisations.models import (
    Municipality,
    MunicipalitySuccession,
    Organisation,
    Postcode,
    Prefecture,
    ReferenceSet,
    Town,
)
from jlis.kernel.organisations.models.places import valid_on
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import now


class ValidityFilter(admin.SimpleListFilter):
    """The rows that hold today, or those of the past too."""

    title = "適用"
    parameter_name = "valid"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("today", "現在有効"), ("past", "廃止済み")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        day = now().day
        if self.value() == "today":
            return queryset.filter(valid_on(day))
        return queryset.filter(valid_to__lte=day) if self.value() == "past" else queryset


@admin.register(Prefecture)
class PrefectureAdmin(RegisterAdmin):
    list_display = ("code", "name", "kana")
    search_fields = ("=code", "name", "kana")


@admin.register(Municipality)
class MunicipalityAdmin(RegisterAdmin):
    list_display = ("code", "official_name", "kana", "kind", "prefecture", "valid_from", "valid_to")
    list_filter = (ValidityFilter, "kind", "prefecture")
    list_select_related = ("prefecture",)
    search_fields = ("=code", "name", "official_name", "kana")
    autocomplete_fields = ("city",)

    def save_model(self, request: HttpRequest, obj: Municipality, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        municipalities.forget()


@admin.register(MunicipalitySuccession)
class MunicipalitySuccessionAdmin(RegisterAdmin):
    list_display = ("effective_on", "former", "successor", "note")
    list_select_related = ("former", "successor")
    search_fields = ("=former__code", "former__name", "=successor__code", "successor__name")
    autocomplete_fields = ("former", "successor")


@admin.register(Organisation)
class OrganisationAdmin(RegisterAdmin):
    list_display = ("code", "name", "kind", "prefecture", "valid_from", "valid_to")
    list_filter = (ValidityFilter, "kind", "prefecture")
    list_select_related = ("prefecture",)
    search_fields = ("=code", "name", "kana")
    autocomplete_fields = ("municipality",)


@admin.register(Town)
class TownAdmin(RegisterAdmin):
    list_display = ("oaza", "chome", "oaza_kana", "office", "postcode", "residential_indication")
    list_select_related = ("office",)
    search_fields = ("=office__code", "oaza", "=postcode")
    autocomplete_fields = ("office",)

    def save_model(self, request: HttpRequest, obj: Town, form: ModelForm, change: bool) -> None:
        obj.search_key = address_key(obj.oaza + obj.chome)
        obj.kana_key = kana_key(obj.oaza_kana + obj.chome_kana)
        super().save_model(request, obj, form, change)


@admin.register(Postcode)
class PostcodeAdmin(RegisterAdmin):
    list_display = ("postcode", "office", "town", "town_kana")
    list_select_related = ("office",)
    search_fields = ("=postcode", "town")
    autocomplete_fields = ("office",)


@admin.register(ReferenceSet)
class ReferenceSetAdmin(RegisterAdmin):
    list_display = ("name", "rows", "loaded_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
