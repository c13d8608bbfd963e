"""The rules staff write, and what they found."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from signals_app.admin.configs import problems
from signals_app.models import DetectorState, Signal, SignalDefinition
from upsell_project.lib.admin_base import EditedAdmin, FactsAdmin, Form, OfPersonAdmin


class DefinitionForm(Form):
    class Meta:
        model = SignalDefinition
        exclude = ("version", "edited")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if found := problems(values.get("detector", ""), values.get("config")):
            raise ValidationError({"config": found})
        return values


@admin.register(SignalDefinition)
class SignalDefinitionAdmin(EditedAdmin):
    """A changed rule is a new version; signals found by the old one keep its number."""

    form = DefinitionForm
    list_display = ("name", "slug", "detector", "live", "version", "edited")
    list_filter = ("live", "detector")
    search_fields = ("slug", "name")
    readonly_fields = ("version", "edited")
    prepopulated_fields = {"slug": ("name",)}
    empty_hint = "Load the blueprint's rules with manage.py load_starter_pack, or add one."

    def save_model(self, request: HttpRequest, obj: SignalDefinition, form: Any, change: bool) -> None:
        if change and {"config", "detector"} & set(form.changed_data):
            obj.version += 1
        super().save_model(request, obj, form, change)


@admin.register(Signal)
class SignalAdmin(OfPersonAdmin):
    list_display = ("detected_at", "definition", "person", "account", "confidence", "expires_at")
    list_select_related = ("definition", "person", "account")
    list_filter = ("definition",)
    empty_hint = "Signals appear when events meet a definition that is live."


@admin.register(DetectorState)
class DetectorStateAdmin(FactsAdmin):
    list_display = ("definition", "account", "resource", "period", "fired_at")
    list_select_related = ("definition", "account")
    list_filter = ("definition",)
