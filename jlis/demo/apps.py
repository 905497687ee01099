"""The demonstration as a Django application: commands only."""

from importlib import import_module

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Made-up residents, made through the rooms' own services."""

    name = "jlis.demo"
    label = "demo"
    verbose_name = "実演"

    def ready(self) -> None:
        """Declare its ways out."""
        import_module("jlis.demo.outputs")
