"""The authorities in the registers. They come from ceremonies, so nothing can be changed here; certificates, which
name persons, have screens of their own."""

from django.contrib import admin

from jlis.kernel.faces.registers import LookOnlyAdmin, RegisterAdmin
from jpki.models import (
    CrlPartition,
    CrlPublication,
    Generation,
    LinkCertificate,
    Profile,
    Responder,
    VerificationPrice,
)


@admin.register(Generation)
class GenerationAdmin(LookOnlyAdmin):
    """認証局の世代."""

    list_display = ("authority", "number", "serial", "key_label", "not_before", "not_after")
    fields = ("authority", "number", "serial", "key_label", "not_before", "not_after", "created_at", "profile")


@admin.register(Profile)
class ProfileAdmin(LookOnlyAdmin):
    """証明書プロファイル."""

    list_display = ("generation", "code", "version", "adopted_at")
    list_select_related = ("generation__authority",)
    fields = ("generation", "code", "version", "adopted_at", "document")


@admin.register(Responder)
class ResponderAdmin(LookOnlyAdmin):
    """OCSPレスポンダ."""

    list_display = ("generation", "serial", "not_before", "not_after")
    list_select_related = ("generation__authority",)
    fields = ("generation", "serial", "key_label", "not_before", "not_after", "created_at")


@admin.register(LinkCertificate)
class LinkCertificateAdmin(LookOnlyAdmin):
    """リンク証明書."""

    list_display = ("generation", "signer", "serial", "not_before", "not_after")
    list_select_related = ("generation__authority", "signer__authority")
    fields = ("generation", "signer", "serial", "not_before", "not_after", "created_at")


@admin.register(CrlPartition)
class CrlPartitionAdmin(LookOnlyAdmin):
    """失効リストの配布点."""

    list_display = ("authority", "code", "prefecture_name", "municipality_name")
    list_filter = ("authority",)
    search_fields = ("code", "municipality_name")


@admin.register(CrlPublication)
class CrlPublicationAdmin(LookOnlyAdmin):
    """失効リスト."""

    list_display = ("series", "number", "this_update", "next_update", "entries")
    list_select_related = ("series__generation__authority", "series__partition")
    fields = ("series", "number", "this_update", "next_update", "entries", "sha256")
    ordering = ("-this_update", "series")


@admin.register(VerificationPrice)
class VerificationPriceAdmin(RegisterAdmin):
    """What a check costs from which day on."""

    list_display = ("channel", "what", "yen", "valid_from")
    list_filter = ("channel", "what")
