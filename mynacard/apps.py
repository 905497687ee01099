"""The room as a Django application."""

from importlib import import_module

from django.apps import AppConfig


class MynacardConfig(AppConfig):
    """マイナンバーカード: the card: application, production, hand-over, its life and its end."""

    name = "mynacard"
    verbose_name = "マイナンバーカード"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the kernel's registries."""
        for piece in ("permissions", "outputs", "sealed", "subscribers", "screens", "reconciliation", "readers"):
            import_module(f"mynacard.{piece}")
