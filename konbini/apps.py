"""The room as a Django application."""

from importlib import import_module

from django.apps import AppConfig


class KonbiniConfig(AppConfig):
    """コンビニ交付: certificates out of a kiosk."""

    name = "konbini"
    verbose_name = "コンビニ交付"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the kernel's registries."""
        for piece in ("permissions", "outputs", "sealed", "screens", "reconciliation"):
            import_module(f"konbini.{piece}")
