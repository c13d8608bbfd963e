from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class SignalsConfig(AppConfig):
    name = "signals_app"
    verbose_name = "Events and signals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What the apps above refer to by their rules."""
        autodiscover_modules("references")
