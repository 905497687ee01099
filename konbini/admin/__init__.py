"""The participants in the registers; they are entered and stopped by services, so here they are only read."""

from django.contrib import admin

from jlis.kernel.faces.registers import LookOnlyAdmin
from konbini.models import Kiosk, MenuItem, StoreOperator, Town


@admin.register(StoreOperator)
class StoreOperatorAdmin(LookOnlyAdmin):
    """事業者."""

    list_display = ("organisation", "valid_from", "valid_to")
    list_select_related = ("organisation",)


@admin.register(Kiosk)
class KioskAdmin(LookOnlyAdmin):
    """キオスク端末."""

    list_display = ("code", "store", "operator", "prefecture", "valid_from", "valid_to")
    list_select_related = ("operator__organisation",)
    search_fields = ("code", "store")


@admin.register(Town)
class TownAdmin(LookOnlyAdmin):
    """参加団体."""

    list_display = ("office", "source", "opens", "closes", "stopped_at", "valid_from")
    fields = ("office", "source", "opens", "closes", "through_new_year", "stopped_at", "stop_reason",
              "valid_from", "valid_to")  # fmt: skip


@admin.register(MenuItem)
class MenuItemAdmin(LookOnlyAdmin):
    """取扱証明書."""

    list_display = ("town", "kind", "fee_yen", "valid_from", "valid_to")
    list_filter = ("kind",)
