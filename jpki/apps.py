"""The room as a Django application."""

from importlib import import_module

from django.apps import AppConfig


class JpkiConfig(AppConfig):
    """公的個人認証サービス: the certificates of the residents."""

    name = "jpki"
    verbose_name = "公的個人認証サービス"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the kernel's registries."""
        for piece in ("permissions", "outputs", "subscribers", "screens", "reconciliation", "measures", "jobs"):
            import_module(f"jpki.{piece}")
