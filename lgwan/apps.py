"""The room as a Django application."""

from importlib import import_module

from django.apps import AppConfig


class LgwanConfig(AppConfig):
    """総合行政ネットワーク: the network that connects the bodies, and what is served on it."""

    name = "lgwan"
    verbose_name = "総合行政ネットワーク"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the kernel's registries."""
        for piece in ("permissions", "outputs", "screens", "reconciliation"):
            import_module(f"lgwan.{piece}")
