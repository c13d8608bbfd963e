from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns_app"
    verbose_name = "Playbooks"
    default_auto_field = "django.db.models.BigAutoField"
