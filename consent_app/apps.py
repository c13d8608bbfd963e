from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "consent_app"
    verbose_name = "Consent"
    default_auto_field = "django.db.models.BigAutoField"
