"""The room's masters in the registers. Persons are not here: they have screens that ask for a purpose."""

from django.contrib import admin

from jlis.kernel.faces.registers import RegisterAdmin
from juki.models import Affair, AffairEntitlement, ProtectedAddressEntitlement, ProvisionFee


@admin.register(Affair)
class AffairAdmin(RegisterAdmin):
    """事務区分 of the 別表, with their dates."""

    list_display = ("code", "table", "item", "body", "number_allowed", "by_ordinance", "valid_from", "valid_to")
    list_filter = ("table", "number_allowed")
    search_fields = ("code", "body", "description")


@admin.register(AffairEntitlement)
class AffairEntitlementAdmin(RegisterAdmin):
    """Which organisation may act under which affair."""

    list_display = ("affair_code", "organisation", "valid_from", "valid_to")
    search_fields = ("affair_code", "organisation__name")
    list_select_related = ("organisation",)


@admin.register(ProvisionFee)
class ProvisionFeeAdmin(RegisterAdmin):
    """What a provision costs from which day on."""

    list_display = ("method", "yen", "valid_from")
    list_filter = ("method",)


@admin.register(ProtectedAddressEntitlement)
class ProtectedAddressEntitlementAdmin(RegisterAdmin):
    """Which organisation receives covered persons' addresses all the same, and by which law."""

    list_display = ("affair_code", "organisation", "basis", "valid_from", "valid_to")
    search_fields = ("affair_code", "organisation__name", "basis")
    list_select_related = ("organisation",)
