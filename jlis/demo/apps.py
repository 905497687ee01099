"""The demonstration as a Django application: commands only."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Made-up residents, made through the rooms' own services."""

    name = "jlis.demo"
    label = "demo"
    verbose_name = "実演"
