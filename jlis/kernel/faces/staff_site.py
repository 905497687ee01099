"""Django's admin as the registers of the staff site: the same shell, the same sign-in, read by duty."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.apps import AdminConfig
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class StaffSite(AdminSite):
    """The registers under `/admin/`."""

    site_title = "台帳"
    site_header = "台帳"
    index_title = "台帳"
    enable_nav_sidebar = False

    # Other packages register their tables too; accounts, tokens and second factors are no registers to browse.
    rooms = frozenset({"kernel", "juki", "jpki", "mynacard", "bcl", "lgwan", "konbini"})

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin] | None = None,
        **options: Any,
    ) -> None:
        """Take the rooms' own registers, and not those whose keeping has a screen of its own."""
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        ours = [model for model in models if model._meta.app_label in self.rooms and model._meta.model_name != "client"]
        if ours:
            super().register(ours, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Only with an actor: signed in, second factor passed where one is asked for."""
        actor = getattr(request, "actor", None)
        return actor is not None and actor.may("kernel.view_registers")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one sign-in, the site's own."""
        return redirect("sign_in") if getattr(request, "actor", None) is None else redirect("desk")


class StaffSiteConfig(AdminConfig):
    """Makes `StaffSite` the default admin site."""

    default_site = "jlis.kernel.faces.staff_site.StaffSite"
