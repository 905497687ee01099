"""The kernel as a Django application."""

from importlib import import_module

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """What everybody shares; knows nobody."""

    name = "jlis.kernel"
    label = "kernel"
    verbose_name = "共通基盤"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the registries with the kernel's own lookups, permissions and screens."""
        import_module("jlis.kernel.lookups")
        import_module("jlis.kernel.permissions")
        import_module("jlis.kernel.screens")
        import_module("jlis.kernel.reconciliation")
        import_module("jlis.kernel.own_outputs")
