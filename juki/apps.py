"""The room as a Django application."""

from importlib import import_module

from django.apps import AppConfig


class JukiConfig(AppConfig):
    """住民基本台帳ネットワークシステム: the person."""

    name = "juki"
    verbose_name = "住民基本台帳ネットワーク"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the kernel's registries."""
        for piece in ("permissions", "outputs", "jobs", "sealed", "screens", "reconciliation"):
            import_module(f"juki.{piece}")
