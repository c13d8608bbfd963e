from django.apps import AppConfig


class OffersConfig(AppConfig):
    name = "offers_app"
    verbose_name = "Offers"
    default_auto_field = "django.db.models.BigAutoField"
