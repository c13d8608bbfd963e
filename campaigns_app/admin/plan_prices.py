"""Which plan a provider's price stands for."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from campaigns_app import corrections
from people_app.models import PlanPrice
from upsell_project.lib.tables import TableAdmin, TableResource


class PlanPriceResource(TableResource):
    class Meta(TableResource.Meta):
        model = PlanPrice
        import_id_fields = ("price_key",)
        fields = ("price_key", "plan")

    def after_save_instance(self, instance: PlanPrice, row: Any, **options: Any) -> None:
        corrections.reprice(instance.price_key)


@admin.register(PlanPrice)
class PlanPriceAdmin(TableAdmin):
    resource_classes: ClassVar = [PlanPriceResource]
    empty_hint = (
        "Say here which plan a price of your billing provider stands for; until then Stripe changes no plan."
    )
    list_display = ("price_key", "plan")
    search_fields = ("price_key", "plan")

    def save_model(self, request: HttpRequest, obj: PlanPrice, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        corrections.reprice(obj.price_key)
