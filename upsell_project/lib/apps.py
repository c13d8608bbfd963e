from importlib import import_module

from django.apps import AppConfig


class LibConfig(AppConfig):
    """The bottom layer: clock, queue, encryption. It owns two small tables of its own."""

    name = "upsell_project.lib"
    label = "upsell_lib"
    verbose_name = "Platform"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Checks register themselves when they are loaded; they may look upward, this layer may not import them."""
        import_module("upsell_project.checks")
