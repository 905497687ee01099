"""The room as a Django application."""

from importlib import import_module

from django.apps import AppConfig


class BclConfig(AppConfig):
    """自治体基盤クラウド: the copy of what only the town itself holds."""

    name = "bcl"
    verbose_name = "自治体基盤クラウド"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the kernel's registries."""
        for piece in ("permissions", "outputs", "sealed", "screens", "reconciliation", "providers"):
            import_module(f"bcl.{piece}")
