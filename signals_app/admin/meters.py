"""What is counted, what was counted, and how far a recount is."""

from typing import ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextInputWidget

from signals_app import mapping
from signals_app.admin.pairs import PairsField, PairsWidget
from signals_app.admin.tester import TestedAdmin, with_this
from signals_app.models import (
    Dropped,
    EventMapping,
    Meter,
    MeterTotal,
    MeterValue,
    Recount,
    RecountDue,
    Source,
)
from upsell_project.lib.admin_base import FactsAdmin, Form
from upsell_project.lib.tables import TableAdmin, TableResource


def picked(list_id: str) -> forms.Widget:
    """A text input that suggests what was really seen."""
    widget: forms.Widget = UnfoldAdminTextInputWidget(attrs={"list": list_id, "autocomplete": "off"})
    return widget


class MeterForm(Form):
    where = PairsField(
        PairsWidget("Property", "Value", "seen-paths"),
        texts=False,
        label="Only where",
        help_text="Empty: every event of this name counts.",
    )

    class Meta:
        model = Meter
        fields = ("resource", "label", "verb", "event", "where", "aggregate", "property", "window", "days")
        widgets: ClassVar = {"event": picked("seen-names"), "property": picked("seen-paths")}


class MeterResource(TableResource):
    class Meta(TableResource.Meta):
        model = Meter
        import_id_fields = ("resource",)
        fields = ("resource", "label", "verb", "event", "where", "aggregate", "property", "window", "days")


@admin.register(Meter)
class MeterAdmin(TableAdmin, TestedAdmin):
    form = MeterForm
    resource_classes: ClassVar = [MeterResource]
    empty_hint = "A meter says which event counts against which limit of a plan."
    list_display = ("resource", "label", "event", "aggregate", "property", "window", "counted")
    list_select_related = ("recount",)
    search_fields = ("resource", "event")

    def candidates(self, obj: Meter) -> tuple[list[EventMapping], list[Meter], Source | None]:
        return mapping.load(), with_this(list(Meter.objects.order_by("resource")), obj), None

    @admin.display(description="Counted from stored events")
    def counted(self, meter: Meter) -> str:
        recount = Recount.objects.filter(meter=meter).first() if meter.pk else None
        if recount is None:
            return "Not begun: the workers begin within seconds"
        return "All" if recount.percent == 100 else f"{recount.percent} % of the accounts"


@admin.register(MeterTotal)
class MeterTotalAdmin(FactsAdmin):
    list_display = ("account", "resource", "period", "used", "last_event_at")
    list_select_related = ("account",)
    search_fields = ("account__group_id__exact",)
    search_help_text = "The exact account id"


@admin.register(MeterValue)
class MeterValueAdmin(FactsAdmin):
    list_display = ("account", "resource", "period", "digest", "seen")
    list_select_related = ("account",)
    search_fields = ("account__group_id__exact",)
    search_help_text = "The exact account id"


@admin.register(Recount)
class RecountAdmin(FactsAdmin):
    """Progress: a meter that was made or changed is counted anew from the stored events."""

    list_display = ("meter", "done", "changed_at")
    list_select_related = ("meter",)
    empty_hint = "A recount begins by itself when a meter is made or changed."

    @admin.display(description="Done")
    def done(self, recount: Recount) -> str:
        return f"{recount.percent} %"


@admin.register(RecountDue)
class RecountDueAdmin(FactsAdmin):
    list_display = ("account", "what", "asked_at")
    list_select_related = ("account",)
    empty_hint = "Nothing waits to be counted anew."

    @admin.display(description="What")
    def what(self, due: RecountDue) -> str:
        return due.resource or "every meter"


@admin.register(Dropped)
class DroppedAdmin(FactsAdmin):
    list_display = ("before",)
    empty_hint = "No event was dropped for its age yet."

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("signals_app.view_dropped"))
